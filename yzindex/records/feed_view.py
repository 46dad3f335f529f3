"""Reads what is new: reports of concluded daily runs, confirmed changes of models, moves of the board."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from yzindex.days import beginning_of, day_of
from yzindex.dimensions import Dimension
from yzindex.records.database import Database
from yzindex.records.ledger import MAIN
from yzindex.records.morning_view import morning_facts
from yzindex.records.runs import has_concluded
from yzindex.records.states import RANKED, Direction, MoveCause
from yzindex.records.tables import BoardMove, ConfirmedChange, Evaluation, Run
from yzindex.records.verdict_view import VerdictView, verdicts_of
from yzindex.report.blocks import Article, Foreign, heading, paragraph
from yzindex.report.figures import points
from yzindex.report.morning import MorningFacts, headline
from yzindex.report.naming import report_address
from yzindex.report.run_summary import run_summary
from yzindex.wording import shown

#: Entries of the feed, and reports among them.
MOST = 50
MOST_REPORTS = 10


@dataclass(frozen=True, kw_only=True)
class News:
    """One entry; `key` never changes and is no other's."""

    key: str
    title: str
    updated: datetime
    #: Where it can be read on this stack.
    address: str
    article: Article


def news(database: Database, zone: ZoneInfo) -> list[News]:
    """Read what is new, the newest first."""
    with database.read() as session:
        found = [*_reports(session, zone), *_changes(session, zone), *_moves(session, zone)]
    return sorted(found, key=lambda each: (each.updated, each.key), reverse=True)[:MOST]


def _reports(session: Session, zone: ZoneInfo) -> list[News]:
    newest = (
        select(Run)
        .where(has_concluded(), col(Run.kind).in_(RANKED))
        .order_by(col(Run.number).desc())
        .limit(MOST_REPORTS)
    )
    runs = session.exec(newest).all()
    evaluations = select(Evaluation).where(col(Evaluation.run_number).in_([run.number for run in runs]))
    said: defaultdict[int | None, list[VerdictView]] = defaultdict(list)
    # An advice is not told, and so neither is how stable a model was.
    for view in verdicts_of(session, session.exec(evaluations).all(), unstable=()).values():
        said[view.run_number].append(view)
    return [_report(session, zone, run, sorted(said[run.number], key=lambda view: view.model)) for run in runs]


def _report(session: Session, zone: ZoneInfo, run: Run, said: Sequence[VerdictView]) -> News:
    assert run.number is not None
    assert run.finished_at is not None
    day = max((view.day for view in said), default=day_of(run.created_at, zone))
    facts = morning_facts(session, zone, said, day) if said else MorningFacts(read_on=day, day=day)
    return News(
        key=f"run-{run.number}",
        title=headline(run.number, facts),
        updated=run.finished_at,
        address=report_address(run.number),
        article=run_summary(run.number, facts, said),
    )


def _changes(session: Session, zone: ZoneInfo) -> list[News]:
    rows = (
        select(ConfirmedChange, Run.finished_at)
        .join(Run, col(Run.number) == col(ConfirmedChange.run_number))
        .order_by(col(ConfirmedChange.day).desc(), col(ConfirmedChange.id).desc())
        .limit(MOST)
    )
    return [
        _change(change, finished_at or beginning_of(change.day, zone)) for change, finished_at in session.exec(rows)
    ]


def _change(change: ConfirmedChange, updated: datetime) -> News:
    way = "drop" if change.direction is Direction.FALL else "rise"
    chart = "" if change.chart == MAIN else f" of {Dimension(change.chart).shown_as}"
    least, most = sorted((abs(change.lo), abs(change.hi)))
    told = (
        f"confirmed {way} since {change.since.isoformat()} of {points(abs(change.size))} points{chart} "
        f"[{points(least)}, {points(most)}]"
    )
    counts = f"{change.worse} worse, {change.better} better, {change.equal} equal"
    return News(
        key=f"change-{change.id}",
        title=f"{shown(change.model)}: {told}",
        updated=updated,
        address=report_address(change.run_number),
        article=(
            heading(1, Foreign(change.model), f": {told}"),
            paragraph(f"Confirmed on {change.day.isoformat()}: the same questions, asked again: {counts}."),
        ),
    )


def _moves(session: Session, zone: ZoneInfo) -> list[News]:
    rows = select(BoardMove).order_by(col(BoardMove.day).desc(), col(BoardMove.id).desc()).limit(MOST)
    return [_move(move, zone) for move in session.exec(rows)]


def _move(move: BoardMove, zone: ZoneInfo) -> News:
    cause = "The grader" if move.cause is MoveCause.GRADER else "The questions"
    title = f"{cause} moved since {move.since.isoformat()}: no verdicts on models"
    ended = "" if move.ended_on is None else f" Verdicts went on on {move.ended_on.isoformat()}."
    return News(
        key=f"move-{move.id}",
        title=title,
        updated=beginning_of(move.ended_on or move.day, zone),
        address="/v1/verdicts",
        article=(heading(1, title), paragraph(f"Told on {move.day.isoformat()}.{ended}")),
    )
