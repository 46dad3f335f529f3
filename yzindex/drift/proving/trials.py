"""One replicate of a world: a year in which no model changes, and the events that begin from its second month."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

from numpy.random import Generator

from yzindex.drift.analysis import Analysis
from yzindex.drift.history import FloatArray, IntArray, Role
from yzindex.drift.proving import events, unusual
from yzindex.drift.proving.baselines import BASELINES, Record, began, tuned_threshold
from yzindex.drift.proving.board import Board
from yzindex.drift.proving.figures import OURS, Figure, Replicate
from yzindex.drift.proving.seeds import Purpose, numbers_of
from yzindex.drift.proving.silent import Silent
from yzindex.drift.proving.world import Maker, World
from yzindex.drift.rules import Rules

#: Events begin on a day drawn from these.
_ONSETS = (45, 76)
#: The methods of today are judged from this day on: all of them know their past by then.
_BASELINES_FROM = 40


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How much is played of a world."""

    null_model_days: int
    year_days: int
    #: Drops of 10 points, of which the least share found is close to the target, and of 20, of which nearly all are.
    drops: int
    great_drops: int
    moves: int
    #: One replicate in so many also plays the boards that begin otherwise; 0: none.
    unusual_every: int
    #: Years on which the methods of today are tuned; 0: they are left out.
    tuning_years: int
    #: Whether every second replicate plays what must convict nobody, and the others a model that loses slowly.
    troubles: bool = True

    def replicates(self, models: int) -> int:
        return ceil(self.null_model_days / (self.year_days * models))

    def each(self, wanted: int, models: int) -> int:
        """How many events of a kind each replicate plays."""
        return ceil(wanted / self.replicates(models))


@dataclass(frozen=True, kw_only=True)
class Method:
    """What is being proven."""

    analysis: type[Analysis] = Analysis
    rules: Rules = field(default_factory=Rules)
    regrades: bool = True

    def board(
        self, world: World, numbers: Generator, *, calibrated: bool = True, askable: IntArray | None = None
    ) -> Board:
        return Board(
            world,
            numbers,
            rules=self.rules,
            calibrated=calibrated,
            regrades=self.regrades,
            analysis=self.analysis,
            askable=askable,
        )


def tune(name: str, maker: Maker, years: int, days: int, rules: Rules) -> dict[str, float]:
    """Find the thresholds at which the methods of today alarm once per 365 model-days of a world."""
    records = [_year_shown(maker, numbers_of(Purpose.TUNING, name, "year", year), days, rules) for year in range(years)]
    return {
        baseline.name: tuned_threshold(
            [baseline.statistic(record)[_BASELINES_FROM:] for record in records], per_model_day=1 / 365
        )
        for baseline in BASELINES
    }


def _year_shown(maker: Maker, numbers: Generator, days: int, rules: Rules) -> Record:
    board = Board(maker(numbers), numbers, rules=rules, analysis=Silent)
    for _ in range(days):
        board.play_day()
    return events.shown_by(board)


def play(
    name: str,
    maker: Maker,
    replicate: int,
    *,
    purpose: Purpose,
    counts: Counts,
    method: Method,
    tuned: Mapping[str, float],
) -> Replicate:
    """Play one replicate. The same arguments give the same result."""
    result = Replicate(world=name)
    numbers = numbers_of(purpose, name, "year", replicate)
    board = method.board(maker(numbers), numbers)
    onset = int(numbers.integers(*_ONSETS))
    events.count_false(board, onset, Figure.FALSE_ALARMS, result)
    start = events.Start(board=board, purpose=purpose, world=name, replicate=replicate)
    _play_events(start, counts, tuned, result)
    events.count_false(board, counts.year_days - onset, Figure.FALSE_ALARMS, result)
    model_days = board.day * board.world.models
    _, judged = result.shares[OURS, Figure.FALSE_ALARMS]
    result.count(Figure.POOL_TOLD, bool(board.moved_days))
    result.count(Figure.SUSPENDED, model_days - judged, model_days)
    for figure, role in (
        (Figure.CALLS_AGAIN, Role.AGAIN),
        (Figure.CALLS_FRESH, Role.FRESH),
        (Figure.CALLS_CONTROL, Role.CONTROL),
    ):
        result.count(figure, board.calls[role], model_days)
    if tuned:
        _count_null_by_baselines(events.shown_by(board), tuned, result)
    if counts.unusual_every and replicate % counts.unusual_every == 0:
        unusual.play(name, maker, replicate, purpose, method.board, result)
    return result


def _play_events(start: events.Start, counts: Counts, tuned: Mapping[str, float], result: Replicate) -> None:
    models = start.board.world.models
    for points, wanted in ((10.0, counts.drops), (20.0, counts.great_drops)):
        events.drops(start, points, counts.each(wanted, models), tuned, result)
    for number in range(counts.each(counts.moves, models)):
        events.grader_moves(start, number, 10.0 if number % 2 else 5.0, tuned, result)
        events.pool_moves(start, number, 10.0, result)
    if counts.troubles:
        # Each takes as long as all drops together, and neither needs every replicate.
        (events.fading if start.replicate % 2 else events.troubles)(start, result)


def _count_null_by_baselines(record: Record, tuned: Mapping[str, float], result: Replicate) -> None:
    for baseline in BASELINES:
        statistic: FloatArray = baseline.statistic(record)[_BASELINES_FROM:]
        used = statistic > baseline.as_used
        result.count(Figure.FLAGGED_AS_USED, used.sum(), used.size, method=baseline.name)
        result.count(
            Figure.FALSE_ALARMS, began(statistic > tuned[baseline.name]).sum(), used.size, method=baseline.name
        )
