"""The board: models ranked by the mean of their last five main scores, beside what today's run says of each.

Only concluded runs of the kinds that rank count. A single day is never ranked alone, and a day without a main score is
no zero. However many models there are, the number of queries is the same.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from yzindex.fleet import Fleet, Model
from yzindex.records.availability import Availability, availability_of
from yzindex.records.board_health import Health, health_of
from yzindex.records.database import Database
from yzindex.records.ledger import BoardRecord, board_record
from yzindex.records.recent import RecentRun, recent_runs, with_main_score
from yzindex.records.run_views import (
    Change,
    Result,
    RunHead,
    UnscoredQuestion,
    change_between,
    results_of,
    run_head,
    unscored_of,
)
from yzindex.records.runs import has_concluded
from yzindex.records.sights import BoardSight, board_sight
from yzindex.records.states import RANKED
from yzindex.records.tables import Evaluation, Run
from yzindex.records.verdict_view import VerdictView, verdicts_of
from yzindex.scoring import mean
from yzindex.scoring.ranking import RankRange, half_width, rank_ranges
from yzindex.scoring.spread import WINDOW as REPEATABILITY_WINDOW
from yzindex.scoring.spread import Repeatability, repeatability

#: Runs in the rolling mean that ranks.
WINDOW = 5
#: Fewer runs than this are not ranked.
FEWEST = 2
#: Runs that the course of a model's scores is drawn of.
COURSE = 30


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One model on the board. `rank` is None for the reason in `unranked`; equal means share a rank."""

    model: str
    simulated: bool
    rank: int | None
    #: The ranks that it may as well have, where its interval overlaps with those of others.
    ranks: RankRange | None
    unranked: str | None
    #: Mean of `core_display` over `runs`, the model's last runs with a main score, oldest first.
    rolling_mean: Decimal | None
    #: Half the width of its interval of 95 %, of the noise of the answers; None where too little is known of it.
    half_width: Decimal | None
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
    #: The last runs, oldest first.
    course: tuple[RecentRun, ...]
    #: Of its calls in the last five runs.
    availability: Availability | None

    @property
    def labels(self) -> tuple[str | None, ...]:
        """The last five integrity labels, oldest first: one of them rests on two probes."""
        return tuple(each.label for each in self.course[-WINDOW:])

    @property
    def value(self) -> Decimal | None:
        """`core_display` of the latest run per US dollar that it cost at list price; None where it cost nothing."""
        if self.latest is None or self.latest.core_display is None or not self.latest.cost_usd:
            return None
        return self.latest.core_display / self.latest.cost_usd


@dataclass(frozen=True, kw_only=True)
class BoardView:
    """All models of the fleet: the ranked ones in their order, then the others by name."""

    #: The newest concluded smoke run; None before the first.
    latest: RunHead | None
    standings: tuple[Standing, ...]
    health: Health
    record: BoardRecord
    #: What the board could see on the last day of which that is worked out; None before the first.
    sight: BoardSight | None

    @property
    def latest_run(self) -> int | None:
        return None if self.latest is None else self.latest.number

    @property
    def simulated(self) -> bool:
        return any(standing.simulated for standing in self.standings)

    @property
    def of_latest_run(self) -> list[Result]:
        """The results of the newest run."""
        found = (standing.latest for standing in self.standings)
        return [result for result in found if result is not None and result.run_number == self.latest_run]


def board_view(database: Database, fleet: Fleet) -> BoardView:
    """Read the board of a fleet."""
    with database.read() as session:
        newest = session.exec(
            select(Run).where(col(Run.kind).in_(RANKED), has_concluded()).order_by(col(Run.number).desc()).limit(1)
        ).first()
        found = _found(session, [model.slug for model in fleet.models])
        return BoardView(
            latest=None if newest is None else run_head(session, newest),
            standings=ranked([_standing(model, fleet, found) for model in fleet.models]),
            health=health_of(session, newest),
            record=board_record(session),
            sight=board_sight(session),
        )


