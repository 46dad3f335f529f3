"""Looking in some worlds at a time: what comes of it does not depend on how they are shared out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.drift.test_power import board, board_rows
from yzindex.drift.history import history_of
from yzindex.drift.looking import look
from yzindex.drift.sight import Looked


def looked(first: int, worlds: int, *, asks: bool = False, seed: int = 1) -> Looked:
    return look(board(), asks=asks, seed=seed, first=first, goes_on=lambda done: done < first + worlds)


@pytest.fixture(scope="module")
def two_worlds() -> Looked:
    return looked(0, 2)


def test_worlds_one_by_one_are_the_worlds_together(two_worlds: Looked) -> None:
    first, second = looked(0, 1), looked(1, 1)

    assert (first.worlds, second.worlds, two_worlds.worlds) == (1, 1, 2)
    assert {points: first.found[points] + second.found[points] for points in two_worlds.found} == two_worlds.found
    assert first.found != second.found


def test_one_world_is_played_however_little_time_there_is() -> None:
    assert look(board(), asks=False, seed=1, first=3, goes_on=lambda _: False).worlds == 1


def test_another_seed_gives_other_worlds(two_worlds: Looked) -> None:
    assert looked(0, 2, seed=2).found != two_worlds.found


def test_it_says_what_it_rests_on(two_worlds: Looked) -> None:
    history = board()

    assert (two_worlds.answers, two_worlds.models, two_worlds.daily_questions) == (len(history), 6, 4)
    assert set(two_worlds.found) == {5, 10, 20}
    assert {len(days) for days in two_worlds.found.values()} == {10}
    assert two_worlds.reason is None


def test_models_too_low_to_fall_are_a_reason() -> None:
    rows = [replace(row, score=0.0) for row in board_rows()]

    found = look(history_of(rows), asks=False, seed=1, first=0, goes_on=lambda _: False)

    assert found.found == {}
    assert found.reason == "no model stands high enough to fall by 5 points"


def test_of_nothing_nothing_can_be_told() -> None:
    found = look(history_of([]), asks=False, seed=1, first=0, goes_on=lambda _: False)

    assert (found.worlds, found.answers, found.runs) == (0, 0, 0)
    assert (found.reason or "").startswith("not enough evidence")
