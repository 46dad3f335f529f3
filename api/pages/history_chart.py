"""A model's course as a chart: its scores, run by run, in the band that was expected of them, and what befell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from api.pages.frame import LARGE, Frame

#: Standard errors of an interval of 95 %.
_95_PERCENT = Decimal("1.959963984540054")


@dataclass(frozen=True, kw_only=True)
class Score:
    """A run's main score (before the cap), and what was expected of its draw with the variance around that."""

    day: date
    score: Decimal | None
    expected: Decimal | None = None
    variance: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that befell the model on a day, in a few words."""

    day: date
    told: str


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A place on an axis."""

    place: str
    told: str


@dataclass(frozen=True, kw_only=True)
class MarkedEvent:
    """An event's place, and the number that stands at it."""

    place: str
    number: int
    told: str


@dataclass(frozen=True, kw_only=True)
class HistoryChart:
    """A chart, ready to be drawn: SVG paths and places in a box of `width` by `height`."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    bands: tuple[str, ...]
    lines: tuple[str, ...]
    dots: tuple[tuple[str, str], ...]
    levels: tuple[Tick, ...]
    days: tuple[Tick, ...]
    events: tuple[MarkedEvent, ...]


def history_chart(scores: Sequence[Score], events: Sequence[Event] = (), frame: Frame = LARGE) -> HistoryChart | None:
    """Place scores of 0 to 100 by their days; None of fewer than two days."""
    if len({score.day for score in scores}) < 2:
        return None
    across = _Across(frame=frame, first=min(each.day for each in scores), last=max(each.day for each in scores))
    scored = _stretches(
        [None if each.score is None else (across.of(each.day), _up(frame, each.score)) for each in scores]
    )
    inside = [event for event in events if across.first <= event.day <= across.last]
    return HistoryChart(
        width=frame.width,
        height=frame.height,
        left=frame.left,
        right=frame.width - frame.right,
        top=frame.top,
        bottom=frame.height - frame.bottom,
        bands=tuple(_bands(scores, across)),
        lines=tuple(_path(stretch) for stretch in scored if len(stretch) > 1),
        dots=tuple((f"{x:.1f}", f"{y:.1f}") for stretch in scored for x, y in stretch),
        levels=tuple(
            Tick(place=f"{_up(frame, Decimal(level)):.1f}", told=str(level)) for level in (0, 25, 50, 75, 100)
        ),
        days=tuple(_days(sorted({score.day for score in scores}), across)),
        events=tuple(
            MarkedEvent(place=f"{across.of(event.day):.1f}", number=number, told=event.told)
            for number, event in enumerate(inside, 1)
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _Across:
    """Places days from left to right."""

    frame: Frame
    first: date
    last: date

    def of(self, day: date) -> float:
        return self.frame.left + (day - self.first).days / (self.last - self.first).days * self.frame.inner_width


def _up(frame: Frame, score: Decimal) -> float:
    inside = min(max(float(score), 0.0), 100.0)
    return frame.top + (1 - inside / 100) * frame.inner_height


def _stretches(places: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """Cut a course where there is a gap."""
    found: list[list[tuple[float, float]]] = [[]]
    for place in places:
        if place is None:
            found.append([])
        else:
            found[-1].append(place)
    return [stretch for stretch in found if stretch]


def _bands(scores: Sequence[Score], across: _Across) -> list[str]:
    """Outline what was expected, 95 times in 100: along the upper edge to the right, and back along the lower one."""
    edges: list[list[tuple[float, float, float]]] = [[]]
    for each in scores:
        if each.expected is None or each.variance is None:
            edges.append([])
            continue
        half = _95_PERCENT * each.variance.sqrt()
        upper, lower = _up(across.frame, each.expected + half), _up(across.frame, each.expected - half)
        edges[-1].append((across.of(each.day), upper, lower))
    return [
        _path([(x, upper) for x, upper, _ in stretch] + [(x, lower) for x, _, lower in reversed(stretch)]) + "Z"
        for stretch in edges
        if len(stretch) > 1
    ]


def _days(days: Sequence[date], across: _Across) -> list[Tick]:
    step = max(1, -(-len(days) // across.frame.most_days))
    return [Tick(place=f"{across.of(day):.1f}", told=f"{day:%-d %b}") for day in days[::step]]


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
