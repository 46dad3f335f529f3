"""A model's course as a chart: its scores, run by run, in the band that was expected of them, and what befell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

#: In pixels; a chart grows with the page and keeps its proportions.
_WIDTH, _HEIGHT = 960, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 12, 22, 28
#: Days that are written below the chart, at most.
_MOST_DAYS = 8
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


def history_chart(scores: Sequence[Score], events: Sequence[Event] = ()) -> HistoryChart | None:
    """Place scores of 0 to 100 by their days; None of fewer than two days."""
    if len({score.day for score in scores}) < 2:
        return None
    across = _Across(first=min(score.day for score in scores), last=max(score.day for score in scores))
    scored = _stretches([(across.of(each.day), _up(each.score)) if each.score is not None else None for each in scores])
    inside = [event for event in events if across.first <= event.day <= across.last]
    return HistoryChart(
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        top=_TOP,
        bottom=_HEIGHT - _BOTTOM,
        bands=tuple(_bands(scores, across)),
        lines=tuple(_path(stretch) for stretch in scored if len(stretch) > 1),
        dots=tuple((f"{x:.1f}", f"{y:.1f}") for stretch in scored for x, y in stretch),
        levels=tuple(Tick(place=f"{_up(Decimal(level)):.1f}", told=str(level)) for level in (0, 25, 50, 75, 100)),
        days=tuple(_days(sorted({score.day for score in scores}), across)),
        events=tuple(
            MarkedEvent(place=f"{across.of(event.day):.1f}", number=number, told=event.told)
            for number, event in enumerate(inside, 1)
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _Across:
    """Places days from left to right."""

    first: date
    last: date

    def of(self, day: date) -> float:
        return _LEFT + (day - self.first).days / (self.last - self.first).days * (_WIDTH - _LEFT - _RIGHT)


def _up(score: Decimal) -> float:
    inside = min(max(float(score), 0.0), 100.0)
    return _TOP + (1 - inside / 100) * (_HEIGHT - _TOP - _BOTTOM)


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
        edges[-1].append((across.of(each.day), _up(each.expected + half), _up(each.expected - half)))
    return [
        _path([(x, upper) for x, upper, _ in stretch] + [(x, lower) for x, _, lower in reversed(stretch)]) + "Z"
        for stretch in edges
        if len(stretch) > 1
    ]


def _days(days: Sequence[date], across: _Across) -> list[Tick]:
    step = max(1, -(-len(days) // _MOST_DAYS))
    return [Tick(place=f"{across.of(day):.1f}", told=f"{day:%-d %b}") for day in days[::step]]


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
