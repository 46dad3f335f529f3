"""What the board can see: how soon falls of known sizes are found, and what that was worked out from."""

from datetime import date

from pydantic import Field

from api.shapes.values import Body
from yzindex.drift.sight import HORIZON_DAYS, SOON_DAYS, Finds, told_finds, told_shares
from yzindex.records.sights import BoardSight

_NOT_YET = "it is worked out once a run of the day has concluded and none is open"


class FindsBody(Body):
    """How simulated falls of one size were found."""

    points: float = Field(description="Of the main score.")
    simulated_falls: int
    found_on_days: list[int] = Field(description="Of those that were found, the days that each took, ascending.")
    nine_in_ten_within_days: int | None = Field(description=f"Null where that takes more than {HORIZON_DAYS} days.")
    found_soon: int = Field(description=f"Found within {SOON_DAYS} days.")
    share_soon: tuple[float, float, float] = Field(description="Their share, and its interval of 95 %.")


class SightBody(Body):
    """Falls are simulated in models and on questions like the board's, and looked for as on the board itself."""

    day: date | None = Field(description="Day on which it was worked out; null before the first.")
    told: str = Field(description="The same as one sentence.")
    basis: str | None = Field(description="What it was worked out from, in words; null where nothing can be seen.")
    reason: str | None = Field(description="Why nothing can be said.")
    falls: list[FindsBody] = Field(description="By size; one that no model can take is left out.")
    asks_again: bool | None = Field(description="Whether models that look suspicious are asked again.")
    last_run: int | None = Field(description="The last run that counts.")
    runs: int
    answers: int = Field(description="Scored answers in the main dimensions.")
    models: int = Field(description="Models with scores.")
    daily_questions: int = Field(description="Questions in the main dimensions that each gets a day.")
    simulated: bool = Field(description="Whether the board's models are simulated; the falls always are.")
    analysis_version: str | None
    seed: int | None


def sight_body(sight: BoardSight | None, today: date) -> SightBody:
    """Tell what could be seen on a day as somebody needs it who reads it today."""
    if sight is None:
        return SightBody(
            day=None,
            told=_not_known("What this board can see", _NOT_YET),
            basis=None,
            reason=_NOT_YET,
            falls=[],
            asks_again=None,
            last_run=None,
            runs=0,
            answers=0,
            models=0,
            daily_questions=0,
            simulated=False,
            analysis_version=None,
            seed=None,
        )
    opening = f"What this board can see {'today' if sight.day == today else f'as of {sight.day:%-d %B %Y}'}"
    return SightBody(
        day=sight.day,
        told=f"{opening}: {told_finds(sight.finds)}." if sight.reason is None else _not_known(opening, sight.reason),
        basis=_basis(sight) if sight.reason is None else None,
        reason=sight.reason,
        falls=[_finds(each) for each in sight.finds],
        asks_again=sight.asks,
        last_run=sight.last_run,
        runs=sight.runs,
        answers=sight.answers,
        models=sight.models,
        daily_questions=sight.daily_questions,
        simulated=sight.simulated,
        analysis_version=sight.analysis_version,
        seed=sight.seed,
    )


def _not_known(opening: str, reason: str) -> str:
    return f"{opening}: not known ({reason})."


def _basis(sight: BoardSight) -> str:
    """Say how many falls were simulated, and what they were simulated from.

    The interval is that of the simulation: how well the board's models are known is no part of it.
    """
    return (
        f"Simulated in models and on questions like these, from {sight.answers:,} scored answers up to "
        f"Run #{sight.last_run}. Found within {SOON_DAYS} days: {told_shares(sight.finds)}."
    )


def _finds(finds: Finds) -> FindsBody:
    share, low, high = (round(each, 3) for each in finds.share_within(SOON_DAYS))
    return FindsBody(
        points=finds.points,
        simulated_falls=finds.replicates,
        found_on_days=list(finds.days),
        nine_in_ten_within_days=finds.wanted_within,
        found_soon=finds.found_within(SOON_DAYS),
        share_soon=(share, low, high),
    )
