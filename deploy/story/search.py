"""Look for a story: a world whose last day has three models fall by about ten points, each for a reason of its own.

Chosen are the draws, the day of the one real fall and which of many equally likely histories befalls each model, so
that the board's first words on the last day are those that the story is about. What is found by asking again is not
looked at: it may come out right or wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count

from deploy.simulated.answering import chance_of_right
from deploy.simulated.config import Model, SimulatedConfig
from deploy.simulated.draws import uniform
from deploy.simulated.events import on_day
from deploy.story.pool import Pool
from deploy.story.rehearsal import Rehearsal, score_of
from deploy.story.world import FALLEN, HARD_DRAW, LAST_DAY, UNLUCKY, World
from yzindex.bank.draw import smoke_draw
from yzindex.bank.files import Bank
from yzindex.bank.question import Question
from yzindex.dimensions import MAIN_WEIGHTS
from yzindex.drift.words import Word

#: By how much the one model really falls, on the whole pool.
FALL_POINTS = 11.0
#: What the three lose from the day before, in points.
_LOST = (8.0, 12.0)
#: What the others may move by.
_CALM_POINTS = 5.0
#: Points by which the last draw is harder for the one model; for the other two it is not, by more than a little.
_HARD_POINTS, _ALIKE_POINTS = 6.5, 2.0
#: Chance of an answer that was to be expected, so that missing it is bad luck, but not of one that is never missed.
_EXPECTED = (0.65, 0.95)
#: An ordinary day is not further below what was to be expected of it.
_ORDINARY_POINTS = 12.0
#: Days of the real fall that are tried.
_FALL_DAYS = (29, 30, 28, 27)
_FIRST_DRAWS, _FORTUNES = 100_000, 1_000
_WEIGHTS = {dimension: float(weight) for dimension, weight in MAIN_WEIGHTS.items()}


@dataclass(frozen=True, kw_only=True)
class _LastDays:
    """The main questions of the last day and of the one before."""

    before: tuple[Question, ...]
    last: tuple[Question, ...]


def find_world(bank: Bank, pool: Pool, fleet: SimulatedConfig, *, seed: int, last_day: date) -> World:
    """Find the first world of a seed that tells the story on a day; takes about a minute."""
    return next(world for world in _candidates(bank, pool, fleet, seed) if tells(bank, pool, fleet, world, last_day))


def tells(bank: Bank, pool: Pool, fleet: SimulatedConfig, world: World, last_day: date) -> bool:
    """Whether nothing is confirmed before the last day, and the first words on it are those of the story."""
    rehearsal = Rehearsal(pool, world.config(fleet, last_day))
    rehearsal.calibrate()
    for day in range(1, LAST_DAY):
        rehearsal.play(day, smoke_draw(bank, world.draw_of(day)))
        if rehearsal.analysis.confirmed or rehearsal.analysis.fleet.move:
            return False
    rehearsal.play(LAST_DAY, smoke_draw(bank, world.draw_of(LAST_DAY)))
    words = {verdict.model: verdict.word for verdict in rehearsal.judged(LAST_DAY, answered=False).verdicts}
    wanted = {UNLUCKY: Word.WITHIN_CHANCE, HARD_DRAW: Word.LUCK, FALLEN: Word.SUSPECTED}
    return all(word == wanted.get(model, Word.STEADY) for model, word in words.items())


def _candidates(bank: Bank, pool: Pool, fleet: SimulatedConfig, seed: int) -> Iterator[World]:
    """Give worlds whose last two days are as wanted by the provider's own chances and replies."""
    for attempt in count():
        first_draw = int(uniform(seed, "first draw", attempt) * _FIRST_DRAWS)
        world = World(seed=seed, first_draw=first_draw, fall_day=_FALL_DAYS[attempt % len(_FALL_DAYS)])
        days = _LastDays(
            before=_main(smoke_draw(bank, world.draw_of(LAST_DAY - 1))),
            last=_main(smoke_draw(bank, world.draw_of(LAST_DAY))),
        )
        # Of the two days the distance alone matters, not the dates.
        fortunes = _fortunes(pool, world.config(fleet, date.min + timedelta(days=LAST_DAY)), days)
        if fortunes is not None:
            yield replace(world, fortunes=fortunes)


def _fortunes(pool: Pool, config: SimulatedConfig, days: _LastDays) -> dict[str, int] | None:
    """Give every model the first fortune under which its last day is as its part in the story wants it."""
    found = {}
    for model in config.models:
        possible = (model.model_copy(update={"fortune": fortune}) for fortune in range(1, _FORTUNES))
        fitting = next((each.fortune for each in possible if _fits(pool, config, each, days)), None)
        if fitting is None:
            return None
        found[model.name] = fitting
    return found


def _fits(pool: Pool, config: SimulatedConfig, model: Model, days: _LastDays) -> bool:
    today = on_day(config, model, config.events[0].on)
    expected = _level(pool, config, today, days.last)
    harder = _level(pool, config, today, days.before) - expected
    if (model.name == HARD_DRAW and harder < _HARD_POINTS) or (
        model.name in {UNLUCKY, FALLEN} and abs(harder) > _ALIKE_POINTS
    ):
        return False
    last = _scores(pool, config, today, days.last, LAST_DAY)
    main = _main_score(days.last, last)
    lost = _main_score(days.before, _scores(pool, config, today, days.before, LAST_DAY - 1)) - main
    match model.name:
        case name if name == HARD_DRAW:
            return _is_the_fall(lost) and main >= expected - _ORDINARY_POINTS
        case name if name == UNLUCKY:
            return (
                _is_the_fall(lost)
                and main >= expected - _ORDINARY_POINTS
                and _is_unlucky(pool, config, today, days, last)
            )
        case name if name == FALLEN:
            really = pool.level(config, model) - pool.level(config, today)
            return _is_the_fall(lost) and abs(really - FALL_POINTS) <= 1.0
        case _:
            return abs(lost) <= _CALM_POINTS


def _is_the_fall(lost: float) -> bool:
    return _LOST[0] <= lost <= _LOST[1]


def _is_unlucky(pool: Pool, config: SimulatedConfig, model: Model, days: _LastDays, last: list[float]) -> bool:
    """Whether an answer that was to be expected, though not for certain, did not come."""
    return any(
        _EXPECTED[0] <= chance_of_right(config, model, question) <= _EXPECTED[1]
        for question, score in zip(days.last, last, strict=True)
        if score < pool.worth[question.id, question.reference]
    )


def _main(draw: tuple[Question, ...]) -> tuple[Question, ...]:
    return tuple(question for question in draw if question.dimension in MAIN_WEIGHTS)


def _scores(
    pool: Pool, config: SimulatedConfig, model: Model, questions: tuple[Question, ...], day: int
) -> list[float]:
    return [score_of(pool, config, model, question, 0, day) for question in questions]


def _level(pool: Pool, config: SimulatedConfig, model: Model, questions: tuple[Question, ...]) -> float:
    return _main_score(questions, [pool.expected(config, model, question) for question in questions])


def _main_score(questions: tuple[Question, ...], scores: list[float]) -> float:
    """Main score of a smoke draw: it has as many questions of one dimension as of the other."""
    each = len(questions) / len(MAIN_WEIGHTS)
    return sum(_WEIGHTS[question.dimension] * score for question, score in zip(questions, scores, strict=True)) / each
