"""Differences from nothing, day by day: bars up and down from a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from api.pages.frame import Frame
from yzindex.scoring import signed

#: The scale is at least so wide, so that a hair does not look like a leap.
_LEAST_POINTS = Decimal(10)
#: A day of no difference is a hair, other than a day of which nothing is known.
_LEAST_HEIGHT = 1.0


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


def difference_chart(differences: Sequence[Difference], frame: Frame) -> DifferenceChart | None:
    """Place differences by their days; None of fewer than two."""
    if len({each.day for each in differences}) < 2:
        return None
    first, last = min(each.day for each in differences), max(each.day for each in differences)
    most = max(_LEAST_POINTS, *(abs(each.points) for each in differences))
    inside = frame.inner_height / 2
    zero = frame.top + inside
    step = frame.inner_width / ((last - first).days + 1)

    def left(day: date) -> float:
        return frame.left + (day - first).days * step

    bars = []
    for each in differences:
        height = max(float(abs(each.points) / most) * inside, _LEAST_HEIGHT)
        top = zero - height if each.points > 0 else zero
        bars.append(
            Bar(
                x=f"{left(each.day) + step * 0.15:.1f}",
                y=f"{top:.1f}",
                width=f"{step * 0.7:.1f}",
                height=f"{height:.1f}",
                told=f"{each.day:%-d %b}: {signed(each.points, 1)}",
            )
        )
    days = sorted({each.day for each in differences})
    return DifferenceChart(
        width=frame.width,
        height=frame.height,
        left=frame.left,
        right=frame.width - frame.right,
        bottom=frame.height - frame.bottom,
        bars=tuple(bars),
        levels=(
            (f"{zero - inside:.1f}", f"+{most:.0f}"),
            (f"{zero:.1f}", "0"),
            (f"{zero + inside:.1f}", f"−{most:.0f}"),
        ),
        days=tuple(
            (f"{left(day) + step / 2:.1f}", f"{day:%-d %b}")
            for day in days[:: max(1, -(-len(days) // frame.most_days))]
        ),
    )
