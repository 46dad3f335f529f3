"""The waterfall of a comparison: its marks lie end to end, and it says in words what it shows."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from api.pictures.draws import Draws, Mark
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
DRAWS = Draws(
    counts=(0, 100, 700, 200),
    step=Decimal(25),
    marks=(Mark(name="Run #31", points=Decimal("40.5")), Mark(name="Run #30", points=Decimal("48.6"))),
    told="All possible draws: that of Run #31 was worse than 88 of 100",
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
    (terms,) = chart_of(OPAL).to_dict()["vconcat"]

    layers = terms["layer"]
    assert layers[0]["encoding"]["x"]["scale"]["domain"] == [0.0, pytest.approx(112.73)]
    assert [layer["mark"]["type"] for layer in layers] == ["bar", "rule", "text", "text"]


def test_all_possible_draws_lie_below_the_terms_on_their_scale_with_the_drawn_ones_marked() -> None:
    chart = chart_of(replace(OPAL, draws=DRAWS)).to_dict()

    terms, draws = chart["vconcat"]
    bars, lines, *_ = draws["layer"]
    possible, drawn = (chart["datasets"][each["data"]["name"]] for each in (bars, lines))
    scale = terms["layer"][0]["encoding"]["x"]["scale"]
    assert [each["encoding"]["x"]["scale"] for each in (bars, lines)] == [scale, scale]
    assert [(each["left"], each["right"], each["count"]) for each in possible] == [
        (25.0, 50.0, 100),
        (50.0, 75.0, 700),
        (75.0, 100.0, 200),
    ]
    assert [(each["left"], each["name"], each["today"]) for each in drawn] == [
        (40.5, "Run #31", True),
        (48.6, "Run #30", False),
    ]


def test_where_the_draw_lies_is_said_in_words_on_the_picture_and_beside_it() -> None:
    with_draws = replace(OPAL, draws=DRAWS)

    root = ElementTree.fromstring(svg_of(with_draws))

    assert described(with_draws) == f"{described(OPAL)} {DRAWS.told}."
    assert root.get("aria-label") == described(with_draws)
    assert {DRAWS.told, "Run #31", "Run #30"} <= set(root.itertext())


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


def test_the_api_starts_without_what_only_a_picture_needs() -> None:
    program = "import sys, api.app; print([name for name in ('altair', 'vl_convert', 'numpy') if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
