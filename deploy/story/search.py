"""Look for a story: a world whose last day has three models fall by about ten points, each for a reason of its own.

Chosen are the draws, the day of the one real fall and which of many equally likely histories befalls each model, so
that the board's first words on the last day are those that the story is about. What is found by asking again is not
looked at: it may come out right or wrong.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from statistics import mean

from deploy.simulated.answering import chance_of_right
from deploy.simulated.config import Model, SimulatedConfig
from deploy.simulated.draws import uniform
from deploy.simulated.events import on_day
from deploy.story.pool import Pool
from deploy.story.rehearsal import Rehearsal, score_of
from deploy.story.world import CALM, FALLEN, HARD_DRAW, LAST_DAY, UNLUCKY, World
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
_FALL_DAYS = (29, 28, 30, 27)
_FIRST_DRAWS, _FORTUNES, _OTHERS = 100_000, 1_500, 12
#: The main questions of a draw.
_Draw = tuple[Question, ...]
_OTHER_NAMES = frozenset({UNLUCKY, HARD_DRAW, *CALM})
_WEIGHTS = {dimension: float(weight) for dimension, weight in MAIN_WEIGHTS.items()}


def find_world(bank: Bank, pool: Pool, *, seed: int, last_day: date) -> World:
    """Find the first world of a seed that tells the story on a day; takes about a minute."""
    for world in _fallen_worlds(bank, pool, seed):
        # Most is decided by the fallen model alone: the others come when it is as wanted, and are then exchanged.
        if _undecided(bank, pool, world, last_day) is not None:
            for others in range(_OTHERS):
                told = _with_fortunes(bank, pool, world, first=1 + others * _FORTUNES)
                if told is not None and tells(bank, pool, told, last_day):
                    return told
    raise AssertionError("worlds never end")


def tells(bank: Bank, pool: Pool, world: World, last_day: date) -> bool:
    """Whether the last day is the first one on which fresh questions can decide, and its first words are the story's.

    Nobody is convicted on one day: fresh questions were asked on the day before, and nothing is decided yet.
    """
    rehearsal = _undecided(bank, pool, world, last_day)
    if rehearsal is None:
        return False
    rehearsal.play(LAST_DAY, smoke_draw(bank, world.draw_of(LAST_DAY)))
    words = {verdict.model: verdict.word for verdict in rehearsal.judged(LAST_DAY, answered=False).verdicts}
    wanted = {UNLUCKY: Word.WITHIN_CHANCE, HARD_DRAW: Word.LUCK, FALLEN: Word.SUSPECTED}
    return all(word == wanted.get(model, Word.STEADY) for model, word in words.items())


def _undecided(bank: Bank, pool: Pool, world: World, last_day: date) -> Rehearsal | None:
    """Play all days but the last; None unless the fallen model, and no other, is past the alarm, since the eve."""
    rehearsal = Rehearsal(pool, world.config(last_day))
    rehearsal.calibrate()
    for day in range(1, LAST_DAY):
        rehearsal.play(day, smoke_draw(bank, world.draw_of(day)))
        if rehearsal.analysis.confirmed or rehearsal.analysis.fleet.move:
            return None
    waiting = {rehearsal.names.models[each.model]: len(each.rounds) for each in rehearsal.analysis.suspicions.values()}
    return rehearsal if waiting == {FALLEN: 1} else None


def _fallen_worlds(bank: Bank, pool: Pool, seed: int) -> Iterator[World]:
    """Give worlds in which the fallen model's days are as wanted, and the others' as they come."""
    for attempt in count():
        first_draw = int(uniform(seed, "first draw", attempt) * _FIRST_DRAWS)
        world = World(seed=seed, first_draw=first_draw, fall_day=_FALL_DAYS[attempt % len(_FALL_DAYS)])
        told = _with_fortunes(bank, pool, world, first=1, names={FALLEN})
        if told is not None:
            yield told


def _with_fortunes(
    bank: Bank, pool: Pool, world: World, *, first: int, names: Collection[str] = _OTHER_NAMES
) -> World | None:
    """Give models a fortune under which their last day is as their part in the story wants it."""
    # Of all days their distance alone matters, not the dates.
    config = world.config(date.min + timedelta(days=LAST_DAY))
    draws = {
        day: tuple(each for each in smoke_draw(bank, world.draw_of(day)) if each.dimension in MAIN_WEIGHTS)
        for day in range(min(world.fall_day, LAST_DAY - 1), LAST_DAY + 1)
    }
    found = dict(world.fortunes)
    for model in config.models:
        if model.name in names:
            possible = (model.model_copy(update={"fortune": first + each}) for each in range(_FORTUNES))
            fitting = next((each.fortune for each in possible if _fits(pool, config, each, draws)), None)
            if fitting is None:
                return None
            found[model.name] = fitting
    return replace(world, fortunes=found)


def _fits(pool: Pool, config: SimulatedConfig, model: Model, draws: Mapping[int, _Draw]) -> bool:
    today = on_day(config, model, config.events[0].on)
    last, before = draws[LAST_DAY], draws[LAST_DAY - 1]
    expected = _level(pool, config, today, last)
    harder = _level(pool, config, today, before) - expected
    if (model.name == HARD_DRAW and harder < _HARD_POINTS) or (
        model.name in {UNLUCKY, FALLEN} and abs(harder) > _ALIKE_POINTS
    ):
        return False
    main = _played(pool, config, today, last, LAST_DAY)
    lost = _played(pool, config, today, before, LAST_DAY - 1) - main
    if model.name not in {UNLUCKY, HARD_DRAW, FALLEN}:
        return abs(lost) <= _CALM_POINTS
    if not _LOST[0] <= lost <= _LOST[1]:
        return False
    if model.name == FALLEN:
        really = pool.level(config, model) - pool.level(config, today)
        return abs(really - FALL_POINTS) <= 1.0 and _is_low(pool, config, model, today, draws)
    ordinary = main >= expected - _ORDINARY_POINTS
    return ordinary and (model.name == HARD_DRAW or _is_unlucky(pool, config, today, last))


def _is_low(pool: Pool, config: SimulatedConfig, model: Model, today: Model, draws: Mapping[int, _Draw]) -> bool:
    """Whether the days since the fall show it: by chance alone it would stay hidden for weeks."""
    below = [
        _level(pool, config, model, draw) - _played(pool, config, today, draw, day)
        for day, draw in draws.items()
        if day < LAST_DAY
    ]
    return mean(below) >= FALL_POINTS


def _is_unlucky(pool: Pool, config: SimulatedConfig, model: Model, draw: _Draw) -> bool:
    """Whether an answer that was to be expected, though not for certain, did not come."""
    return any(
        _EXPECTED[0] <= chance_of_right(config, model, question) <= _EXPECTED[1]
        for question in draw
        if score_of(pool, config, model, question, 0, LAST_DAY) < pool.worth[question.id, question.reference]
    )


def _played(pool: Pool, config: SimulatedConfig, model: Model, draw: _Draw, day: int) -> float:
    """Main score of a day."""
    return _main_score(draw, [score_of(pool, config, model, question, 0, day) for question in draw])


def _level(pool: Pool, config: SimulatedConfig, model: Model, questions: _Draw) -> float:
    return _main_score(questions, [pool.expected(config, model, question) for question in questions])


def _main_score(questions: _Draw, scores: list[float]) -> float:
    """Main score of a smoke draw: it has as many questions of one dimension as of the other."""
    each = len(questions) / len(MAIN_WEIGHTS)
    return sum(_WEIGHTS[question.dimension] * score for question, score in zip(questions, scores, strict=True)) / each
