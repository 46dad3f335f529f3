"""One event on a copy of a board: what happens, how long it is watched, and what is counted of it."""

import math
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from yzindex.drift.charts import FALL
from yzindex.drift.history import BoolArray, FloatArray
from yzindex.drift.proving.baselines import BASELINES, Record, record_of
from yzindex.drift.proving.board import WEIGHTS, Board
from yzindex.drift.proving.figures import Figure, Replicate
from yzindex.drift.proving.seeds import Purpose, numbers_of
from yzindex.drift.proving.silent import silence
from yzindex.drift.proving.troubles import BadDay, Fading, NewVersion, Outage
from yzindex.drift.residuals import POINTS
from yzindex.drift.suspicion import Confirmed

#: A drop, or a move of the pool or a grader, is to be found within so many days.
WITHIN_DAYS = 14
#: Verdicts come back two weeks after the pool moved: blame is counted beyond that.
_POOL_DAYS = 28
_TROUBLE_DAYS = 14
_FADING_DAYS = 120
#: The methods of today are given so many days.
BASELINE_DAYS = 60
_MISSING_DAYS = 5
#: Share of calls without an answer in an outage.
_UNANSWERED = 0.8
_DAYS_OF = {10.0: Figure.DAYS_10, 20.0: Figure.DAYS_20}
_FOUND_OF = {10.0: Figure.DROP_10, 20.0: Figure.DROP_20}


@dataclass(frozen=True, kw_only=True)
class Start:
    """A board from which events begin, and how its copies get random numbers of their own."""

    board: Board
    purpose: Purpose
    world: str
    replicate: int

    def copy(self, event: str) -> Board:
        """Copy the board; its future is drawn from the event's own seed."""
        board = deepcopy(self.board)
        board.numbers = numbers_of(self.purpose, self.world, event, self.replicate)
        return board


def drops(start: Start, points: float, count: int, tuned: Mapping[str, float], into: Replicate) -> None:
    """Lower `count` models, each on a copy of its own; models that cannot fall so far are passed over."""
    order = numbers_of(start.purpose, start.world, f"order of {points}", start.replicate)
    done = 0
    for model in order.permutation(start.board.world.models).tolist():
        if done == count:
            return
        board = start.copy(f"drop of {points}, model {model}")
        lowered = board.world.fall(model, points, board.numbers)
        if lowered is None:
            continue
        done += 1
        _count_drop(board, model, points, lowered, into)
        if tuned and points == min(_DAYS_OF):
            _count_drop_by_baselines(board, model, start.board.day, tuned, into)


def found_drop(board: Board, model: int, days: int = WITHIN_DAYS) -> tuple[Confirmed | None, int]:
    """Play until a drop of the model is confirmed; return it, and how many days others were judged meanwhile."""
    confirmed, played = len(board.analysis.confirmed), 0
    for played in range(1, days + 1):
        board.play_day()
        for each in board.analysis.confirmed[confirmed:]:
            if each.model == model and each.direction == FALL:
                return each, played
    return None, played


def _count_drop(board: Board, model: int, points: float, lowered: float, into: Replicate) -> None:
    onset, confirmed = board.day, len(board.analysis.confirmed)
    found, played = found_drop(board, model)
    into.count(_FOUND_OF[points], found is not None)
    into.note(_DAYS_OF[points], found.day - onset if found else math.inf)
    others = sum(each.model != model for each in board.analysis.confirmed[confirmed:])
    into.count(Figure.BYSTANDERS, others, played * (board.world.models - 1))
    if found is None:
        return
    into.count(Figure.BY_DIMENSION, found.chart != 0)
    if found.chart == 0:
        low, high = found.estimate.interval
        into.count(Figure.COVERED, low <= -lowered <= high)
        into.note(Figure.WIDTH, high - low)


def _count_drop_by_baselines(board: Board, model: int, onset: int, tuned: Mapping[str, float], into: Replicate) -> None:
    silence(board)
    while board.day < onset + BASELINE_DAYS:
        board.play_day()
    for name, over in _flagged(board, tuned):
        late = np.flatnonzero(over[onset:, model])
        days = float(late[0]) + 1 if len(late) else math.inf
        into.count(Figure.DROP_10, days <= WITHIN_DAYS, method=name)
        into.note(Figure.DAYS_10, days, method=name)


def grader_moves(start: Start, number: int, points: float, tuned: Mapping[str, float], into: Replicate) -> None:
    """Let the grader give less from now on."""
    board = start.copy(f"grader {number}")
    board.world.move_grader(points, board.numbers)
    _count_move(board, WITHIN_DAYS, Figure.GRADER_FOUND, Figure.GRADER_BLAMED, into)
    for name, over in _flagged(board, tuned):
        into.count(Figure.GRADER_BLAMED, over[start.board.day :].any(axis=0).sum(), board.world.models, method=name)


