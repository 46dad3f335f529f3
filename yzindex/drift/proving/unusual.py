"""Boards that do not begin with every model and question and a calibration: newcomers, few models, little history."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Protocol

import numpy as np
from numpy.random import Generator

from yzindex.drift.history import IntArray
from yzindex.drift.proving.board import Board
from yzindex.drift.proving.events import count_false, found_drop
from yzindex.drift.proving.figures import Figure, Replicate
from yzindex.drift.proving.seeds import Purpose, numbers_of
from yzindex.drift.proving.troubles import FewModels, Outage
from yzindex.drift.proving.world import Maker, World

_FEW_MODELS = 4
_YOUNG_DAYS = 5
_GROWN_DAYS = 60
#: Models lowered at the end of each such board, each on a copy of its own.
_DROPS = 3
#: A model, or questions, join on a day drawn from these, and are watched for so long.
_JOINING, _WATCHED_DAYS = (20, 61), 45
#: Share of the harder questions that join late.
_LATE_SHARE = 0.4


class MakesBoard(Protocol):
    """The method under proof, as it makes a board."""

    def __call__(
        self, world: World, numbers: Generator, *, calibrated: bool = True, askable: IntArray | None = None
    ) -> Board: ...


def play(name: str, maker: Maker, replicate: int, purpose: Purpose, make: MakesBoard, into: Replicate) -> None:
    """Play each of them once."""

    def numbers(trial: str) -> Generator:
        return numbers_of(purpose, name, trial, replicate)

    _new_model(maker, numbers("new model"), make, into)
    _new_questions(maker, numbers("new questions"), make, into)
    seeded = numbers("few models")
    board = make(FewModels(maker(seeded), _FEW_MODELS), seeded)
    count_false(board, _GROWN_DAYS, Figure.FEW_FALSE_ALARMS, into)
    _drops(board, [numbers(f"few models, drop {each}") for each in range(_DROPS)], Figure.FEW_FOUND, into)
    seeded = numbers("no calibration")
    board = make(maker(seeded), seeded, calibrated=False)
    count_false(board, _GROWN_DAYS, Figure.UNCALIBRATED_FALSE_ALARMS, into)
    _drops(board, [numbers(f"no calibration, drop {each}") for each in range(_DROPS)], Figure.UNCALIBRATED_FOUND, into)
    seeded = numbers("young")
    board = make(maker(seeded), seeded)
    for _ in range(_YOUNG_DAYS):
        board.play_day()
    _drops(board, [numbers(f"young, drop {each}") for each in range(_DROPS)], Figure.YOUNG_FOUND, into)


def _new_model(maker: Maker, numbers: Generator, make: MakesBoard, into: Replicate) -> None:
    world = maker(numbers)
    newcomer, joins = int(numbers.integers(world.models)), int(numbers.integers(*_JOINING))
    board = make(Outage(world, models=[newcomer], days=range(joins)), numbers)
    for _ in range(joins - 1):
        board.play_day()
    accused = count_false(board, _WATCHED_DAYS, Figure.NEW_MODEL, into)
    into.count(Figure.ITSELF, newcomer in accused)


def _new_questions(maker: Maker, numbers: Generator, make: MakesBoard, into: Replicate) -> None:
    world = maker(numbers)
    harder = numbers.permutation(np.flatnonzero(world.harder == 1))
    late = harder[: int(_LATE_SHARE * len(harder))]
    everything = np.arange(len(world.harder))
    board = make(world, numbers, askable=np.setdiff1d(everything, late))
    for _ in range(int(numbers.integers(*_JOINING)) - 1):
        board.play_day()
    board.askable = everything
    count_false(board, _WATCHED_DAYS, Figure.NEW_QUESTIONS, into)


def _drops(board: Board, seeded: Sequence[Generator], figure: Figure, into: Replicate) -> None:
    for numbers in seeded:
        copied = deepcopy(board)
        copied.numbers = numbers
        model = int(numbers.integers(board.world.models))
        if copied.world.fall(model, 10.0, numbers) is not None:
            found, _ = found_drop(copied, model)
            into.count(figure, found is not None)
