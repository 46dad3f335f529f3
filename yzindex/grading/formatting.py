"""The format grader: rules of form, and where the question has one, a rubric of clarity that judges apply.

    score = 100 × share of the rules kept                                   without a rubric
    score = 60 × share of the rules kept + 40 × share of the judged points   with one

A reply that breaks a rule marked `essential` has at most 40, whatever its clarity.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from yzindex.grading.checks import (
    Bullets,
    Closes,
    Contains,
    Lacks,
    LineWidth,
    Numbered,
    OnlyBlock,
    Opens,
    Paragraphs,
    Sections,
    Words,
)
from yzindex.grading.grade import CaseGrade, Grade, Verdict, zero
from yzindex.grading.json_checks import JsonArray, JsonHas, JsonObject
from yzindex.grading.judging import Judgement, judged_cases, judged_share
from yzindex.grading.line_checks import IsoDates, LinePattern
from yzindex.grading.replies import final_text, grade_blank
from yzindex.grading.rubric import Rubric
from yzindex.grading.spec import Needs, Spec
from yzindex.grading.table_checks import Column, Csv, Table
from yzindex.scoring.formulas import exact

AnyCheck = Annotated[
    OnlyBlock
    | Words
    | Contains
    | Lacks
    | Bullets
    | Numbered
    | Sections
    | Paragraphs
    | LineWidth
    | IsoDates
    | LinePattern
    | Opens
    | Closes
    | JsonObject
    | JsonArray
    | JsonHas
    | Table
    | Csv
    | Column,
    Field(discriminator="check"),
]

RULES_SHARE = Fraction(3, 5)
BROKEN_AT_MOST = Decimal(40)


class Format(Spec):
    """Rules that a reply's form must keep, and what makes it clear."""

    type: Literal["format"] = "format"
    checks: tuple[AnyCheck, ...] = Field(min_length=1)
    clarity: Rubric | None = None

    @property
    def needs(self) -> Needs:
        return Needs.RULES if self.clarity is None else Needs.JUDGE

    @model_validator(mode="after")
    def _has_a_structure(self) -> Self:
        if not any(check.essential for check in self.checks):
            raise ValueError("no check is marked essential: without one, a reply of any form could pass")
        return self

    def instructions(self) -> str:
        rules = [f"- {check.rule()}" for check in self.checks if check.stated]
        return "\n".join(["The form of your reply is checked by rule:", *rules]) if rules else ""


def check_format(spec: Format, reply: str) -> tuple[CaseGrade, ...]:
    """Apply the rules, in their order; a blank reply gives one case, and breaks no rule of form by itself."""
    if blank := grade_blank(reply):
        return (CaseGrade(name="reply", passed=False, verdict=blank.verdict, detail=blank.reason),)
    text = final_text(reply)
    return tuple(_case(number, check, check.fault(text)) for number, check in enumerate(spec.checks, start=1))


def _case(number: int, check: AnyCheck, fault: str) -> CaseGrade:
    return CaseGrade(
        name=f"{number} {check.check}",
        passed=not fault,
        verdict=Verdict.BROKE_FORMAT if fault else Verdict.PASSED,
        detail=fault,
    )


def grade_format(
    spec: Format, cases: tuple[CaseGrade, ...], judgements: Sequence[Judgement] | None, *, strict: bool
) -> Grade:
    """Score the cases of `check_format` together with the judgements, which a spec with a rubric needs.

    `strict` leaves 100 or 0. Raises `ValueError` where the judgements do not fit the spec.
    """
    if blank := next((case for case in cases if case.verdict is Verdict.EMPTY), None):
        return zero(blank.verdict, blank.detail)
    share = _share(spec, cases, judgements)
    score = exact(100 * share)
    broken = [case for case, check in zip(cases, spec.checks, strict=True) if check.essential and not case.passed]
    if broken:
        score = min(score, exact(BROKEN_AT_MOST))
    judged = judged_cases(spec.clarity, judgements) if spec.clarity and judgements else ()
    return _grade(exact(0) if strict and share < 1 else score, (*cases, *judged), broken)


def _share(spec: Format, cases: tuple[CaseGrade, ...], judgements: Sequence[Judgement] | None) -> Fraction:
    if (spec.clarity is None) != (judgements is None):
        raise ValueError("judgements are for a spec with a clarity rubric, and such a spec needs them")
    kept = Fraction(sum(case.passed for case in cases), len(spec.checks))
    if spec.clarity is None or judgements is None:
        return kept
    return RULES_SHARE * kept + (1 - RULES_SHARE) * judged_share(spec.clarity, judgements)


def _grade(score: Decimal, cases: tuple[CaseGrade, ...], broken: list[CaseGrade]) -> Grade:
    failed = [case for case in cases if not case.passed]
    if not failed:
        return Grade(score=score, verdict=Verdict.PASSED, cases=cases)
    first = broken[0] if broken else failed[0]
    reason = f"{len(failed)} of {len(cases)} checks failed; first {first.name}: {first.detail}"
    return Grade(score=score, verdict=first.verdict, cases=cases, reason=reason)
