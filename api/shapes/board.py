"""The board."""

from pydantic import Field

from api.shapes.results import ChangeBody, ResultBody, UnscoredBody, change_body, result_body, unscored_body
from api.shapes.values import Body, Moment, Score, score
from api.shapes.verdicts import RecordBody, VerdictBody, record_body, verdict_body
from yzindex.records.board_view import FEWEST, WINDOW, BoardView, Standing
from yzindex.scoring.spread import WINDOW as REPEATABILITY_WINDOW
from yzindex.scoring.spread import Repeatability

ADVICE = "A single day is no basis for a decision."


class StabilityBody(Body):
    """Repeatability: max(0, 100 - 2 sd) of `core_raw` over the last runs."""

    stability: Score
    standard_deviation: Score = Field(description="Sample standard deviation, in points.")
    runs: int = Field(description="How many runs it rests on, at most 7.")
    warning: bool = Field(description="Whether it is below 30.")


class StandingBody(Body):
    """One model on the board."""

    model: str
    simulated: bool
    rank: int | None = Field(description="Null for the reason in `unranked`; equal means share a rank.")
    unranked: str | None
    mean: Score | None = Field(description="Mean of `core_display` over `runs`.")
    runs: list[int] = Field(description="The model's last five runs with a main score, oldest first.")
    latest: ResultBody | None = Field(description="The model's newest concluded smoke run.")
    latest_finished_at: Moment | None
    in_latest_run: bool = Field(description="Whether that is the board's newest run.")
    change: ChangeBody | None
    verdict: VerdictBody | None = Field(description="What is said of `latest`; null before it was analysed.")
    unscored: list[UnscoredBody]
    stability: StabilityBody | None = Field(description="Null with fewer than two runs.")


class BoardBody(Body):
    """All models of the fleet: the ranked ones first. Scores of simulated models mean nothing."""

    latest_run: int | None
    finished_at: Moment | None
    simulated: bool
    window: int = WINDOW
    fewest_runs: int = FEWEST
    stability_window: int = REPEATABILITY_WINDOW
    advice: str = ADVICE
    record: RecordBody
    models: list[StandingBody]


def board_body(view: BoardView) -> BoardBody:
    return BoardBody(
        latest_run=view.latest_run,
        finished_at=None if view.latest is None else view.latest.finished_at,
        simulated=view.simulated,
        record=record_body(view.record),
        models=[_standing(standing, view.latest_run) for standing in view.standings],
    )


def _standing(standing: Standing, latest_run: int | None) -> StandingBody:
    latest = standing.latest
    return StandingBody(
        model=standing.model,
        simulated=standing.simulated,
        rank=standing.rank,
        unranked=standing.unranked,
        mean=score(standing.rolling_mean),
        runs=list(standing.runs),
        latest=None if latest is None else result_body(latest),
        latest_finished_at=standing.latest_finished_at,
        in_latest_run=latest is not None and latest.run_number == latest_run,
        change=None if standing.change is None else change_body(standing.change),
        verdict=None if standing.verdict is None else verdict_body(standing.verdict),
        unscored=[unscored_body(question) for question in standing.unscored],
        stability=None if standing.repeatability is None else _stability(standing.repeatability),
    )


def _stability(found: Repeatability) -> StabilityBody:
    return StabilityBody(
        stability=score(found.stability),
        standard_deviation=score(found.standard_deviation),
        runs=found.runs,
        warning=found.is_warning,
    )
