"""Faults that reading a bank does not find: graders that the bank's own replies prove wrong, wrong kinds, and gaps.

Replies to questions that need a sandbox or judges are not graded here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yzindex.bank.files import read_lines
from yzindex.bank.question import REFERENCE_SCORE, WRONG_BELOW, Kind, Question, Tier
from yzindex.dimensions import Dimension, Role
from yzindex.errors import InvalidBank
from yzindex.grading.grading import grade_by_rules
from yzindex.grading.spec import Needs
from yzindex.jsonlines import repeated

#: The sorts of task that measure a dimension.
KINDS = {
    Dimension.EXECUTION: {Kind.ALGORITHM, Kind.DEBUGGING, Kind.SQL, Kind.CODE_REVIEW},
    Dimension.GROUNDING: {
        Kind.COMPREHENSION,
        Kind.CROSS_PARAGRAPH,
        Kind.EVIDENCE_BOUNDARY,
        Kind.LIMITS_AND_FIGURES,
    },
    Dimension.JUDGMENT: {
        Kind.ARCHITECTURE_REVIEW,
        Kind.RISK_ASSESSMENT,
        Kind.INCIDENT_RESPONSE,
        Kind.DECISION_QUALITY,
    },
    Dimension.COMMUNICATION: {Kind.STRUCTURED_OUTPUT, Kind.FORMATTING},
    Dimension.INTEGRITY: {Kind.INVENTED_PAPER, Kind.MISSING_DATA, Kind.FORGED_SOURCE, Kind.FALSE_PREMISE},
}


@dataclass(frozen=True, kw_only=True)
class Lint:
    """What was found in question files: each fault reads `file:line: field: reason`."""

    questions: int
    #: How many of them had their replies graded.
    graded: int
    faults: tuple[str, ...]


def lint(path: Path) -> Lint:
    """Look through a bank's folder or one of its files; raise `InvalidBank` where there is nothing to look through."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not (path.is_dir() or path.is_file()) or not files:
        raise InvalidBank(f"{path}: no question files (*.jsonl) here; name the folder of a bank, or a file")
    placed, faults = read_lines(files)
    for each in placed:
        faults += [f"{each.place}: {field}: {reason}" for field, reason in question_faults(each.value)]
    faults += repeated(placed, "id", lambda question: question.id)
    # A gap in a bank whose files cannot all be read may be none.
    if path.is_dir() and not faults:
        faults += _gaps(path, [each.value for each in placed])
    graded = sum(each.value.grader.needs is Needs.RULES for each in placed)
    return Lint(questions=len(placed), graded=graded, faults=tuple(faults))


def question_faults(question: Question) -> Iterator[tuple[str, str]]:
    """Give the faults of one question, each with its field."""
    if question.kind not in KINDS[question.dimension]:
        fitting = ", ".join(sorted(KINDS[question.dimension]))
        yield "kind", f"{question.kind} does not measure {question.dimension}; these do: {fitting}"
    if question.grader.needs is Needs.JUDGE and question.dimension.role is not Role.SIDE:
        yield "grader", f"{question.dimension} must be auditable: graded by rule or code, never by judges"
    if not any(wrong.near_miss for wrong in question.wrong):
        yield "wrong", "none is a near miss; mark the reply that is right but for one mistake with near_miss"
    if question.grader.needs is Needs.RULES:
        yield from _reply_faults(question)


def _reply_faults(question: Question) -> Iterator[tuple[str, str]]:
    reference = grade_by_rules(question.grader, question.reference, strict=question.strict)
    if reference.score != REFERENCE_SCORE:
        yield "reference", f"scores {reference.score:.1f}, must score {REFERENCE_SCORE}: {reference.reason}"
    for number, wrong in enumerate(question.wrong):
        grade = grade_by_rules(question.grader, wrong.reply, strict=question.strict)
        if grade.score >= WRONG_BELOW:
            yield f"wrong.{number}.reply", f"scores {grade.score:.1f}, must stay below {WRONG_BELOW} ({wrong.why})"


def _gaps(folder: Path, questions: list[Question]) -> Iterator[str]:
    """Say which draws the bank cannot give: a smoke draw takes one of each dimension and tier."""
    for dimension in Dimension:
        for tier in Tier:
            if not any(each.dimension is dimension and each.tier is tier for each in questions):
                yield f"{folder}: {dimension}: has no {tier} question; a smoke draw takes one"
