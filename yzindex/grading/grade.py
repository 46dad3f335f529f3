"""What grading says of one reply. Trouble of ours is never a grade: see `yzindex.errors.Unavailable`."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from yzindex.scoring.formulas import exact

#: Changes whenever a grader below would give another score for the same reply.
GRADER_VERSION = "4"

FULL_SCORE = Decimal(100)


class Verdict(StrEnum):
    """What a reply did, in the order in which the first that applies is chosen."""

    #: Full score.
    PASSED = "passed"
    #: The reply is blank.
    EMPTY = "empty"
    #: The model or its provider's filter declined.
    REFUSED = "refused"
    #: The model was still writing at the question's stated limit.
    TRUNCATED = "truncated"
    #: A code question answered without code that could be run.
    NO_CODE = "no_code"
    #: The program used up its time.
    TIME_LIMIT = "time_limit"
    #: The program used up its memory.
    MEMORY_LIMIT = "memory_limit"
    #: The program wrote more than it may.
    OUTPUT_LIMIT = "output_limit"
    #: The program ended in an error or before it gave a value.
    RUNTIME_ERROR = "runtime_error"
    #: Something else than expected was returned, printed or stated.
    WRONG_ANSWER = "wrong_answer"
    #: A citation is fabricated, altered, misplaced or missing.
    MISCITED = "miscited"
    #: The required structure or format was not kept.
    BROKE_FORMAT = "broke_format"
    #: The reply presents something made up as real.
    FABRICATED = "fabricated"
    #: Scored below full by judge models.
    JUDGED = "judged"


@dataclass(frozen=True, kw_only=True)
class CaseGrade:
    """One test case, rule or rubric item."""

    name: str
    passed: bool
    verdict: Verdict
    detail: str = ""
    #: What would have been right. Kept with the row and never published: the question will be drawn again.
    expected: str = ""


@dataclass(frozen=True, kw_only=True)
class Grade:
    """A reply's score (0 to 100, stored step) and why."""

    score: Decimal
    verdict: Verdict
    cases: tuple[CaseGrade, ...] = ()
    reason: str = ""


def zero(verdict: Verdict, reason: str) -> Grade:
    """Grade a reply that earns nothing."""
    return Grade(score=exact(0), verdict=verdict, reason=reason)


def grade_cases(cases: tuple[CaseGrade, ...], *, strict: bool) -> Grade:
    """Score by the share of passed cases, or all or nothing when `strict`; the verdict is the first failure's."""
    failed = [case for case in cases if not case.passed]
    if not failed:
        return Grade(score=exact(FULL_SCORE), verdict=Verdict.PASSED, cases=cases)
    share = Fraction(0) if strict else Fraction(len(cases) - len(failed), len(cases))
    worst = failed[0]
    return Grade(
        score=exact(100 * share),
        verdict=worst.verdict,
        cases=cases,
        reason=f"{len(failed)} of {len(cases)} cases failed; first {worst.name}: {worst.detail}".rstrip(": "),
    )
