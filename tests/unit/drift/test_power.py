"""What a board can see: larger falls sooner, and nothing where nothing is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from yzindex.drift.history import History, HistoryRow, Role, history_of
from yzindex.drift.power import Option, Sight, power_of
from yzindex.drift.sight import HORIZON_DAYS

ASKING = Option(multiple=1, asks=True)


def board_rows(models: int = 6, questions: int = 40) -> list[HistoryRow]:
    """A calibration, and ten days of two questions of each dimension."""
    numbers = np.random.default_rng(2)
    p = 1 / (1 + np.exp(-(numbers.normal(1.5, 0.5, (models, 1)) + numbers.normal(0, 1, questions))))

    def row(day: int, model: int, question: int, role: Role) -> HistoryRow:
        return HistoryRow(
            day=date(2026, 1, 1) + timedelta(day),
            model=f"m{model}",
            dimension=("execution", "grounding")[question % 2],
            question=f"q{question}",
            score=float(numbers.random() < p[model, question]),
            role=role,
        )

    rows = [row(0, model, question, Role.CALIBRATION) for model in range(models) for question in range(questions)]
    for day in range(1, 11):
        drawn = np.concatenate([2 * numbers.permutation(questions // 2)[:2] + dimension for dimension in (0, 1)])
        rows += [row(day, model, int(question), Role.DAILY) for model in range(models) for question in drawn]
    return rows


def board() -> History:
    return history_of(board_rows())


@pytest.fixture(scope="module")
def sights() -> list[Sight]:
    return power_of(board(), [ASKING], falls=(5.0, 25.0), replicates=20)


def test_a_large_fall_is_found_more_often_than_a_small_one(sights: list[Sight]) -> None:
    small, large = (sight.found_within(14) for sight in sights)

    assert large > small
    assert large >= 16


def test_the_board_is_asked_as_much_a_day_as_its_history_says(sights: list[Sight]) -> None:
    assert {sight.daily_questions for sight in sights} == {4}


def test_what_is_never_scored_or_does_not_count_is_no_part_of_the_board() -> None:
    rows = board_rows()
    blank = [replace(row, question="blank", dimension="execution", score=None) for row in rows if row.day.day == 5]
    beside = [replace(row, question=f"{row.question}-j", dimension="judgment", model="judged") for row in rows]

    (sight,) = power_of(history_of([*rows, *blank, *beside]), [ASKING], falls=(25.0,), replicates=10)

    assert (sight.models, sight.daily_questions) == (6, 4)
    assert sight.found_within(14) >= 7


def test_a_dimension_that_joined_late_is_asked_as_often_as_now() -> None:
    rows = [replace(row, dimension={"execution": "algebra"}.get(row.dimension, "logic")) for row in board_rows()]
    later = [replace(row, day=row.day + timedelta(30)) for row in rows]
    longer = [replace(row, day=row.day + timedelta(14)) for row in later if row.role is Role.DAILY]
    rows = [*(row for row in rows if row.dimension == "algebra"), *later, *longer]

    (sight,) = power_of(history_of(rows), [ASKING], falls=(25.0,), replicates=5)

    assert sight.daily_questions == 4


def test_the_same_seed_gives_the_same() -> None:
    once, again = (power_of(board(), [ASKING], falls=(25.0,), replicates=5) for _ in range(2))

    assert again == once


def test_days_are_counted_from_the_fall_and_end_with_the_horizon(sights: list[Sight]) -> None:
    assert all(1 <= day <= HORIZON_DAYS for sight in sights for day in sight.days)


def test_a_fall_below_nothing_is_left_out() -> None:
    assert power_of(board(), [ASKING], falls=(101.0,), replicates=20) == []


def test_more_questions_than_the_pool_has_are_left_out() -> None:
    ways = [Option(multiple=each, asks=False) for each in (10, 11)]

    found = power_of(board(), ways, falls=(25.0,), replicates=5)

    assert [sight.option.multiple for sight in found] == [10, 11]
    assert [sight.daily_questions for sight in found] == [40, 40]
    assert power_of(board(), [Option(multiple=20, asks=False)], replicates=5) == []


def test_nothing_can_be_told_of_what_is_not_known() -> None:
    rows = [
        HistoryRow(day=date(2026, 1, day), model="m", dimension="d", question="q", score=score)
        for day, score in ((1, 1.0), (2, None))
    ]

    assert power_of(history_of(rows), [ASKING]) == []
    assert power_of(history_of(rows[1:]), [ASKING]) == []
    assert power_of(history_of([]), [ASKING]) == []
