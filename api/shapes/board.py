"""The board."""

from dataclasses import asdict
from datetime import date

from pydantic import Field

from api.shapes.facts import FactBody, fact_bodies
from api.shapes.results import ChangeBody, ResultBody, UnscoredBody, change_body, result_body, unscored_body
from api.shapes.sight import SightBody, sight_body
from api.shapes.values import Body, Exact, Moment, Score, score
from api.shapes.verdicts import RecordBody, VerdictBody, record_body, verdict_body
from yzindex.records.availability import Availability
from yzindex.records.board_health import Health
from yzindex.records.board_view import FEWEST, WINDOW, BoardView, Standing
from yzindex.records.states import MoveCause
from yzindex.scoring.spread import WINDOW as REPEATABILITY_WINDOW
from yzindex.scoring.spread import Repeatability

ADVICE = "A single day is no basis for a decision."


class StabilityBody(Body):
    """Repeatability: max(0, 100 - 2 sd) of `core_raw` over the last runs."""

    stability: Score
    standard_deviation: Score = Field(description="Sample standard deviation, in points.")
    runs: int = Field(description="How many runs it rests on, at most 7.")
    warning: bool = Field(description="Whether it is below 30.")


class RanksBody(Body):
    """The best and the worst rank that a model may have, where its interval overlaps with those of others."""

    best: int
    worst: int


class AvailabilityBody(Body):
    """Calls of a model in its last five runs."""

    calls: int = Field(description="Questions that it was called for.")
    usable: int = Field(description="Of these, with a usable response in the end.")
    attempts: int = Field(description="Requests, the repeated ones included.")


class MoveBody(Body):
    """A move of the questions or of a grader that goes on: no verdicts on models meanwhile."""

    cause: MoveCause
    since: date
    told_on: date
    chart: str | None = Field(description="Null where it is all.")
    points: Score | None = Field(description="What stored answers get more now; null of a move of the questions.")


class ReadingBody(Body):
    """What grading stored answers again gave on one day."""

    day: date
    graded: int
    changed: int
    open: int
    unscored: int


class HealthBody(Body):
    """Whether graders and questions stand still, and what the newest run has cost."""

    moves: list[MoveBody]
    reading: ReadingBody | None = Field(description="Null before the first.")
    spent_usd: Exact = Field(
        description="Cost at list price of the newest run and of what was asked and graded since, judges included."
    )


class StandingBody(Body):
    """One model on the board."""

    model: str
    simulated: bool
    rank: int | None = Field(description="Null for the reason in `unranked`; equal means share a rank.")
    ranks: RanksBody | None = Field(description="Ranks that it may as well have; null where it has none.")
    unranked: str | None
    half_width: Score | None = Field(
        description="Half the interval of 95 % of `mean`, of the noise of answers; null where that is not known."
    )
    mean: Score | None = Field(description="Mean of `core_display` over `runs`.")
    runs: list[int] = Field(description="The model's last five runs with a main score, oldest first.")
    latest: ResultBody | None = Field(description="The model's newest concluded smoke run.")
    latest_finished_at: Moment | None
    in_latest_run: bool = Field(description="Whether that is the board's newest run.")
    change: ChangeBody | None
    verdict: VerdictBody | None = Field(description="What is said of `latest`; null before it was analysed.")
    unscored: list[UnscoredBody]
    stability: StabilityBody | None = Field(description="Null with fewer than two runs.")
    labels: list[str | None] = Field(description="The last five integrity labels, oldest first.")
    availability: AvailabilityBody | None = Field(description="Null where it was never called.")
    value: Score | None = Field(description="`core_display` per US dollar of the latest run; null where that is free.")


class BoardBody(Body):
    """All models of the fleet: the ranked ones first. Scores of simulated models mean nothing."""

    latest_run: int | None
    finished_at: Moment | None
    simulated: bool
    morning: str = Field(description="What the newest verdicts come to, in one sentence.")
    window: int = WINDOW
    fewest_runs: int = FEWEST
    stability_window: int = REPEATABILITY_WINDOW
    advice: str = ADVICE
    record: RecordBody
    sight: SightBody = Field(description="What the board can see.")
    health: HealthBody
    facts: list[FactBody] = Field(description="The same in words, with the coverage of the newest run.")
    models: list[StandingBody]


def board_body(view: BoardView, *, morning: str, today: date) -> BoardBody:
    return BoardBody(
        latest_run=view.latest_run,
        finished_at=None if view.latest is None else view.latest.finished_at,
        simulated=view.simulated,
        morning=morning,
        record=record_body(view.record),
        sight=sight_body(view.sight, today),
        health=_health(view.health),
        facts=fact_bodies(view),
        models=[_standing(standing, view.latest_run) for standing in view.standings],
    )


def _standing(standing: Standing, latest_run: int | None) -> StandingBody:
    latest = standing.latest
    return StandingBody(
        model=standing.model,
        simulated=standing.simulated,
        rank=standing.rank,
        ranks=None if standing.ranks is None else RanksBody.model_validate(asdict(standing.ranks)),
        unranked=standing.unranked,
        half_width=score(standing.half_width),
        mean=score(standing.rolling_mean),
        runs=list(standing.runs),
        latest=None if latest is None else result_body(latest),
        latest_finished_at=standing.latest_finished_at,
        in_latest_run=latest is not None and latest.run_number == latest_run,
        change=None if standing.change is None else change_body(standing.change),
        verdict=None if standing.verdict is None else verdict_body(standing.verdict),
        unscored=[unscored_body(question) for question in standing.unscored],
        stability=None if standing.repeatability is None else _stability(standing.repeatability),
        labels=list(standing.labels),
        availability=_availability(standing.availability),
        value=score(standing.value, 0),
    )


def _availability(found: Availability | None) -> AvailabilityBody | None:
    return None if found is None else AvailabilityBody.model_validate(asdict(found))


def _health(found: Health) -> HealthBody:
    return HealthBody(
        moves=[
            MoveBody(cause=move.cause, since=move.since, told_on=move.day, chart=move.chart, points=score(move.points))
            for move in found.moves
        ],
        reading=None if found.reading is None else ReadingBody.model_validate(asdict(found.reading)),
        spent_usd=found.spent_usd,
    )


def _stability(found: Repeatability) -> StabilityBody:
    return StabilityBody(
        stability=score(found.stability),
        standard_deviation=score(found.standard_deviation),
        runs=found.runs,
        warning=found.is_warning,
    )
