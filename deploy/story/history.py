"""Plays a story's days before the last into the rows: draw, graders and analysis are the real ones, the queue is not.

Replies are those that the provider would give, and go into its own log; runs are ordered, closed, concluded and
analysed by the functions that the API and the workers use, on the days that they are of.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from sqlmodel import col, select

from deploy.simulated.config import SimulatedConfig
from deploy.simulated.faults import Arrival, choose_latency_s
from deploy.simulated.log import Entry, RequestLog
from deploy.simulated.recognising import digest
from deploy.simulated.replying import Said, Simulation, complete
from deploy.simulated.wire import ChatRequest, Completion
from deploy.story.gradebook import Graded, graded_by, nobody
from deploy.story.world import LAST_DAY, World
from worker import closing
from worker.runtime import Runtime
from yzindex import clock
from yzindex.bank.prompting import messages
from yzindex.bank.question import Question
from yzindex.fleet import Model
from yzindex.grading.judging import Judgement, judge_messages, read_judgement
from yzindex.grading.rubric import Rubric
from yzindex.grading.spec import Needs
from yzindex.ordering import RunOrder, order_run
from yzindex.ports import FinishReason, Message, ModelReply
from yzindex.records.evaluations import close_within
from yzindex.records.finished import Finished, OpenAnswer, open_answers, store_finished
from yzindex.records.regrades import claim_regrade, regrades_due, store_regrade
from yzindex.records.runs import mark_running
from yzindex.records.states import ENDED, Purpose, RunKind
from yzindex.records.tables import Evaluation, Run, StoredCall
from yzindex.settings import Settings

#: The daily run begins then.
_HOUR = 3
_MOST_TOKENS = 4096
#: More are never planned on one day.
_MOST_REGRADES = 100_000


class HistoryPlayer:
    """Plays one story. While it does, this process lives on the days that it plays."""

    def __init__(
        self,
        settings: Settings,
        world: World,
        last_day: date,
        *,
        graded: Mapping[tuple[str, str], Graded],
        log: Path,
    ) -> None:
        self.world = world
        self.config: SimulatedConfig = world.config(last_day)
        self.runtime = Runtime(settings)
        self._graded = graded
        self._log = RequestLog(log)
        self._began = last_day - timedelta(days=LAST_DAY)
        self._day = self._began
        self._provider = Simulation(self.config, self.runtime.bank.questions, self._log, today=lambda: self._day)

    def play(self, tell: Callable[[int], None] = lambda _: None) -> None:
        """Play the calibration and every day up to the one before the story's own; `tell` hears of each."""
        try:
            for number in range(LAST_DAY):
                self._play_day(number)
                tell(number)
        finally:
            clock.live_ahead(timedelta())
            self._log.close()
            self.runtime.database.close()

    def _play_day(self, number: int) -> None:
        self._day = self._began + timedelta(days=number)
        zone = self.runtime.settings.zone
        clock.live_ahead(datetime.combine(self._day, time(_HOUR), tzinfo=zone) - datetime.now(UTC))
        order = RunOrder(kind=RunKind.SMOKE, seed=self.world.draw_of(number))
        if number == 0:
            order = RunOrder(kind=RunKind.CALIBRATION)
        order_run(self.runtime.database, self.runtime.bank, self.runtime.fleet, order)
        while self._take_up():
            self._regrade()
            closing.analyse_again(self.runtime)

    def _take_up(self) -> bool:
        """Answer and conclude the runs that are open, which may file others; return whether there were any."""
        with self.runtime.database.read() as session:
            found = session.exec(select(Run.number).where(col(Run.status).not_in(ENDED)).order_by(col(Run.number)))
            open_runs = [number for number in found if number is not None]
        for number in open_runs:
            self._answer(number)
            # Nobody is convicted before the older side of the comparison is graded again.
            self._regrade()
            conclusion = closing.conclusion_of(self.runtime, number)
            if conclusion is not None:
                closing.conclude(self.runtime, conclusion)
        return bool(open_runs)

    def _answer(self, run_number: int) -> None:
        mark_running(self.runtime.database, run_number)
        with self.runtime.database.write() as session:
            store_finished(session, [self._finished(row) for row in open_answers(session, run_number)])
            for evaluation in session.exec(select(Evaluation.id).where(Evaluation.run_number == run_number)).all():
                assert evaluation is not None
                close_within(session, evaluation)

    def _finished(self, row: OpenAnswer) -> Finished:
        question = Question.model_validate_json(row.question_body)
        model = self.runtime.fleet.model(row.model)
        assert model is not None
        said, completion, latency_s = self._ask(model, messages(question), question.max_tokens)
        call = _call(row, model, completion, latency_s, Purpose.ASK)
        reply = ModelReply(
            text=said.text,
            finish_reason=said.finish_reason,
            model_returned=completion.model,
            prompt_tokens=completion.prompt_tokens,
            completion_tokens=completion.completion_tokens,
            cost_usd=call.cost_usd,
            latency_s=latency_s,
            attempts=1,
        )
        calls = [call]
        graded = self._grade(row, question, said, calls)
        return Finished(
            answer_id=row.answer_id, reply=reply, grade=graded.grade, ran_in=graded.ran_in, calls=tuple(calls)
        )

    def _grade(self, row: OpenAnswer, question: Question, said: Said, calls: list[StoredCall]) -> Graded:
        """Look up the grade of a reply of the bank; grade any other, and whatever needs a judge."""
        known = self._graded.get((question.id, said.text))
        if known is not None and question.grader.needs is not Needs.JUDGE:
            return known

        def judge(asked: Question, reply: str, rubric: Rubric) -> Sequence[Judgement]:
            return [
                self._judgement(row, asked, reply, rubric, judge, calls)
                for judge in self.runtime.fleet.judges_of(row.vendor)
            ]

        return graded_by(question, said.text, self.runtime.code_runner, judge, finish=said.finish_reason)

    def _judgement(
        self, row: OpenAnswer, question: Question, reply: str, rubric: Rubric, judge: Model, calls: list[StoredCall]
    ) -> Judgement:
        asked = judge_messages(rubric, question.prompt, reply)
        said, completion, latency_s = self._ask(judge, asked, _MOST_TOKENS)
        call = _call(row, judge, completion, latency_s, Purpose.JUDGE)
        call.text = said.text
        calls.append(call)
        return read_judgement(rubric, said.text, reply)

    def _ask(self, model: Model, turns: Sequence[Message], limit: int) -> tuple[Said, Completion, float]:
        """Have the provider say it and note it in its log, as it does for a request that no fault befalls."""
        request = ChatRequest.model_validate(
            {
                "model": model.asked_as,
                "messages": [{"role": each.role, "content": each.content} for each in turns],
                "max_tokens": limit,
            }
        )
        speaker = self._provider.speaker(model.asked_as)
        prompt = digest(request.turns)
        arrival = Arrival(
            seed=self.config.seed,
            model=speaker.name,
            prompt=prompt,
            nth=self._log.next_request(speaker.name, prompt),
        )
        latency_s = round(choose_latency_s(self.config.latency, arrival), 3)
        said = self._provider.say(speaker, request)
        self._log.append(
            Entry(
                time=clock.now().isoformat(timespec="milliseconds"),
                request_id=f"req_{uuid4().hex}",
                model=speaker.name,
                question=said.question,
                prompt=prompt,
                k=said.k,
                day=said.day,
                outcome=said.outcome,
                chance=said.chance,
                latency_s=latency_s,
            )
        )
        return said, complete(said, speaker, request), latency_s

    def _regrade(self) -> None:
        """Grade again what is planned. The graders are those of the first time, and so is what they give."""
        database, settings = self.runtime.database, self.runtime.settings
        for regrade_id in regrades_due(database, tuple(Needs), limit=_MOST_REGRADES):
            claim = claim_regrade(database, regrade_id, owner=self.runtime.owner, lease_s=settings.lease_s)
            if claim is not None:
                known = self._graded.get((claim.question.id, claim.reply or ""))
                graded = known or graded_by(
                    claim.question,
                    claim.reply or "",
                    self.runtime.code_runner,
                    nobody,
                    finish=claim.finish_reason or FinishReason.STOP,
                )
                store_regrade(database, claim, graded.grade.score)


def _call(row: OpenAnswer, model: Model, completion: Completion, latency_s: float, purpose: Purpose) -> StoredCall:
    return StoredCall(
        answer_id=row.answer_id,
        purpose=purpose,
        provider=model.provider,
        model_asked=model.asked_as,
        model_returned=completion.model,
        finish_reason=completion.finish_reason,
        prompt_tokens=completion.prompt_tokens,
        completion_tokens=completion.completion_tokens,
        cost_usd=model.cost_usd(completion.prompt_tokens, completion.completion_tokens) or Decimal(0),
        latency_s=latency_s,
        attempts=1,
        request_id=completion.id,
    )
