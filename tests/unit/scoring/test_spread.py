"""Repeatability: the sample deviation of the last seven main scores, exactly."""

from __future__ import annotations

import statistics
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from yzindex.scoring.spread import repeatability, sample_deviation

points = st.decimals(0, 100, places=9)


@given(st.lists(points, min_size=2, max_size=12))
def test_the_deviation_is_that_of_the_standard_library(values: list[Decimal]) -> None:
    ours = sample_deviation(values)

    assert ours is not None
    assert abs(ours - statistics.stdev(values)) <= Decimal("1E-9")


def test_one_run_says_nothing_of_repeatability() -> None:
    assert repeatability([]) is None
    assert repeatability([Decimal(80)]) is None


def test_equal_scores_are_perfectly_stable() -> None:
    found = repeatability([Decimal("79.861")] * 3)

    assert found is not None
    assert (found.stability, found.runs, found.is_warning) == (Decimal(100), 3, False)


def test_only_the_last_seven_scores_count() -> None:
    found = repeatability([Decimal(0), *[Decimal(90)] * 7])

    assert found is not None
    assert (found.standard_deviation, found.runs) == (Decimal(0), 7)
