"""Where a chart puts scores, bands and events."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from api.pages.history_chart import Event, HistoryChart, Score, history_chart

FIRST = date(2026, 3, 1)


def drawn(*scores: str | None, events: tuple[Event, ...] = ()) -> HistoryChart:
    found = history_chart(
        [
            Score(day=FIRST + timedelta(days=number), score=None if score is None else Decimal(score))
            for number, score in enumerate(scores)
        ],
        events,
    )
    assert found is not None
    return found


def test_one_day_is_no_course() -> None:
    assert history_chart([]) is None
    assert history_chart([Score(day=FIRST, score=Decimal(50)), Score(day=FIRST, score=Decimal(60))]) is None


def test_higher_scores_are_higher_and_later_days_further_right() -> None:
    chart = drawn("0", "50", "100")

    places = [(float(x), float(y)) for x, y in chart.dots]
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert [y for _, y in places] == sorted((y for _, y in places), reverse=True)
    assert [places[0][1], places[2][1]] == [chart.bottom, chart.top]
    assert (places[0][0], places[2][0]) == (chart.left, chart.right)


def test_a_day_without_a_score_leaves_a_gap_and_is_no_zero() -> None:
    chart = drawn("50", "60", None, "70", "80")

    assert len(chart.lines) == 2
    assert len(chart.dots) == 4


def test_the_band_is_closed_around_what_was_expected_and_stays_inside() -> None:
    chart = history_chart(
        [
            Score(day=FIRST + timedelta(days=number), score=None, expected=Decimal(95), variance=Decimal(100))
            for number in range(3)
        ]
    )

    assert chart is not None
    (band,) = chart.bands
    heights = [float(y) for y in re.findall(r"[\d.]+ ([\d.]+)", band)]
    assert band.endswith("Z")
    assert min(heights) == chart.top
    # 95 less 1.96 standard errors of ten points.
    assert max(heights) == round(chart.top + (1 - 0.754) * (chart.bottom - chart.top), 1)


def test_events_are_numbered_and_those_outside_are_left_out() -> None:
    chart = drawn(
        "50",
        "50",
        "50",
        events=(
            Event(day=FIRST - timedelta(days=1), told="before"),
            Event(day=FIRST + timedelta(days=1), told="a drop"),
            Event(day=FIRST + timedelta(days=2), told="a rise"),
        ),
    )

    assert [(event.number, event.told) for event in chart.events] == [(1, "a drop"), (2, "a rise")]


def test_a_year_has_few_days_written_below_it() -> None:
    chart = drawn(*["50"] * 365)

    assert 4 <= len(chart.days) <= 8
