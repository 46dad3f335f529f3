"""All draws that were possible, by the main score expected of them, with marks at those that were drawn."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import altair

_HEIGHT = 70
#: The names of the marks stand one above the other, so that they stay apart where the marks do not.
_NAME_HEIGHT = 13
#: Whether today's mark, and how it is written.
_NAMES: tuple[tuple[bool, Literal["bold", "normal"]], ...] = ((True, "bold"), (False, "normal"))


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A draw among the possible ones, by the points that were expected of it."""

    name: str
    points: Decimal


@dataclass(frozen=True, kw_only=True)
class Draws:
    """How many of the possible draws are in each step of points from 0 on; the marks, today's first."""

    counts: tuple[int, ...]
    step: Decimal
    marks: tuple[Mark, ...]
    #: Says in words where today's is.
    told: str


def histogram_of(
    draws: Draws, scale: altair.Scale, *, width: int, font: str, inks: tuple[str, str]
) -> altair.LayerChart:
    """Make the Vega-Lite chart on the scale of the picture above it; `inks` are of what is usual and of the marks."""
    usual, ink = inks
    step = float(draws.step)
    most = max(draws.counts)
    filled = [
        {"left": number * step, "right": (number + 1) * step, "count": count, "none": 0}
        for number, count in enumerate(draws.counts)
        if count
    ]
    x = altair.X("left:Q", title="main score expected of a draw", scale=scale)
    y = altair.Y("count:Q", axis=None, scale=altair.Scale(domain=[0, most], nice=False))
    bars = (
        altair.Chart(altair.InlineData(values=filled))
        .mark_rect(color=usual, opacity=0.5)
        .encode(x=x, x2="right:Q", y=y, y2="none:Q")
    )
    marks = altair.Chart(
        altair.InlineData(
            values=[
                {"left": float(mark.points), "name": mark.name, "today": not number, "count": most}
                for number, mark in enumerate(draws.marks)
            ]
        )
    ).encode(x=x)
    lines = marks.mark_rule(color=ink).encode(
        strokeWidth=altair.condition("datum.today", altair.value(2.5), altair.value(1)),
        strokeDash=altair.condition("datum.today", altair.value([1, 0]), altair.value([3, 3])),
    )
    names = [
        marks.transform_filter(f"datum.today == {'true' if today else 'false'}")
        .mark_text(font=font, color=ink, dy=-3 - place * _NAME_HEIGHT, baseline="bottom", fontWeight=weight)
        .encode(y=altair.value(0), text="name:N")
        for place, (today, weight) in enumerate(_NAMES)
    ]
    chart = altair.layer(bars, lines, *names).properties(
        width=width,
        height=_HEIGHT,
        title=altair.Title(draws.told, anchor="start", frame="group", fontSize=11, fontWeight="normal", offset=4),
    )
    assert isinstance(chart, altair.LayerChart)
    return chart
