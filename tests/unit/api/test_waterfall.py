"""The waterfall of a comparison: its marks lie end to end, and it says in words what it shows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from api.pictures.waterfall import Step, Waterfall, bars_of, chart_of, described, svg_of

OPAL = Waterfall(
    title="sim/opal: luck of the draw",
    subtitle="Run #30 to Run #31",
    before="Run #30",
    was=Decimal("89.43"),
    steps=(
        Step(name="draw", points=Decimal("-8.10"), note="harder"),
        Step(name="everyone", points=Decimal("0.40"), note="the others as well"),
        Step(name="rest", points=Decimal("-1.87"), note="noise", interval=(Decimal(-33), Decimal(31))),
    ),
    after="Run #31",
    now=Decimal("79.86"),
)


def test_the_marks_lead_end_to_end_from_the_one_score_to_the_other() -> None:
    found = [(bar.row, round(bar.left, 2), round(bar.right, 2), bar.label, bar.colour) for bar in bars_of(OPAL)]

    assert found == [
        ("Run #30", 0.0, 89.43, "89.43", "#8a8a8a"),
        ("draw", 81.33, 89.43, "-8.10", "#d95f02"),
        ("everyone", 81.33, 81.73, "+0.40", "#2b83c6"),
        ("rest", 79.86, 81.73, "-1.87", "#d95f02"),
        ("Run #31", 0.0, 79.86, "79.86", "#8a8a8a"),
    ]


def test_the_interval_lies_around_the_level_that_the_rest_begins_from() -> None:
    rest = bars_of(OPAL)[3]

    assert rest.lo == pytest.approx(81.73 - 33)
    assert rest.hi == pytest.approx(81.73 + 31)


def test_the_axis_takes_in_all_marks_and_intervals() -> None:
    layers = chart_of(OPAL).to_dict()["layer"]

    assert layers[0]["encoding"]["x"]["scale"]["domain"] == [0.0, pytest.approx(112.73)]
    assert [layer["mark"]["type"] for layer in layers] == ["bar", "rule", "text", "text"]


def test_a_term_of_nothing_is_still_a_mark() -> None:
    nothing = replace(OPAL, steps=(Step(name="cap", points=Decimal(0), note=""),), now=OPAL.was)

    cap = bars_of(nothing)[1]

    assert cap.right > cap.left
    assert cap.label == "+0.00"


def test_the_drawing_has_no_colour_of_paper_and_says_what_it_shows_in_words() -> None:
    root = ElementTree.fromstring(svg_of(OPAL))

    assert root.get("role") == "img"
    assert root.get("aria-label") == described(OPAL)
    assert described(OPAL) == (
        "sim/opal: luck of the draw: from 89.43 (Run #30) to 79.86 (Run #31): draw -8.10, everyone +0.40, "
        "rest -1.87 (95 %: -33.00 to +31.00)."
    )
    assert {each.get("fill") for each in root.iter() if each.get("fill")} & {"white", "#fff", "#ffffff"} == set()


def test_a_models_name_is_text_and_never_markup() -> None:
    drawn = svg_of(replace(OPAL, title='<script>alert("x")</script>&'))

    assert "<script" not in drawn
    assert '<script>alert("x")</script>&' in "".join(ElementTree.fromstring(drawn).itertext())