def ranked(standings: Sequence[Standing]) -> tuple[Standing, ...]:
    """Give ranks by rolling mean, highest first, to those that may have one."""
    placed = [each for each in standings if each.unranked is None]
    means = {each.model: each.rolling_mean for each in placed if each.rolling_mean is not None}
    ranges = rank_ranges(means, {each.model: each.half_width for each in placed})
    with_ranks = [
        replace(each, rank=1 + sum(other > means[each.model] for other in means.values()), ranks=ranges[each.model])
        for each in placed
    ]
    others = [each for each in standings if each.unranked is not None]
    return (
        *sorted(with_ranks, key=lambda each: (each.rank or 0, each.model)),
        *sorted(others, key=lambda each: each.model),
    )


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What is read of all models at once, by model or by the evaluation's id."""

    recent: Mapping[str, Sequence[RecentRun]]
    results: Mapping[int, Result]
    runs: Mapping[int, Run]
    verdicts: Mapping[tuple[str, int], VerdictView]
    unscored: Mapping[int, Sequence[UnscoredQuestion]]
    availability: Mapping[str, Availability]


def _found(session: Session, models: Collection[str]) -> _Found:
    recent = recent_runs(session, models, limit=COURSE)
    compared = [each for runs in recent.values() for each in runs[:2]]
    evaluations = session.exec(
        select(Evaluation).where(col(Evaluation.id).in_([each.evaluation_id for each in compared]))
    ).all()
    newest = {runs[0].evaluation_id for runs in recent.values() if runs}
    latest = [evaluation for evaluation in evaluations if evaluation.id in newest]
    runs = session.exec(select(Run).where(col(Run.number).in_({each.run_number for each in compared})))
    return _Found(
        recent=recent,
        results=results_of(session, evaluations),
        runs={run.number: run for run in runs if run.number is not None},
        verdicts=verdicts_of(session, latest),
        unscored=unscored_of(session, newest),
        availability=availability_of(session, {model: own[:WINDOW] for model, own in recent.items()}),
    )


def _standing(model: Model, fleet: Fleet, found: _Found) -> Standing:
    recent = found.recent[model.slug]
    scored = with_main_score(recent)
    averaged = list(reversed(scored[:WINDOW]))
    latest = found.results[recent[0].evaluation_id] if recent else None
    variances = [each.variance for each in averaged if each.variance is not None]
    return Standing(
        model=model.slug,
        simulated=fleet.provider(model.provider).simulated or any(each.simulated for each in recent),
        rank=None,
        ranks=None,
        unranked=_unranked(latest, len(averaged)),
        rolling_mean=mean(each.core_display for each in averaged if each.core_display is not None),
        half_width=half_width(variances) if averaged and len(variances) == len(averaged) else None,
        runs=tuple(each.run_number for each in averaged),
        latest=latest,
        latest_finished_at=recent[0].finished_at if recent else None,
        unscored=tuple(found.unscored.get(recent[0].evaluation_id, ())) if recent else (),
        change=_change(recent, found),
        verdict=found.verdicts.get((model.slug, recent[0].run_number)) if recent else None,
        repeatability=repeatability(
            [each.core_raw for each in reversed(scored[:REPEATABILITY_WINDOW]) if each.core_raw is not None]
        ),
        course=tuple(reversed(recent)),
        availability=found.availability.get(model.slug),
    )


def _change(recent: Sequence[RecentRun], found: _Found) -> Change | None:
    """The newest run beside the one before it: they are of one kind, as only one kind ranks."""
    if len(recent) < 2:
        return None
    now, before = recent[:2]
    return change_between(
        (found.runs[before.run_number], found.results[before.evaluation_id]),
        (found.runs[now.run_number], found.results[now.evaluation_id]),
    )


def _unranked(latest: Result | None, runs: int) -> str | None:
    if latest is None:
        return "no concluded smoke run yet"
    if latest.core_display is None:
        return f"no main score in Run #{latest.run_number}: a main dimension has no scored answer"
    if runs < FEWEST:
        return f"only {runs} run with a main score: a single day is never ranked alone"
    return None