def pool_moves(start: Start, number: int, points: float, into: Replicate) -> None:
    """Make all questions harder at once."""
    board = start.copy(f"pool {number}")
    board.world.move_pool(points, board.numbers)
    _count_move(board, _POOL_DAYS, Figure.POOL_FOUND, Figure.POOL_BLAMED, into)


def _count_move(board: Board, days: int, found: Figure, blamed: Figure, into: Replicate) -> None:
    onset, confirmed = board.day, len(board.analysis.confirmed)
    seen = False
    for _ in range(days):
        board.play_day()
        move = board.analysis.fleet.move
        if move is not None and onset < move.day <= onset + WITHIN_DAYS:
            # A grader is found by grading again: only then are stored answers repaired.
            seen = seen or found is not Figure.GRADER_FOUND or move.chart is None
    into.count(found, seen)
    accused = {each.model for each in board.analysis.confirmed[confirmed:]}
    into.count(blamed, len(accused), board.world.models)


def fading(start: Start, into: Replicate) -> None:
    """Let one model lose a point a week."""
    board = start.copy("fading")
    model, onset = int(board.numbers.integers(board.world.models)), board.day
    share = 1 / 7 / max(level_of(board)[model], 1.0)
    board.world = Fading(board.world, model=model, since=onset + 1, share_per_day=share)
    found, _ = found_drop(board, model, _FADING_DAYS)
    into.note(Figure.DAYS_FADING, found.day - onset if found else math.inf)


def troubles(start: Start, into: Replicate) -> None:
    """Play what must convict nobody: outages, missing days, an official new version."""
    tomorrow, everybody = start.board.day + 1, range(start.board.world.models)
    model = int(numbers_of(start.purpose, start.world, "who suffers", start.replicate).integers(len(everybody)))
    world = start.board.world
    day, days = range(tomorrow, tomorrow + 1), range(tomorrow, tomorrow + _MISSING_DAYS)
    befalling = {
        Figure.OUTAGE_OF_ONE: Outage(world, models=[model], days=day, unanswered=_UNANSWERED),
        Figure.OUTAGE_OF_ALL: Outage(world, models=everybody, days=day, unanswered=_UNANSWERED),
        Figure.MISSING_DAYS: Outage(world, models=everybody, days=days),
        Figure.NEW_VERSION: NewVersion(world, model=model, since=tomorrow),
    }
    for figure, troubled in befalling.items():
        board = start.copy(figure)
        board.world = deepcopy(troubled)
        accused = count_false(board, _TROUBLE_DAYS, figure, into)
        if figure in {Figure.OUTAGE_OF_ONE, Figure.NEW_VERSION}:
            into.count(Figure.ITSELF, model in accused)
    board = start.copy(Figure.BAD_DAY)
    board.world = BadDay(board.world, model=model, day=tomorrow, share=0.5)
    found, _ = found_drop(board, model, _TROUBLE_DAYS)
    into.count(Figure.BAD_DAY, found is not None)


def count_false(board: Board, days: int, figure: Figure, into: Replicate) -> set[int]:
    """Play days on which no model changes; count convictions out of the model-days that were judged."""
    confirmed, judged = len(board.analysis.confirmed), 0
    for _ in range(days):
        board.play_day()
        judged += board.world.models * (board.analysis.fleet.move is None)
    accused = [each.model for each in board.analysis.confirmed[confirmed:]]
    into.count(figure, len(accused), judged)
    return set(accused)


def level_of(board: Board) -> FloatArray:
    """Each model's main score on the whole pool, by the first answers that the board has, in points."""
    first = board.shown[0]
    cell = first.model * 2 + board.world.question_dimension[first.question]
    size = 2 * board.world.models
    with np.errstate(invalid="ignore"):
        mean = np.bincount(cell, weights=first.score, minlength=size) / np.bincount(cell, minlength=size)
    return np.asarray(POINTS * mean.reshape(-1, 2) @ WEIGHTS, dtype=np.float64)


def _flagged(board: Board, tuned: Mapping[str, float]) -> Iterator[tuple[str, BoolArray]]:
    if tuned:
        shown = shown_by(board)
        for baseline in BASELINES:
            yield baseline.name, baseline.statistic(shown) > tuned[baseline.name]


def shown_by(board: Board) -> Record:
    """Everything that a board has shown, as the methods of today see it."""
    return record_of(board.totals, board.shown, len(board.world.question_dimension))
