"""Which stored answers are graded once more on a day: written as rows, which are then due until they end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, not_, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from yzindex.dimensions import MAIN_WEIGHTS, Dimension
from yzindex.grading.grade import Verdict
from yzindex.grading.spec import Needs
from yzindex.ports import FinishReason
from yzindex.records.database import Database
from yzindex.records.portions import portions
from yzindex.records.runs import has_concluded
from yzindex.records.states import IMPARTIAL, AnswerState, RegradePurpose, RunKind
from yzindex.records.tables import Answer, Evaluation, Regrade, Run, now
from yzindex.thermometer import Candidate, sampled

#: Of each dimension, so many of the oldest answers are looked at: enough for thirty models on every question once. From
#: as many on, the sample is the same every day.
_LOOKED_AT = 2000
#: Dimensions that share the judgements.
_JUDGED = sum(dimension.ai_assisted for dimension in Dimension)
_KEY = ("answer_id", "day", "grader_version")


@dataclass(frozen=True, kw_only=True)
class GradingDay:
    """A day, and the instrument that grades on it."""

    day: date
    grader_version: str
    judge_set_version: str


@dataclass(frozen=True, kw_only=True)
class Thermometer:
    """What is graded again every day: `answers` of each dimension, with at most `judgements` of judges in all."""

    answers: int
    judgements: int
    #: How many judges a vendor's models have.
    judges_of: Callable[[str], int]


def plan_thermometer(database: Database, on: GradingDay, thermometer: Thermometer, *, before: datetime) -> int:
    """Plan the day's sample of answers of runs that were made `before` a time; return how many, 0 where it is planned.

    Two planners at one moment plan the same. An answer that is planned for another purpose serves both.
    """
    with database.read() as session:
        if _is_planned(session, on):
            return 0
        candidates = {each: _candidates(session, each, thermometer.judges_of, before) for each in Dimension}
    chosen = [
        each.answer_id
        for dimension, found in candidates.items()
        for each in sampled(
            found,
            answers=thermometer.answers,
            judgements=thermometer.judgements // _JUDGED if dimension.ai_assisted else 0,
        )
    ]
    with database.write() as session:
        plan_regrades(session, chosen, RegradePurpose.THERMOMETER, on)
    return len(chosen)


def plan_regrades(session: Session, answer_ids: Sequence[int], purpose: RegradePurpose, on: GradingDay) -> None:
    """Plan to grade these answers on a day; those without a grade are left out, and those planned stay as they are.

    Judged answers take a call of every independent judge: leave them out where that is not meant.
    """
    for portion in portions(answer_ids):
        found = session.connection().execute(
            select(col(Answer.id), col(Answer.needs), col(Answer.score))
            .where(col(Answer.id).in_(portion), col(Answer.state) == AnswerState.GRADED)
            # Two planners write in one order, or each would wait for the other.
            .order_by(col(Answer.id))
        )
        planned: list[dict[str, object]] = [
            {
                "answer_id": answer_id,
                "purpose": purpose,
                "day": on.day,
                "grader_version": on.grader_version,
                "judge_set_version": on.judge_set_version,
                "needs": needs,
                "score_before": score,
                "planned_at": now(),
            }
            for answer_id, needs, score in found
        ]
        if planned:
            _insert(session, planned, purpose)


def answers_to_repair(session: Session, since: datetime) -> list[int]:
    """Find the graded answers that the analysis rests on: calibrations, and all runs made since a moment."""
    rows = (
        select(col(Answer.id))
        .join(Run, col(Run.number) == col(Answer.run_number))
        .where(
            col(Answer.dimension).in_(MAIN_WEIGHTS),
            col(Answer.state) == AnswerState.GRADED,
            has_concluded(),
            or_(col(Run.kind) == RunKind.CALIBRATION, col(Run.created_at) >= since),
        )
    )
    return sorted(answer for answer in session.connection().scalars(rows) if answer is not None)


def _insert(session: Session, planned: list[dict[str, object]], purpose: RegradePurpose) -> None:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(Regrade)
    if purpose is RegradePurpose.THERMOMETER:
        # A sample that lacked the answers which were suspicious would not be one.
        insert = insert.on_conflict_do_update(index_elements=_KEY, set_={"purpose": purpose})
    else:
        insert = insert.on_conflict_do_nothing(index_elements=_KEY)
    session.connection().execute(insert, planned)


def _is_planned(session: Session, on: GradingDay) -> bool:
    rows = select(col(Regrade.id)).where(
        col(Regrade.day) == on.day,
        col(Regrade.grader_version) == on.grader_version,
        col(Regrade.purpose) == RegradePurpose.THERMOMETER,
    )
    return session.connection().execute(rows.limit(1)).first() is not None


def _candidates(
    session: Session, dimension: Dimension, judges_of: Callable[[str], int], before: datetime
) -> list[Candidate]:
    """Read the oldest answers of a dimension whose grade a grader has worked for."""
    is_nothing = or_(
        col(Answer.verdict) == Verdict.EMPTY, col(Answer.finish_reason) == FinishReason.CONTENT_FILTER.value
    )
    rows = (
        select(
            col(Answer.id),
            col(Answer.question_digest),
            col(Answer.score),
            col(Answer.needs),
            col(Evaluation.model),
            col(Evaluation.vendor),
        )
        .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
        .join(Run, col(Run.number) == col(Answer.run_number))
        .where(
            and_(col(Answer.dimension) == dimension, col(Answer.state) == AnswerState.GRADED, not_(is_nothing)),
            and_(col(Run.kind).in_(IMPARTIAL), has_concluded(), col(Run.created_at) < before),
        )
        .order_by(col(Answer.id))
        .limit(_LOOKED_AT)
    )
    found = session.connection().execute(rows).mappings()
    # Without an independent judge an answer cannot be judged again, as when its judge has left the set.
    return [_candidate(row, judges_of) for row in found if row["needs"] is not Needs.JUDGE or judges_of(row["vendor"])]


def _candidate(row: Mapping[Any, Any], judges_of: Callable[[str], int]) -> Candidate:
    return Candidate(
        answer_id=row["id"],
        question=row["question_digest"],
        model=row["model"],
        score=row["score"],
        judgements=judges_of(row["vendor"]) if row["needs"] is Needs.JUDGE else 0,
    )
