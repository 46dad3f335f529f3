"""Which questions a model is asked about its suspicion, and what its answers to them tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from yzindex.drift.age import Age
from yzindex.drift.baseline import Table, pool_slope
from yzindex.drift.history import Role
from yzindex.drift.packets import Packet
from yzindex.drift.residuals import chart_weights, residuals_of
from yzindex.drift.rules import Rules
from yzindex.drift.suspicion import Interrogation, Request

QUESTIONS = 40
POOLS = [np.arange(0, 20), np.arange(20, 40)]
#: Every second question tells more than the others.
TELLING = np.where(np.arange(QUESTIONS) % 2, 2.0, 1.0)


def request(role: Role, per_dimension: tuple[int, int]) -> Request:
    return Request(role=role, suspect=0, models=(0,), per_dimension=per_dimension, day=5, since=4, round=0)


def answered(role: Role, questions: np.ndarray) -> Packet:
    none = np.zeros_like(questions)
    return Packet(day=5, role=role, model=none, question=questions, score=np.ones(len(questions)), version=none)


def test_asked_again_are_first_the_questions_that_tell_most_and_each_once() -> None:
    asking = Interrogation(models=1, questions=QUESTIONS, rules=Rules(), age=Age())

    first = asking.choose(request(Role.AGAIN, (6, 6)), POOLS, TELLING)
    asking.note(answered(Role.AGAIN, first))
    second = asking.choose(request(Role.AGAIN, (4, 4)), POOLS, TELLING)
    asking.note(answered(Role.AGAIN, second))
    third = asking.choose(request(Role.AGAIN, (5, 5)), POOLS, TELLING)

    assert sorted([*first.tolist(), *second.tolist()]) == list(range(1, QUESTIONS, 2))
    assert not (third % 2).any()


def test_on_another_day_of_the_history_other_questions_are_asked() -> None:
    age = Age()
    asking = Interrogation(models=1, questions=QUESTIONS, rules=Rules(), age=age)
    today, tomorrow = request(Role.FRESH, (8, 8)), replace(request(Role.FRESH, (8, 8)), day=6)

    age.begin(3)

    assert asking.choose(today, POOLS, TELLING).tolist() == asking.choose(today, POOLS, TELLING).tolist()
    assert asking.choose(today, POOLS, TELLING).tolist() != asking.choose(tomorrow, POOLS, TELLING).tolist()


def test_fresh_questions_are_a_sample_of_the_pool_whatever_was_asked_again() -> None:
    suspected, unknown = (Interrogation(models=1, questions=QUESTIONS, rules=Rules(), age=Age()) for _ in range(2))
    suspected.note(answered(Role.AGAIN, np.arange(1, QUESTIONS, 2)))

    fresh, usual = (
        asking.choose(request(Role.FRESH, (8, 8)), POOLS, TELLING).tolist() for asking in (suspected, unknown)
    )

    assert fresh == usual


@pytest.mark.parametrize("role", [Role.AGAIN, Role.FRESH])
def test_questions_of_which_nothing_is_known_are_asked_last(role: Role) -> None:
    asking = Interrogation(models=1, questions=QUESTIONS, rules=Rules(), age=Age())
    new = np.arange(QUESTIONS) % 20 >= 15

    chosen = asking.choose(request(role, (15, 15)), POOLS, np.where(new, -1.0, TELLING))
    asking.note(answered(role, chosen))
    again = asking.choose(request(role, (16, 16)), POOLS, np.where(new, -1.0, TELLING))

    assert not new[chosen].any()
    assert new[again].sum() == 2


def test_a_round_of_fresh_questions_leaves_out_those_of_the_round_before() -> None:
    asking = Interrogation(models=1, questions=QUESTIONS, rules=Rules(), age=Age())

    first = asking.choose(request(Role.FRESH, (8, 8)), POOLS, TELLING)
    asking.note(answered(Role.FRESH, first))
    second = asking.choose(request(Role.FRESH, (8, 8)), POOLS, TELLING)

    assert not set(first.tolist()) & set(second.tolist())


def test_the_same_answers_tell_a_larger_change_of_questions_that_hardly_show_one() -> None:
    easy_slope, usual_slope = 0.02, 0.2
    slope = np.where(np.arange(QUESTIONS) % 20 < 2, easy_slope, usual_slope)[None, :]
    table = Table(
        mean=np.full((1, QUESTIONS), 0.9), variance=np.full((1, QUESTIONS), 0.09), slope=slope,
        pool_slope=pool_slope(slope, np.ones(QUESTIONS, dtype=np.int64), POOLS), easiness_variance=np.zeros(QUESTIONS),
        answers=np.full(QUESTIONS, 10), ability_variance=np.zeros((2, 1)),
        known=np.full((2, 1), 100), days=np.full(1, 100),
        day_share=np.zeros(1),
    )  # fmt: skip
    dimension = np.repeat([0, 1], 20)
    weights = chart_weights(np.array([0.55, 0.45]))

    easy, usual = (
        residuals_of(
            answered(Role.DAILY, np.array([each, each + 20])), table, np.zeros(1, dtype=np.int64), dimension, weights
        )
        for each in (0, 10)
    )

    # Seven tenths of a fall go by the slope, against a mean of 0.182, the rest hits all questions alike.
    assert easy.sensitivity == pytest.approx(0.3 + 0.7 * easy_slope / 0.182)
    assert usual.sensitivity == pytest.approx(0.3 + 0.7 * usual_slope / 0.182)
    points, variance = easy.on_pool(easy.points, easy.variance)
    assert points / easy.points == pytest.approx(1 / easy.sensitivity)
    assert variance / easy.variance == pytest.approx(1 / easy.sensitivity**2)
