"""Bounds are the exact ones where replicates are independent, and wider where they are not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson
from statsmodels.stats.proportion import proportion_confint

from yzindex.drift.proving.bounds import rate_lower, rate_upper, share_bounds


@pytest.mark.parametrize(("hits", "trials"), [(0, 40), (1, 7), (372, 400), (40, 40)])
def test_bounds_of_a_share_in_one_replicate_are_those_of_clopper_and_pearson(hits: int, trials: int) -> None:
    expected = proportion_confint(hits, trials, alpha=0.05, method="beta")

    assert share_bounds([hits], [trials]) == pytest.approx(tuple(np.nan_to_num(expected, nan=float(hits > 0))))


def test_the_upper_bound_of_a_rate_is_the_one_that_so_few_events_would_meet_once_in_twenty() -> None:
    upper = rate_upper([7], [1000.0])

    assert poisson.cdf(7, 1000 * upper) == pytest.approx(0.05)


def test_no_event_at_all_is_bounded_by_three_over_the_exposure() -> None:
    assert rate_upper([0] * 50, [365.0] * 50) == pytest.approx(3 / (365 * 50), rel=0.002)
    assert rate_lower([0] * 50, [365.0] * 50) == 0


def test_events_that_come_in_bunches_are_bounded_more_widely() -> None:
    alike, bunched = [1] * 20, [10, 10] + [0] * 18

    assert rate_upper(bunched, [100.0] * 20) > 1.5 * rate_upper(alike, [100.0] * 20)
    assert rate_lower(bunched, [100.0] * 20) < rate_lower(alike, [100.0] * 20)
    assert share_bounds(bunched, [10.0] * 20)[0] < share_bounds(alike, [10.0] * 20)[0]


def test_replicates_that_are_more_alike_than_chance_narrow_nothing() -> None:
    assert rate_upper([2] * 10, [100.0] * 10) == pytest.approx(rate_upper([20], [1000.0]))


def test_the_clustered_upper_bound_is_above_the_truth_in_about_nineteen_of_twenty_samples() -> None:
    numbers = np.random.default_rng(5)
    rates = 0.05 * numbers.gamma(0.5, 2.0, (1000, 60))
    events = numbers.poisson(20 * rates)

    covered = np.mean([rate_upper(sample, [20.0] * 60) >= 0.05 for sample in events.tolist()])

    assert 0.92 <= covered <= 0.98
