"""The dimensions that a history had at each time."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from yzindex.drift.history import HistoryRow, history_of, spells

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
    """Day on which each spell begins, its dimensions, their weights, and how many rows it has."""
    return [
        (begin - FIRST.toordinal(), known.dimensions, known.weights.tolist(), len(known))
        for begin, known in spells(history_of(given))
    ]


def test_dimensions_are_one_until_all_have_enough_questions() -> None:
    given = [*rows("algebra", 25, 0), *rows("logic", 5, 2), *rows("logic", 20, 5)]

    assert told(given) == [
        (0, ("algebra",), [1.0], 25),
        (2, ("all",), [1.0], 30),
        (5, ("algebra", "logic"), [0.5, 0.5], 50),
    ]


def test_the_indexs_own_dimensions_are_weighed_by_its_formula_as_far_as_they_are_there() -> None:
    given = [*rows("execution", 3, 1), *rows("grounding", 3, 4)]

    assert told(given) == [
        (0 + 1, ("execution",), [1.0], 3),
        (4, ("execution", "grounding"), [0.55, 0.45], 6),
    ]


def test_a_dimension_begins_with_its_first_score() -> None:
    given = [*rows("algebra", 20, 1), *rows("logic", 20, 0, score=None), *rows("logic", 20, 3)]

    assert told(given) == [
        (0, ("algebra",), [1.0], 40),
        (3, ("algebra", "logic"), [0.5, 0.5], 60),
    ]


@pytest.mark.parametrize("given", [[], rows("algebra", 2, 0, score=None)])
def test_a_history_without_any_score_is_one_spell(given: list[HistoryRow]) -> None:
    ((_, known),) = spells(history_of(given))

    assert len(known) == len(given)
    assert np.isnan(known.score).all()
