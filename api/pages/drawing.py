"""Places marks of small pictures; the templates draw them as SVG in the page's own colours.

A picture's text alternative says what it shows; nothing is to be told by colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

#: Of a sparkline, in pixels.
_WIDTH, _HEIGHT, _MARGIN = 120, 28, 3


@dataclass(frozen=True, kw_only=True)
class Sparkline:
    """A course of scores from left to right; it has a gap where there is no score."""

    width: int
    height: int
    #: SVG paths of unbroken stretches.
    paths: tuple[str, ...]
    #: Scores that stand between two gaps, and the last one.
    dots: tuple[tuple[str, str], ...]


def sparkline(scores: Sequence[Decimal | None]) -> Sparkline | None:
    """Place scores of 0 to 100 on a scale that all of a page's sparklines share; None of nothing but gaps."""
    if all(score is None for score in scores):
        return None
    step = (_WIDTH - 2 * _MARGIN) / max(len(scores) - 1, 1)
    placed = [
        None if score is None else (_MARGIN + number * step, _HEIGHT - _MARGIN - _inside(score))
        for number, score in enumerate(scores)
    ]
    stretches: list[list[tuple[float, float]]] = [[]]
    for place in placed:
        if place is None:
            stretches.append([])
        else:
            stretches[-1].append(place)
    filled = [stretch for stretch in stretches if stretch]
    lone = [stretch[0] for stretch in filled if len(stretch) == 1]
    return Sparkline(
        width=_WIDTH,
        height=_HEIGHT,
        paths=tuple(_path(stretch) for stretch in filled if len(stretch) > 1),
        dots=tuple((f"{x:.1f}", f"{y:.1f}") for x, y in dict.fromkeys([*lone, filled[-1][-1]])),
    )


def _inside(score: Decimal) -> float:
    return float(score) / 100 * (_HEIGHT - 2 * _MARGIN)


def _path(stretch: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in stretch)
