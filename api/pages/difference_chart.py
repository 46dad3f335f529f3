"""Differences from nothing, day by day: bars up and down from a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_WIDTH, _HEIGHT = 960, 160
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 12, 10, 24
#: The scale is at least so wide, so that a hair does not look like a leap.
_LEAST_POINTS = Decimal(10)
_MOST_DAYS = 6


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Of one day, in points."""

    day: date
    points: Decimal


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A day's bar, and what it says."""

    x: str
    y: str
    width: str
    height: str
    told: str


@dataclass(frozen=True, kw_only=True)
class DifferenceChart:
    """Bars in a box of `width` by `height`; `levels` and `days` are places and words of the axes."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    bars: tuple[Bar, ...]
    levels: tuple[tuple[str, str], ...]
    days: tuple[tuple[str, str], ...]


def difference_chart(differences: Sequence[Difference]) -> DifferenceChart | None:
    """Place differences by their days; None of fewer than two."""
    if len({each.day for each in differences}) < 2:
        return None
    first, last = min(each.day for each in differences), max(each.day for each in differences)
    most = max(_LEAST_POINTS, *(abs(each.points) for each in differences))
    inside, zero = (_HEIGHT - _TOP - _BOTTOM) / 2, _TOP + (_HEIGHT - _TOP - _BOTTOM) / 2
    step = (_WIDTH - _LEFT - _RIGHT) / ((last - first).days + 1)

    def left(day: date) -> float:
        return _LEFT + (day - first).days * step

    bars = []
    for each in differences:
        height = float(abs(each.points) / most) * inside
        top = zero - height if each.points > 0 else zero
        bars.append(
            Bar(
                x=f"{left(each.day) + step * 0.15:.1f}",
                y=f"{top:.1f}",
                width=f"{step * 0.7:.1f}",
                height=f"{height:.1f}",
                told=f"{each.day:%-d %b}: {each.points:+.1f}",
            )
        )
    days = sorted({each.day for each in differences})
    return DifferenceChart(
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        bottom=_HEIGHT - _BOTTOM,
        bars=tuple(bars),
        levels=(
            (f"{zero - inside:.1f}", f"+{most:.0f}"),
            (f"{zero:.1f}", "0"),
            (f"{zero + inside:.1f}", f"−{most:.0f}"),
        ),
        days=tuple(
            (f"{left(day) + step / 2:.1f}", f"{day:%-d %b}") for day in days[:: max(1, -(-len(days) // _MOST_DAYS))]
        ),
    )
