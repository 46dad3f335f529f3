"""The waterfall of a comparison: from one run's score, step by step, to the other's, and below it where the draw lies.

Draws what it is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

import altair
import vl_convert

from api.pictures.draws import Draws, histogram_of
from yzindex.scoring import rounded, signed

_WIDTH = 420
_ROW_HEIGHT = 30
#: A longer title ends in an ellipsis; the picture's text alternative has all of it.
_TITLE_WIDTH = 720
_FONT = "sans-serif"
#: Beside the notes: the reader's font may be wider than the one by which the picture was measured.
_ROOM = 80
#: Greys and colours that stand out from white and from black alike: a picture does not know the page it lies on.
_INK = "#757575"
_LEVEL, _FALL, _RISE = "#8a8a8a", "#d95f02", "#2b83c6"
#: A pixel or so, so that a term of nothing is still a mark.
_LEAST_WIDTH = 0.15


@dataclass(frozen=True, kw_only=True)
class Step:
    """A term of the change, in points; `note` says what it is."""

    name: str
    points: Decimal
    note: str
    #: Where the term could as well lie, 95 of 100 times.
    interval: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True, kw_only=True)
class Waterfall:
    """A score, the terms of its change, which sum to it, and the score that came of them."""

    title: str
    subtitle: str
    before: str
    was: Decimal
    steps: tuple[Step, ...]
    after: str
    now: Decimal
    #: What today's draw is one of; None where it was not kept.
    draws: Draws | None = None


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A row of the picture, from left to right in points."""

    row: str
    left: float
    right: float
    colour: str
    label: str
    note: str
    lo: float | None = None
    hi: float | None = None


def bars_of(waterfall: Waterfall) -> tuple[Bar, ...]:
    """Lay the terms end to end, from the one score to the other."""
    level = waterfall.was
    bars = [_level(waterfall.before, waterfall.was)]
    for step in waterfall.steps:
        bars.append(_step(step, level))
        level += step.points
    return (*bars, _level(waterfall.after, waterfall.now))


def chart_of(waterfall: Waterfall) -> altair.VConcatChart:
    """Make the Vega-Lite chart: the terms, and below them, on the same scale, all draws that were possible."""
    bars = bars_of(waterfall)
    least = min(0.0, *(bar.left for bar in bars), *(bar.lo for bar in bars if bar.lo is not None))
    most = max(100.0, *(bar.right for bar in bars), *(bar.hi for bar in bars if bar.hi is not None))
    scale = altair.Scale(domain=[least, most], nice=False, zero=False)
    parts = [_terms(bars, scale)]
    if waterfall.draws is not None:
        parts.append(histogram_of(waterfall.draws, scale, width=_WIDTH, font=_FONT, inks=(_LEVEL, _INK)))
    chart: altair.VConcatChart = (
        altair.vconcat(*parts, spacing=18)
        .properties(
            background="transparent",
            padding={"left": 12, "top": 5, "bottom": 5, "right": _ROOM},
            description=described(waterfall),
            title=altair.Title(waterfall.title, subtitle=waterfall.subtitle, anchor="start", limit=_TITLE_WIDTH),
        )
        .configure_axis(labelColor=_INK, titleColor=_INK, gridColor=_INK, gridOpacity=0.2, labelFont=_FONT)
        .configure_title(color=_INK, subtitleColor=_INK, font=_FONT, subtitleFont=_FONT)
        .configure_view(stroke=None)
    )
    return chart


def _terms(bars: Sequence[Bar], scale: altair.Scale) -> altair.LayerChart:
    """Bars, the interval of what is uncertain, and each row's figure and note."""
    rows = [bar.row for bar in bars]
    base = altair.Chart(altair.InlineData(values=[_values(bar) for bar in bars])).encode(
        y=altair.Y("row:N", sort=rows, title=None, axis=altair.Axis(ticks=False, domain=False, labelPadding=8))
    )
    place = altair.X("left:Q", title="points", scale=scale)
    marks = base.mark_bar(height=14).encode(
        x=place, x2="right:Q", color=altair.Color("colour:N", scale=None), tooltip=["row:N", "label:N", "note:N"]
    )
    interval = base.mark_rule(strokeWidth=1.5, color=_INK).encode(x="lo:Q", x2="hi:Q")
    figures = base.mark_text(align="right", font=_FONT, color=_INK).encode(x=altair.value(_WIDTH + 70), text="label:N")
    notes = base.mark_text(align="left", font=_FONT, color=_INK).encode(x=altair.value(_WIDTH + 84), text="note:N")
    chart = altair.layer(marks, interval.transform_filter("isValid(datum.lo)"), figures, notes).properties(
        width=_WIDTH, height=_ROW_HEIGHT * len(bars)
    )
    assert isinstance(chart, altair.LayerChart)
    return chart


def svg_of(waterfall: Waterfall) -> str:
    """Draw it as SVG that says in words what it shows; nothing is fetched for it."""
    drawn = vl_convert.vegalite_to_svg(chart_of(waterfall).to_dict(), allowed_base_urls=[])
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(described(waterfall))}" ', 1)


def described(waterfall: Waterfall) -> str:
    """Say in a sentence or two what the picture shows, for those who cannot see it."""
    terms = ", ".join(f"{step.name} {signed(step.points)}{_range(step)}" for step in waterfall.steps)
    return (
        f"{waterfall.title}: from {rounded(waterfall.was)} ({waterfall.before}) to {rounded(waterfall.now)} "
        f"({waterfall.after}): {terms}."
    ) + ("" if waterfall.draws is None else f" {waterfall.draws.told}.")


def _level(name: str, score: Decimal) -> Bar:
    return Bar(row=name, left=0.0, right=float(score), colour=_LEVEL, label=str(rounded(score)), note="")


def _step(step: Step, level: Decimal) -> Bar:
    left, right = sorted((float(level), float(level + step.points)))
    lo, hi = (None, None) if step.interval is None else (float(level + end) for end in step.interval)
    return Bar(
        row=step.name,
        left=left,
        right=max(right, left + _LEAST_WIDTH),
        colour=_FALL if step.points < 0 else _RISE,
        label=signed(step.points),
        note=step.note,
        lo=lo,
        hi=hi,
    )


def _values(bar: Bar) -> dict[str, str | float | None]:
    return {name: getattr(bar, name) for name in Bar.__dataclass_fields__}


def _range(step: Step) -> str:
    if step.interval is None:
        return ""
    lo, hi = step.interval
    return f" (95 %: {signed(lo)} to {signed(hi)})"
