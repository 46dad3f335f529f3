"""The methods of today, against a hand and against another library."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar as others_mcnemar

from yzindex.drift.history import Role
from yzindex.drift.packets import Packet
from yzindex.drift.proving.baselines import (
    Record,
    began,
    below_week,
    deviations_below,
    fell_by,
    mcnemar,
    record_of,
    summed_falls,
    tuned_threshold,
)


def record(totals: list[float], better: list[int] | None = None, worse: list[int] | None = None) -> Record:
    """One model's record."""
    none = [0] * len(totals)
    return Record(
        totals=np.array(totals)[:, None],
        better=np.array(better or none)[:, None],
        worse=np.array(worse or none)[:, None],
    )


def packet(day: int, scores: list[float], role: Role = Role.DAILY) -> Packet:
    each = np.arange(len(scores))
    return Packet(
        day=day, role=role, model=np.zeros_like(each), question=each, score=np.array(scores), version=0 * each
    )


def test_a_fall_is_counted_from_the_day_before_and_none_where_that_is_missing() -> None:
    statistic = fell_by(record([60.0, 52.5, np.nan, 40.0]))

    assert statistic[:, 0].tolist() == [-np.inf, 7.5, -np.inf, -np.inf]


def test_a_day_is_compared_with_the_mean_of_the_seven_before_it() -> None:
    statistic = below_week(record([80.0] * 7 + [72.0]))

    assert statistic[6, 0] == -np.inf
    assert statistic[7, 0] == pytest.approx(0.1)


def test_a_day_is_measured_in_deviations_of_the_days_older_than_two_weeks() -> None:
    past = [50.0, 70.0] * 10
    statistic = deviations_below(record([*past, *[0.0] * 14, 40.0]))

    assert statistic[34, 0] == pytest.approx((60 - 40) / np.std(past, ddof=1))


def test_the_sum_of_falls_is_the_one_added_up_by_hand() -> None:
    past = [50.0, 70.0] * 10
    statistic = summed_falls(record([*past, *[60.0] * 14, 40.0, 70.0, 45.0]))

    first, second, third = (np.std([*past, *[60.0] * later], ddof=1) for later in range(3))
    after_two = max(0.0, float(15 / first - 15 / second))
    by_hand = [15 / first, after_two, after_two + 10 / third]
    assert statistic[34:, 0].tolist() == pytest.approx(by_hand)


@pytest.mark.parametrize(("better", "worse"), [(0, 6), (1, 9), (3, 11), (5, 6)])
def test_mcnemars_p_is_that_of_another_library(better: int, worse: int) -> None:
    expected = others_mcnemar([[0, better], [worse, 0]], exact=True).pvalue

    statistic = mcnemar(record([50.0], [better], [worse]))

    assert 10 ** -statistic[0, 0] == pytest.approx(expected)


def test_mcnemars_test_forgets_what_is_older_than_two_weeks_and_flags_no_rise() -> None:
    early = mcnemar(record([50.0] * 15, worse=[9, *[0] * 14]))
    rise = mcnemar(record([50.0], better=[9], worse=[0]))

    assert early[13, 0] > 2
    assert early[14, 0] == rise[0, 0] == 0


def test_a_question_counts_against_the_last_time_that_it_was_asked() -> None:
    shown = [packet(0, [1.0, 0.0, 1.0], Role.CALIBRATION), packet(1, [0.4, 1.0]), packet(2, [0.0, 0.6])]

    found = record_of([np.array([50.0])] * 2, shown, questions=3)

    assert found.worse[:, 0].tolist() == [1, 0]
    assert found.better[:, 0].tolist() == [1, 0]


def test_a_flag_that_stays_up_has_gone_up_once() -> None:
    flagged = np.array([[True], [True], [False], [True]])

    assert began(flagged)[:, 0].tolist() == [True, False, False, True]


def test_a_tuned_threshold_flags_as_often_as_it_may_and_no_more() -> None:
    statistic = np.random.default_rng(3).normal(size=(4000, 5))

    threshold = tuned_threshold([statistic], per_model_day=1 / 100)

    assert 0.009 < began(statistic > threshold).mean() <= 0.01
