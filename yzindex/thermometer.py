"""The thermometer's sample: which stored answers are graded again every day to see whether a grader has moved.

An answer that scored 0 can only rise and one with full score can only fall, so a sample needs both.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from yzindex.grading.grade import FULL_SCORE


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A graded answer of one dimension. Ids grow with time."""

    answer_id: int
    question: str
    model: str
    score: Decimal
    #: How many of judges grading it again takes.
    judgements: int


def sampled(candidates: Iterable[Candidate], *, answers: int, judgements: int) -> list[Candidate]:
    """Choose answers of one dimension within a budget of judgements, spread over questions, then scores, then models.

    Older answers win where nothing else decides, so that what comes later changes a sample little. Deterministic.
    """
    left = sorted(candidates, key=lambda each: each.answer_id)
    taken, seen = list[Candidate](), Counter[tuple[str, str]]()
    while len(taken) < answers:
        left = [each for each in left if each.judgements <= judgements]
        if not left:
            break
        best = min(left, key=lambda each: [seen[trait] for trait in _traits(each)])
        left.remove(best)
        taken.append(best)
        seen.update(_traits(best))
        judgements -= best.judgements
    return taken


def _traits(candidate: Candidate) -> tuple[tuple[str, str], ...]:
    """Give what a sample should be spread over, the most important first."""
    extreme = {Decimal(0): "none", FULL_SCORE: "full"}
    return (
        ("question", candidate.question),
        ("score", extreme.get(candidate.score, "part")),
        ("model", candidate.model),
    )
