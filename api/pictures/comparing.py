"""Lays out a comparison as a waterfall."""

from api.pictures.draws import Draws, Mark
from api.pictures.waterfall import Step, Waterfall
from api.shapes.compare import ComparisonBody
from api.shapes.values import Score
from yzindex.scoring import signed


def waterfall_of(found: ComparisonBody) -> Waterfall:
    """Choose what the picture of a comparison shows; the terms are those of the page."""
    before, after = found.before, found.after
    was, now = before.result.core_display, after.result.core_display
    assert was is not None
    assert now is not None
    draws = _draws(found)
    rank = (
        f" · a draw worse than {after.draws_better} of 100" if draws is None and after.draws_better is not None else ""
    )
    simulated = " (simulated)" if found.simulated else ""
    lo, hi = found.rest_lo.exact, found.rest_hi.exact
    steps = [
        Step(name="draw", points=found.draw.exact, note=_draw(found.draw)),
        Step(name="everyone", points=found.common.exact, note=_everyone(found)),
        Step(
            name="rest",
            points=found.rest.exact,
            note=f"model and noise, {signed(lo, 0)} to {signed(hi, 0)}",
            interval=(lo, hi),
        ),
    ]
    if found.cap.exact:
        steps.append(Step(name="cap", points=found.cap.exact, note="the integrity cap, no change of ability"))
    return Waterfall(
        title=f"{found.model}{simulated}: {after.verdict}",
        subtitle=f"Run #{before.run} ({before.day.isoformat()}) to Run #{after.run} ({after.day.isoformat()}){rank}",
        before=f"Run #{before.run}",
        was=was.exact,
        steps=tuple(steps),
        after=f"Run #{after.run}",
        now=now.exact,
        draws=draws,
    )


def _draws(found: ComparisonBody) -> Draws | None:
    """All draws that were possible on the later day; the earlier run's is among them where one fit speaks of both."""
    before, after = found.before, found.after
    possible = after.possible_draws
    if possible is None or after.draws_better is None:
        return None
    marks = [Mark(name=f"Run #{after.run}", points=possible.drawn.exact)]
    if found.one_fit:
        marks.append(Mark(name=f"Run #{before.run}", points=possible.drawn.exact - found.draw.exact))
    return Draws(
        counts=tuple(possible.counts),
        step=possible.step,
        marks=tuple(marks),
        told=f"All possible draws: that of Run #{after.run} was worse than {after.draws_better} of 100",
    )


def _everyone(found: ComparisonBody) -> str:
    if found.common_is_estimated:
        return "the other models moved by this much as well"
    return "not estimated with so few models"


def _draw(draw: Score) -> str:
    if draw.exact == 0:
        return "these questions were as hard"
    return f"these questions were {'harder' if draw.exact < 0 else 'easier'}"
