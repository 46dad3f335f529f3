"""How much days differ, as told by what models were asked beside the draw and by what all have in common."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import Generator
from scipy.stats import truncnorm

from yzindex.drift.age import Age
from yzindex.drift.baseline import Table
from yzindex.drift.confirming import Known, change_of
from yzindex.drift.day_effects import DayEffects
from yzindex.drift.history import Role
from yzindex.drift.packets import Packet
from yzindex.drift.rules import Rules

RULES = Rules()
MODELS, DAYS = 11, 60


def learnt(numbers: Generator, *, own: float, level: float = 0.0) -> DayEffects:
    """Effects after two months in which each model is asked every second day, with an error of four points."""
    effects = DayEffects(charts=3, rules=RULES, age=Age())
    off = numbers.normal(0, level, MODELS)
    for day in range(1, DAYS + 1):
        for model in range(day % 2, MODELS, 2):
            point = off[model] + numbers.normal(0, own) + numbers.normal(0, 4)
            effects.add_asked(day, model, np.full(3, point), np.full(3, 16.0))
    effects.begin(DAYS + RULES.lag_days)
    return effects


def test_days_that_differ_are_told_from_days_that_do_not() -> None:
    numbers = np.random.default_rng(1)

    alike = np.mean([learnt(numbers, own=0.0).own for _ in range(20)])
    different = np.mean([learnt(numbers, own=4.0).own for _ in range(20)])

    assert alike < 2.5
    assert 9 < different < 18


def test_what_a_model_is_off_by_every_day_is_no_days_effect() -> None:
    numbers = np.random.default_rng(2)

    assert np.mean([learnt(numbers, own=0.0, level=6.0).own for _ in range(20)]) < 2.5


def test_days_are_never_known_to_be_all_alike() -> None:
    nothing_told = DayEffects(charts=3, rules=RULES, age=Age())
    told = DayEffects(charts=3, rules=RULES, age=Age())
    for day in range(1, DAYS + 1):
        for model in range(MODELS):
            told.add_asked(day, model, np.zeros(3), np.full(3, 16.0))
    told.begin(DAYS + RULES.lag_days)

    # A normal cut off at zero, by its mean and spread before that: 1 and 4, 0 and 3.
    assert nothing_told.own == pytest.approx(truncnorm(-1 / 4, np.inf, 1, 4).mean())
    assert nothing_told.common == pytest.approx(truncnorm(0, np.inf, 0, 3).mean())
    assert (told.own > 0).all()
    assert (told.own < nothing_told.own / 4).all()


def test_answers_of_one_day_are_one_measurement() -> None:
    numbers = np.random.default_rng(3)
    together, apart = (DayEffects(charts=3, rules=RULES, age=Age()) for _ in range(2))
    for day in range(1, DAYS + 1):
        points = numbers.normal(0, 5, 2)
        for each in points:
            apart.add_asked(day, 0, np.full(3, each), np.full(3, 20.0))
        together.add_asked(day, 0, np.full(3, points.mean()), np.full(3, 10.0))
    for effects in (together, apart):
        effects.begin(DAYS + RULES.lag_days)

    assert apart.own == pytest.approx(together.own)


def test_days_after_a_change_are_forgotten_and_days_inside_the_lag_wait() -> None:
    def fallen(*, forgets: bool, begins: int) -> float:
        effects = DayEffects(charts=3, rules=RULES, age=Age())
        for day in range(1, 41):
            effects.add_asked(day, 0, np.full(3, -20.0 if day > 20 else 0.0), np.full(3, 16.0))
        if forgets:
            effects.forget(0, 21)
        effects.begin(begins)
        return float(effects.own[0])

    assert fallen(forgets=False, begins=40 + RULES.lag_days) > 5 > fallen(forgets=True, begins=40 + RULES.lag_days)
    assert fallen(forgets=False, begins=20 + RULES.lag_days) == fallen(forgets=True, begins=20 + RULES.lag_days)


def test_what_is_known_from_one_day_shares_that_days_effect() -> None:
    question = np.arange(20)
    none = np.zeros_like(question)
    packets = [
        Packet(day=day, role=Role.FRESH, model=none, question=question, score=np.full(20, 0.5), version=none)
        for day in (1, 2)
    ]

    def error(day_share: float) -> float:
        table = Table(
            mean=np.full((1, 20), 0.5), variance=np.full((1, 20), 0.2), slope=np.full((1, 20), 0.1),
            pool_slope=np.full((1, 1), 0.1), easiness_variance=np.zeros(20), answers=np.full(20, 5),
            ability_variance=np.zeros((1, 1)), known=np.full((1, 1), 100), days=np.full(1, 100),
            day_share=np.full(1, day_share),
        )  # fmt: skip
        known = Known(table=table, row=0, regraded=np.zeros(20))
        change = change_of(packets, known, np.zeros(20, dtype=np.int64), np.ones(1), 9.0)
        assert change
        return change.standard_error

    assert error(0.0) == pytest.approx(np.sqrt(9.0 / 2))
    assert error(1.0) == pytest.approx(np.sqrt(9.0 / 2 + 9.0))
