"""Grades of the bank's own replies, by the graders that the workers use: each distinct reply once, whoever gives it.

Judges are asked as functions; the sandbox is that of the settings.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from deploy.simulated.config import SimulatedConfig
from deploy.simulated.judging import JudgedReplies
from deploy.simulated.recognising import turns_of
from worker.grading import NotingRunner
from worker.sandboxing import SandboxRunner
from yzindex.bank.question import Question
from yzindex.errors import YzIndexError
from yzindex.grading.grade import Grade
from yzindex.grading.grading import grade_reply
from yzindex.grading.judging import Judgement, judge_messages, read_judgement
from yzindex.grading.rubric import Rubric
from yzindex.grading.spec import Needs
from yzindex.ports import CodeRunner, FinishReason
from yzindex.settings import Settings

#: Gives what each judge says of a reply.
Judges = Callable[[Question, str, Rubric], Sequence[Judgement]]
#: More would only wait for processors.
_PROGRAMS_AT_ONCE = 4


class JudgeSilent(YzIndexError):
    """A simulated judge does not know a question; the provider must have the bank that is graded."""


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A grade, and the engine and container that ran the reply's code, if any did."""

    grade: Grade
    ran_in: str | None = None


def grade_bank(settings: Settings, questions: Iterable[Question]) -> Mapping[tuple[str, str], Graded]:
    """Grade every reference and wrong reply that needs no judge, by question and reply."""
    pairs = [(question, reply) for question in questions for reply in replies_of(question)]
    pairs = [pair for pair in pairs if pair[0].grader.needs is not Needs.JUDGE]
    runner = SandboxRunner(settings)
    try:
        with ThreadPoolExecutor(_PROGRAMS_AT_ONCE) as threads:
            graded = threads.map(lambda pair: graded_by(pair[0], pair[1], runner, _nobody), pairs)
            return {(question.id, reply): each for (question, reply), each in zip(pairs, graded, strict=True)}
    finally:
        runner.close()


def replies_of(question: Question) -> tuple[str, ...]:
    """Everything a simulated model can say to a question, unless it is cut off or filtered."""
    return question.reference, *(wrong.reply for wrong in question.wrong)


def graded_by(question: Question, reply: str, runner: CodeRunner, judge: Judges) -> Graded:
    """Grade a complete reply."""
    noting = NotingRunner(runner)
    grade = grade_reply(
        question.grader,
        reply,
        FinishReason.STOP,
        strict=question.strict,
        runner=noting,
        judge=lambda rubric: judge(question, reply, rubric),
    )
    return Graded(grade=grade, ran_in=noting.ran_in)


class Panel:
    """The simulated judges, each asked what a worker would ask it."""

    def __init__(self, config: SimulatedConfig, questions: Iterable[Question]) -> None:
        self._config = config
        self._replies = JudgedReplies(questions)

    def __call__(self, question: Question, reply: str, rubric: Rubric) -> Sequence[Judgement]:
        turns = turns_of(judge_messages(rubric, question.prompt, reply))
        written = [self._replies.judge(judge, turns, seed=self._config.seed) for judge in self._config.judges]
        known = [each for each in written if each is not None]
        if len(known) < len(written):
            raise JudgeSilent(JudgeSilent.__doc__)
        return tuple(read_judgement(rubric, each, reply) for each in known)


def _nobody(question: Question, _reply: str, _rubric: Rubric) -> Sequence[Judgement]:
    raise JudgeSilent(f"{question.id} is judged: grade it with the judges of a configuration")
