"""The dimensions that a history had at each time."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from yzindex.drift.histories.reading import read_history
from yzindex.drift.history import HistoryRow, history_of, known_in, spells

FIRST = date(2026, 3, 2)


def rows(dimension: str, questions: int, day: int, score: float | None = 1.0) -> list[HistoryRow]:
    """Each of these questions once, of one model."""
    return [
        HistoryRow(
            day=FIRST + timedelta(day), model="m", dimension=dimension, question=f"{dimension}{each}", score=score
        )
        for each in range(questions)
    ]


def told(given: list[HistoryRow]) -> list[tuple[int, tuple[str, ...], list[float], int]]:
    """Days to each spell's end, its dimensions, their weights, and how many scored rows it has."""
    history = history_of(given)
    return [
        (spell.end - FIRST.toordinal(), known.dimensions, known.weights.tolist(), int((~np.isnan(known.score)).sum()))
        for spell in spells(history, lag_days=14)
        for known in [known_in(history, spell)]
    ]


def test_dimensions_are_one_until_all_have_enough_questions() -> None:
    given = [*rows("algebra", 25, 0), *rows("logic", 5, 0), *rows("logic", 20, 5)]

    assert told(given) == [
        (5, ("all",), [1.0], 30),
        (6, ("algebra", "logic"), [0.5, 0.5], 50),
    ]


def test_a_dimension_that_joins_later_counts_when_something_is_known_of_it() -> None:
    given = [*rows("algebra", 20, 0), *rows("logic", 20, 30), *rows("algebra", 20, 50)]

    assert told(given) == [
        (44, ("algebra",), [1.0], 20),
        (51, ("algebra", "logic"), [0.5, 0.5], 60),
    ]


def test_the_indexs_own_dimensions_are_weighed_by_its_formula_as_far_as_they_are_there() -> None:
    given = [*rows("execution", 3, 1), *rows("grounding", 3, 4), *rows("execution", 3, 20)]

    assert told(given) == [
        (18, ("execution",), [1.0], 3),
        (21, ("execution", "grounding"), [0.55, 0.45], 9),
    ]


def test_a_dimension_begins_with_its_first_score() -> None:
    given = [*rows("algebra", 20, 1), *rows("logic", 20, 0, score=None), *rows("logic", 20, 3), *rows("logic", 20, 20)]

    assert told(given) == [
        (1, ("all",), [1.0], 0),
        (17, ("algebra",), [1.0], 20),
        (21, ("algebra", "logic"), [0.5, 0.5], 60),
    ]


def test_dimensions_without_weight_count_until_the_indexs_own_do(tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    scored = [
        *(f"2026-03-{day:02},m,algebra,a{day},1" for day in range(1, 31)),
        *(f"2026-03-{day:02},m,execution,e{day},1" for day in range(16, 31)),
    ]
    file.write_text("\n".join(["date,model,dimension,question,score", *scored]), encoding="utf-8")
    history = read_history([file])

    before, after = spells(history, lag_days=14)

    assert (before.dimensions, after.dimensions) == (("algebra",), ("execution",))
    assert date.fromordinal(after.begin) == date(2026, 3, 30)
    assert len(known_in(history, before)) == 29 + 14
    assert np.isnan(known_in(history, before).score).sum() == 14
    assert len(known_in(history, after)) == 15


@pytest.mark.parametrize("given", [[], rows("algebra", 2, 0, score=None)])
def test_a_history_without_any_score_is_one_spell(given: list[HistoryRow]) -> None:
    history = history_of(given)
    (spell,) = spells(history, lag_days=14)

    assert len(known_in(history, spell)) == len(given)
