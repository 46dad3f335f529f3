"""What a board can see, in words and counts."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from yzindex.drift.rules import Rules
from yzindex.drift.sight import Finds, told_finds, told_shares, told_unknown


def finds(points: float, *days: int, replicates: int = 10) -> Finds:
    return Finds(points=points, replicates=replicates, days=days)


def test_nine_of_ten_are_within_the_days_of_the_ninth() -> None:
    assert finds(10, 1, 1, 2, 2, 3, 3, 4, 4, 6, 28).wanted_within == 6
    assert finds(10, 1, 1, 2, 2, 3, 3, 4, 4, 6).wanted_within == 6
    assert finds(10, 1, 1, 2, 2, 3, 3, 4, 4).wanted_within is None


def test_nine_in_ten_of_a_number_that_tens_do_not_divide_are_no_fewer() -> None:
    # Nine tenths of 15 are 13.5.
    assert finds(10, *[1] * 13, replicates=15).wanted_within is None
    assert finds(10, *[1] * 13, 8, replicates=15).wanted_within == 8


@pytest.mark.parametrize(("found", "tried"), [(0, 20), (1, 20), (18, 100), (94, 100), (100, 100), (5, 5)])
def test_the_interval_of_a_share_is_wilsons(found: int, tried: int) -> None:
    share, low, high = finds(10, *[3] * found, replicates=tried).share_within(14)

    told = binomtest(found, tried).proportion_ci(method="wilson")
    assert share == found / tried
    assert (low, high) == pytest.approx((told.low, told.high), abs=1e-12)


def test_what_was_found_later_is_not_in_the_share() -> None:
    assert finds(10, 14, 15, 28).share_within(14)[0] == 0.1


def test_what_is_seen_is_told_by_size_and_what_is_not_comes_last() -> None:
    told = told_finds([finds(20, *[3] * 9), finds(5, 9, 9), finds(10, *[6] * 9)])

    assert told == (
        "a 10-point drop within 6 days (9 times in 10), a 20-point drop within 3; a 5-point drop: not within 28 days"
    )


def test_a_board_that_sees_nothing_says_so_of_every_size() -> None:
    told = told_finds([finds(10), finds(20, 3)])

    assert told == (
        "a 10-point drop: not within 28 days (9 times in 10); a 20-point drop: not within 28 days (9 times in 10)"
    )


def test_one_day_is_one_day() -> None:
    assert told_finds([finds(20, *[1] * 10)]) == "a 20-point drop within 1 day (9 times in 10)"


def test_shares_say_how_many_were_simulated() -> None:
    told = told_shares([finds(20, *[3] * 100, replicates=100), finds(5, *[3] * 18, 20, replicates=100)])

    assert told == "18 of 100 falls of 5 points [12 %, 27 %], 100 of 100 falls of 20 points [96 %, 100 %]"


def test_too_little_is_told_with_the_numbers_of_the_rules() -> None:
    told = told_unknown(Rules(least_known=7, least_known_days=2, least_known_per_dimension=3))

    assert told == (
        "not enough evidence: no model has 7 scored answers from 2 days (or a calibration), 3 of them in each dimension"
    )
