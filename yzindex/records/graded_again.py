"""Whether a grader's move was seen again: the sample of stored answers that told it, and all the others after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func

from yzindex.dimensions import MAIN_WEIGHTS, Dimension
from yzindex.drift.ledger import NONE_GRADED_AGAIN, GradedAgain
from yzindex.records.states import RegradePurpose, RegradeState
from yzindex.records.tables import Answer, Regrade


@dataclass(frozen=True, kw_only=True)
class MoveSeen:
    """The sample that told a move, and the others, both of the dimensions that came out different in the sample."""

    sample: GradedAgain = NONE_GRADED_AGAIN
    others: GradedAgain = NONE_GRADED_AGAIN


NOT_SEEN = MoveSeen()


@dataclass(frozen=True, kw_only=True)
class _Grade:
    answer: int
    dimension: Dimension
    of_repair: bool
    score: Decimal


def move_seen(session: Session, told_on: date, ended_on: date) -> MoveSeen:
    """Read what was graded on the day of a move, and for the repair that ended it; nothing without a repair."""
    repaired_on: date | None = session.execute(
        select(func.max(col(Regrade.day))).where(
            col(Regrade.purpose) == RegradePurpose.REPAIR, col(Regrade.day).between(told_on, ended_on)
        )
    ).scalar_one()
    if repaired_on is None:
        return NOT_SEEN
    grades = [each for each in _grades(session, told_on) if not each.of_repair]
    grades += [each for each in _grades(session, repaired_on) if each.of_repair]
    known = _known_before(session, told_on, repaired_on)
    changed = {each.answer for each in grades if known[each.answer] != each.score}
    moved = {each.dimension for each in grades if not each.of_repair and each.answer in changed}
    inside = [each for each in grades if each.dimension in moved]
    return MoveSeen(
        sample=_counted((each for each in inside if not each.of_repair), changed),
        others=_counted((each for each in inside if each.of_repair), changed),
    )


def _grades(session: Session, day: date) -> list[_Grade]:
    rows = (
        select(col(Regrade.answer_id), col(Answer.dimension), col(Regrade.purpose), col(Regrade.score_now))
        .join(Answer, col(Answer.id) == col(Regrade.answer_id))
        .where(
            col(Regrade.day) == day,
            col(Regrade.state) == RegradeState.GRADED,
            col(Answer.dimension).in_(MAIN_WEIGHTS),
        )
    )
    return [
        _Grade(answer=answer, dimension=dimension, of_repair=purpose is RegradePurpose.REPAIR, score=score)
        for answer, dimension, purpose, score in session.execute(rows)
    ]


def _known_before(session: Session, told_on: date, repaired_on: date) -> dict[int, Decimal]:
    """Read the score that was known of each answer when the move was told: the last one that it was given before."""
    earlier = aliased(Regrade)
    rows = (
        select(col(Regrade.answer_id), col(Regrade.score_before), col(earlier.score_now))
        .join(
            earlier,
            (col(earlier.answer_id) == col(Regrade.answer_id))
            & (col(earlier.day) < told_on)
            & (col(earlier.state) == RegradeState.GRADED),
            isouter=True,
        )
        .where(col(Regrade.day).in_({told_on, repaired_on}))
        .order_by(col(earlier.day), col(earlier.id))
    )
    found: dict[int, Decimal] = {}
    for answer, at_first, later in session.execute(rows):
        if later is not None or answer not in found:
            found[answer] = at_first if later is None else later
    return found


def _counted(grades: Iterable[_Grade], changed: set[int]) -> GradedAgain:
    answers = [each.answer for each in grades]
    return GradedAgain(answers=len(answers), changed=len(changed.intersection(answers)))
