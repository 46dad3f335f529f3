"""Grades of the bank's own replies, by the graders that the workers use: each distinct reply once, whoever gives it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from worker.grading import NotingRunner
from yzindex.bank.question import Question
from yzindex.grading.grade import Grade
from yzindex.grading.grading import WrongMeans, grade_reply
from yzindex.grading.judging import Judgement
from yzindex.grading.rubric import Rubric
from yzindex.grading.spec import Needs
from yzindex.ports import CodeRunner, FinishReason

#: Gives what each judge says of a reply.
Judges = Callable[[Question, str, Rubric], Sequence[Judgement]]
#: More would only wait for processors.
_PROGRAMS_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A grade, and the engine and container that ran the reply's code, if any did."""

    grade: Grade
    ran_in: str | None = None


def grade_bank(runner: CodeRunner, questions: Iterable[Question]) -> Mapping[tuple[str, str], Graded]:
    """Grade every reference and wrong reply that needs no judge, by question and reply."""
    pairs = [(question, reply) for question in questions for reply in replies_of(question)]
    pairs = [pair for pair in pairs if pair[0].grader.needs is not Needs.JUDGE]
    with ThreadPoolExecutor(_PROGRAMS_AT_ONCE) as threads:
        graded = threads.map(lambda pair: graded_by(pair[0], pair[1], runner, nobody), pairs)
        return {(question.id, reply): each for (question, reply), each in zip(pairs, graded, strict=True)}


def replies_of(question: Question) -> tuple[str, ...]:
    """Everything a simulated model can say to a question, unless it is cut off or filtered."""
    return question.reference, *(wrong.reply for wrong in question.wrong)


def graded_by(
    question: Question, reply: str, runner: CodeRunner, judge: Judges, finish: FinishReason = FinishReason.STOP
) -> Graded:
    """Grade a reply as a worker does."""
    noting = NotingRunner(runner)
    grade = grade_reply(
        question.grader,
        reply,
        finish,
        strict=question.strict,
        runner=noting,
        judge=lambda rubric: judge(question, reply, rubric),
    )
    return Graded(grade=grade, ran_in=noting.ran_in)


def nobody(question: Question, _reply: str, _rubric: Rubric) -> Sequence[Judgement]:
    """Stand for judges where none is to be asked."""
    raise WrongMeans(f"{question.id} is judged, and there is no judge here")
