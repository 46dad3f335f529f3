"""The board: models ranked by the mean of their last five main scores, beside what today's run says of each.

Only concluded runs of the kinds that rank count. A single day is never ranked alone, and a day without a main score is
no zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from yzindex.fleet import Fleet, Model
from yzindex.records.database import Database
from yzindex.records.ledger import BoardRecord, board_record
from yzindex.records.run_views import Change, Result, UnscoredQuestion, change_of, result_of, unscored_of
from yzindex.records.runs import has_concluded
from yzindex.records.states import RANKED
from yzindex.records.tables import Evaluation, Run
from yzindex.records.verdict_view import VerdictView, verdicts_of
from yzindex.scoring import mean
from yzindex.scoring.spread import WINDOW as REPEATABILITY_WINDOW
from yzindex.scoring.spread import Repeatability, repeatability

#: Runs in the rolling mean that ranks.
WINDOW = 5
#: Fewer runs than this are not ranked.
FEWEST = 2


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One model on the board. `rank` is None for the reason in `unranked`; equal means share a rank."""

    model: str
    simulated: bool
    rank: int | None
    unranked: str | None
    #: Mean of `core_display` over `runs`, the model's last runs with a main score, oldest first.
    rolling_mean: Decimal | None
    runs: tuple[int, ...]
    #: The model's newest concluded run; None if it has none.
    latest: Result | None
    latest_finished_at: datetime | None
    unscored: tuple[UnscoredQuestion, ...]
    change: Change | None
    #: What is said of the latest result; None before it was analysed.
    verdict: VerdictView | None
    #: Of `core_raw`: the cap would pass off a model that fails every day as a steady one.
    repeatability: Repeatability | None


@dataclass(frozen=True, kw_only=True)
class BoardView:
    """All models of the fleet: the ranked ones in their order, then the others by name."""

    #: The newest concluded smoke run; None before the first.
    latest_run: int | None
    finished_at: datetime | None
    standings: tuple[Standing, ...]
    record: BoardRecord

    @property
    def simulated(self) -> bool:
        return any(standing.simulated for standing in self.standings)


def board_view(database: Database, fleet: Fleet) -> BoardView:
    """Read the board of a fleet."""
    with database.read() as session:
        newest = session.exec(
            select(Run).where(col(Run.kind).in_(RANKED), has_concluded()).order_by(col(Run.number).desc()).limit(1)
        ).first()
        latest = {model.slug: _concluded(session, model.slug, scored=False, limit=1) for model in fleet.models}
        verdicts = verdicts_of(session, [evaluation for found in latest.values() for evaluation, _ in found])
        standings = [_standing(session, model, fleet, latest[model.slug], verdicts) for model in fleet.models]
        record = board_record(session)
    return BoardView(
        latest_run=None if newest is None else newest.number,
        finished_at=None if newest is None else newest.finished_at,
        standings=ranked(standings),
        record=record,
    )


def ranked(standings: Sequence[Standing]) -> tuple[Standing, ...]:
    """Give ranks by rolling mean, highest first, to those that may have one."""
    means = {each.model: each.rolling_mean for each in standings if each.unranked is None}
    placed = [
        _placed(each, means[each.model], [m for m in means.values() if m is not None])
        for each in standings
        if each.unranked is None
    ]
    others = [each for each in standings if each.unranked is not None]
    return (
        *sorted(placed, key=lambda each: (each.rank or 0, each.model)),
        *sorted(others, key=lambda each: each.model),
    )


def _placed(standing: Standing, own: Decimal | None, means: Sequence[Decimal]) -> Standing:
    return replace(standing, rank=1 + sum(own is not None and other > own for other in means))


def _standing(
    session: Session,
    model: Model,
    fleet: Fleet,
    newest: Sequence[tuple[Evaluation, Run]],
    verdicts: Mapping[tuple[str, int], VerdictView],
) -> Standing:
    scored = list(reversed(_concluded(session, model.slug, scored=True, limit=REPEATABILITY_WINDOW)))
    averaged = scored[-WINDOW:]
    evaluation, run = newest[0] if newest else (None, None)
    latest = None if evaluation is None else result_of(session, evaluation)
    return Standing(
        model=model.slug,
        simulated=fleet.provider(model.provider).simulated or any(each.simulated for each, _ in (*newest, *scored)),
        rank=None,
        unranked=_unranked(latest, len(averaged)),
        rolling_mean=mean(each.core_display for each, _ in averaged if each.core_display is not None),
        runs=tuple(each.run_number for each, _ in averaged),
        latest=latest,
        latest_finished_at=None if run is None else run.finished_at,
        unscored=() if evaluation is None else tuple(unscored_of(session, [evaluation.id]).get(evaluation.id or 0, ())),
        change=None if run is None or latest is None else change_of(session, run, model.slug, latest),
        verdict=None if evaluation is None else verdicts.get((model.slug, evaluation.run_number)),
        repeatability=repeatability([each.core_raw for each, _ in scored if each.core_raw is not None]),
    )


def _concluded(session: Session, model: str, *, scored: bool, limit: int) -> list[tuple[Evaluation, Run]]:
    rows = (
        select(Evaluation, Run)
        .join(Run, col(Run.number) == col(Evaluation.run_number))
        .where(Evaluation.model == model, col(Run.kind).in_(RANKED), has_concluded())
        .order_by(col(Run.number).desc())
        .limit(limit)
    )
    if scored:
        rows = rows.where(col(Evaluation.core_display).is_not(None))
    return list(session.exec(rows))


def _unranked(latest: Result | None, runs: int) -> str | None:
    if latest is None:
        return "no concluded smoke run yet"
    if latest.core_display is None:
        return f"no main score in Run #{latest.run_number}: a main dimension has no scored answer"
    if runs < FEWEST:
        return f"only {runs} run with a main score: a single day is never ranked alone"
    return None
