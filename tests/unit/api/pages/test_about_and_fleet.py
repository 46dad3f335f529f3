"""The pages on the method and on the fleet."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from starlette.testclient import TestClient

from api.pages.difference_chart import Difference, difference_chart
from api.pages.frame import FLAT
from yzindex.dimensions import MAIN_WEIGHTS, Dimension
from yzindex.drift.words import MEANINGS, Word
from yzindex.records.database import Database
from yzindex.records.states import MoveCause
from yzindex.records.tables import BoardMove
from yzindex.scoring import INTEGRITY_CAP

FIRST = date(2026, 3, 1)


def test_the_method_is_told_with_the_numbers_of_the_code(browser: TestClient) -> None:
    page = browser.get("/about").text

    assert all(dimension.shown_as in page for dimension in Dimension)
    assert all(f"{weight} × {dimension}" in page for dimension, weight in MAIN_WEIGHTS.items())
    assert f"caps the shown score at {INTEGRITY_CAP}" in page
    assert re.findall(r'<th scope="row">([a-z ,]+)</th>', page) == [word.value for word in Word]


def test_every_word_has_a_meaning() -> None:
    assert list(MEANINGS) == list(Word)


def test_the_fleet_is_shown_before_anything_was_asked_of_it(browser: TestClient) -> None:
    page = browser.get("/fleet").text

    assert "sim/agate" in page
    assert "None so far." in page
    assert "No reading yet." in page
    assert "None: side charts stay unscored" in page


def test_a_move_that_goes_on_is_shown_as_such(browser: TestClient, database: Database) -> None:
    with database.write() as session:
        session.add(
            BoardMove(
                day=FIRST,
                since=FIRST,
                cause=MoveCause.GRADER,
                chart="execution",
                points=Decimal(-14),
                analysis_version="5",
            )
        )

    page = browser.get("/fleet").text

    assert "grader of Code execution" in page
    assert "−14.0" in page
    assert "not yet: no verdicts on models" in page
    assert "moved on 1 March: no verdicts" in browser.get("/").text


def test_bars_go_up_and_down_from_nothing_on_one_scale() -> None:
    points = [Decimal(20), Decimal(-10), Decimal(0)]
    chart = difference_chart(
        [Difference(day=FIRST + timedelta(days=number), points=each) for number, each in enumerate(points)],
        FLAT,
    )

    assert chart is not None
    up, down, none = chart.bars
    zero = float(chart.levels[1][0])
    assert float(up.y) + float(up.height) == zero
    assert float(down.y) == zero
    assert float(up.height) == 2 * float(down.height)
    assert 0 < float(none.height) < float(down.height) / 10
    assert [told for _, told in chart.levels] == ["+20", "0", "−20"]
