"""Verdicts of a past day, judged anew from the rows up to it; what is stored of it and what came later is not read."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from yzindex.records.judging import judged
from yzindex.records.tables import Evaluation
from yzindex.records.verdict_view import VerdictView, views_of_unstored
from yzindex.records.verdicts import verdict_rows


def verdicts_as_of(session: Session, zone: ZoneInfo, day: date, *, asks: bool) -> tuple[VerdictView, ...]:
    """Judge the last day up to `day` of which something can be said, by model; empty where there is none."""
    found = judged(session, zone, asks=asks, as_of=day)
    last = max((each.day for each in found.days if each.verdicts), default=None)
    if last is None:
        return ()
    rows = {row.evaluation_id: row for row in verdict_rows(session, zone, found, since=last) if row.day == last}
    evaluations = session.exec(select(Evaluation).where(col(Evaluation.id).in_(rows)).order_by(col(Evaluation.model)))
    return views_of_unstored(session, [(rows[each.id or 0], each) for each in evaluations])
