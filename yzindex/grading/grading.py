"""Grades a reply by whichever grader its question's specification names."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from yzindex.grading.citation_grading import grade_citations
from yzindex.grading.citations import Citations
from yzindex.grading.code import Calls, Sql, Stdio
from yzindex.grading.code_grading import grade_code
from yzindex.grading.formatting import Format, check_format, grade_format
from yzindex.grading.grade import Grade, Verdict, zero
from yzindex.grading.judging import Judgement, grade_judged
from yzindex.grading.probe import Probe, grade_probe
from yzindex.grading.replies import grade_blank
from yzindex.grading.rubric import Rubric
from yzindex.grading.spec import Needs
from yzindex.ports import CodeRunner, FinishReason

Grader = Calls | Stdio | Sql | Citations | Format | Rubric | Probe


class WrongMeans(TypeError):
    """A grader was given means that it does not work with; ask its `needs` first."""


def grade_reply(
    spec: Grader,
    reply: str,
    finish: FinishReason,
    *,
    strict: bool,
    runner: CodeRunner,
    judge: Callable[[Rubric], Sequence[Judgement]],
) -> Grade:
    """Grade a reply with the means that its question needs; what these raise passes through.

    `runner` and `judge` are asked only if something was answered that needs them.
    """
    if unanswered := grade_unanswered(reply, finish):
        return unanswered
    if spec.needs is Needs.SANDBOX:
        found = grade_in_sandbox(spec, reply, runner, strict=strict)
    elif spec.needs is Needs.JUDGE:
        found = grade_by_judgements(spec, reply, judge(rubric_of(spec)), strict=strict)
    else:
        found = grade_by_rules(spec, reply, strict=strict)
    return note_truncation(found, finish)


def grade_unanswered(reply: str, finish: FinishReason) -> Grade | None:
    """Grade what needs no grader, because nothing was answered; None where there is something to grade."""
    if finish is FinishReason.CONTENT_FILTER:
        return zero(Verdict.REFUSED, "the provider's filter withheld the reply")
    blank = grade_blank(reply)
    return blank and note_truncation(blank, finish)


def note_truncation(grade: Grade, finish: FinishReason) -> Grade:
    """Name the truncation as what went wrong with a reply that was cut off and fell short of full score."""
    if finish is not FinishReason.LENGTH or grade.verdict is Verdict.PASSED:
        return grade
    return replace(grade, verdict=Verdict.TRUNCATED, reason=f"cut off at the stated limit; {grade.reason}")


def grade_by_rules(spec: Grader, reply: str, *, strict: bool) -> Grade:
    """Grade a reply by rules alone."""
    match spec:
        case Citations():
            return grade_citations(spec, reply, strict=strict)
        case Probe():
            return grade_probe(spec, reply, strict=strict)
        case Format() if spec.clarity is None:
            return grade_format(spec, check_format(spec, reply), None, strict=strict)
    raise WrongMeans(f"{spec.type} cannot be graded by rules alone")


def grade_in_sandbox(spec: Grader, reply: str, runner: CodeRunner, *, strict: bool) -> Grade:
    """Grade a reply by running its code; raises `CodeRunnerUnavailable`."""
    if not isinstance(spec, Calls | Stdio | Sql):
        raise WrongMeans(f"{spec.type} has no code to run")
    return grade_code(spec, reply, runner, strict=strict)


def rubric_of(spec: Grader) -> Rubric:
    """The rubric that judges are to apply."""
    match spec:
        case Rubric():
            return spec
        case Format() if spec.clarity is not None:
            return spec.clarity
    raise WrongMeans(f"{spec.type} is not judged")


def grade_by_judgements(spec: Grader, reply: str, judgements: Sequence[Judgement], *, strict: bool) -> Grade:
    """Grade a reply by what each judge gave for `rubric_of(spec)`."""
    match spec:
        case Rubric():
            return grade_judged(spec, judgements, strict=strict)
        case Format():
            return grade_format(spec, check_format(spec, reply), judgements, strict=strict)
    raise WrongMeans(f"{spec.type} is not judged")
