"""From a request to the reply it is due: models answer questions of the bank, judges judge, and whatever else is asked
gets a generic reply.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from uuid import uuid4
from zoneinfo import ZoneInfo

from deploy.simulated.answering import GENERIC, Outcome, answer
from deploy.simulated.config import JudgeModel, Model, SimulatedConfig
from deploy.simulated.events import day_number, on_day
from deploy.simulated.judging import JudgedReplies
from deploy.simulated.log import JUDGE, UNKNOWN, RequestLog
from deploy.simulated.recognising import by_user_message, digest
from deploy.simulated.truth import Json, truth
from deploy.simulated.wire import ApiError, ChatRequest, Completion, count_tokens, first_tokens
from yzindex.bank.question import Question
from yzindex.days import today
from yzindex.ports import FinishReason

_FINISH = {
    Outcome.RIGHT: FinishReason.STOP,
    Outcome.WRONG: FinishReason.STOP,
    Outcome.REFUSED: FinishReason.CONTENT_FILTER,
    Outcome.TRUNCATED: FinishReason.LENGTH,
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a model or judge says to a prompt. The last four are of answers to questions only, as in a log entry."""

    #: A question's id, `judge` or `unknown`.
    question: str
    text: str
    finish_reason: FinishReason = FinishReason.STOP
    k: int | None = None
    day: int = 0
    outcome: Outcome | None = None
    chance: float | None = None


today_in_utc = partial(today, ZoneInfo("UTC"))


class Simulation:
    """The models and judges of a configuration, the bank they know, and the log they go by."""

    def __init__(
        self,
        config: SimulatedConfig,
        questions: Iterable[Question],
        log: RequestLog,
        today: Callable[[], date] = today_in_utc,
    ) -> None:
        known = tuple(questions)
        self.config = config
        self.log = log
        self.speakers = {speaker.name: speaker for speaker in config.speakers}
        self._today = today
        self._bank = known
        self._questions = by_user_message(known)
        self._judged = JudgedReplies(known)

    def speaker(self, name: str) -> Model | JudgeModel:
        """Give the model or judge of this name as it is today; raise `ApiError` 404."""
        if name not in self.speakers:
            message = f"The model `{name}` does not exist. There are: {', '.join(self.speakers)}."
            raise ApiError(404, message, kind="invalid_request_error", code="model_not_found", param="model")
        known, today = self.speakers[name], self._today()
        if isinstance(known, JudgeModel):
            return on_day(self.config, known, today)
        return on_day(self.config, known, today)

    def say(self, speaker: Model | JudgeModel, asked: ChatRequest) -> Said:
        """Give the next reply, within the request's limit. It stays the next one until its entry is logged."""
        said = self._judge(speaker, asked) if isinstance(speaker, JudgeModel) else self._answer(speaker, asked)
        return _within(asked.limit, said or Said(question=UNKNOWN, text=GENERIC))

    def truth(self) -> Json:
        """Tell what the provider is and did; see `truth`."""
        return truth(self.config, self.log, self._bank, self._today())

    def _answer(self, model: Model, asked: ChatRequest) -> Said | None:
        question = self._questions.get(digest(asked.user_message))
        if question is None:
            return None
        day = day_number(self.config, self._today())
        k = self.log.replies(model.name, question.id, day)
        given = answer(self.config, model, question, k, day)
        return Said(
            question=question.id,
            text=given.text,
            finish_reason=_FINISH[given.outcome],
            k=k,
            day=day,
            outcome=given.outcome,
            chance=given.chance,
        )

    def _judge(self, judge: JudgeModel, asked: ChatRequest) -> Said | None:
        text = self._judged.judge(judge, asked.turns, seed=self.config.seed)
        return None if text is None else Said(question=JUDGE, text=text)


def complete(said: Said, speaker: Model | JudgeModel, asked: ChatRequest) -> Completion:
    """Make the reply that is sent; one still being written at the limit has used up all its tokens."""
    cut = said.finish_reason is FinishReason.LENGTH
    return Completion(
        id=f"chatcmpl-{uuid4().hex}",
        created=int(time.time()),
        model=speaker.returned,
        text=said.text,
        finish_reason=said.finish_reason,
        prompt_tokens=asked.prompt_tokens(),
        completion_tokens=asked.limit if cut else count_tokens(said.text),
    )


def _within(limit: int, said: Said) -> Said:
    if count_tokens(said.text) <= limit:
        return said
    return replace(
        said,
        text=first_tokens(said.text, limit),
        finish_reason=FinishReason.LENGTH,
        outcome=None if said.outcome is None else Outcome.TRUNCATED,
    )
