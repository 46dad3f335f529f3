"""Two runs of a model side by side, as people read them."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from api.shapes.compare import ComparisonBody, SideBody
from api.terminal.layout import NONE, figure, framed, named, new_table, signed, texts
from api.terminal.verdicts import cost_of


def comparison_text(found: ComparisonBody) -> RenderableType:
    """Show what a change is made of, the dimensions, and which questions cost the points."""
    table = new_table(
        f"{named(found.model, simulated=found.simulated)} · Run #{found.before.run} ({found.before.day.isoformat()}) "
        f"to Run #{found.after.run} ({found.after.day.isoformat()}) · verdict: {found.after.verdict}",
        ("", "points", "what it is"),
    )
    for row in _terms(found):
        table.add_row(*texts(*row))
    sides = [line for side in (found.before, found.after) for line in _questions(side)]
    return Group(framed(table, _notes(found), simulated=found.simulated), _dimensions(found), *map(Text, sides))


def _terms(found: ComparisonBody) -> Iterator[tuple[str, str, str]]:
    before, after = found.before, found.after
    yield f"Run #{before.run}", figure(before.result.core_display), ""
    yield "draw", signed(found.draw), _draws(before, after)
    beyond = "what the other models moved by beyond the draw"
    yield "everyone", signed(found.common), beyond if found.common_is_estimated else "not estimated with so few models"
    rest = f"the model and its answers' noise: {signed(found.rest_lo)} to {signed(found.rest_hi)} (95 %)"
    yield "rest", signed(found.rest), rest
    yield "cap", signed(found.cap), "the integrity cap, no change of ability" if found.cap.exact else ""
    yield f"Run #{after.run}", figure(after.result.core_display), ""
    yield "change", signed(found.change), "draw + everyone + rest + cap"


def _draws(before: SideBody, after: SideBody) -> str:
    ranks = [
        f"Run #{side.run} worse than {side.draws_better} of 100 possible draws"
        for side in (before, after)
        if side.draws_better is not None
    ]
    return "; ".join(["what these questions were expected to give, minus those", *ranks])


def _notes(found: ComparisonBody) -> Iterator[str]:
    if not found.one_fit:
        yield "the draw is by what was expected of each answer on its own day"
    for change in found.confirmed_between:
        yield (
            f"a change of {signed(change.size)} points of {change.chart} since {change.since.isoformat()} was "
            f"confirmed between the two runs, on {change.day.isoformat()}: it is in the rest"
        )
    for side in (found.before, found.after):
        labels = " ".join((label or NONE).upper() if label == "fail" else label or NONE for label in side.labels)
        yield f"integrity up to Run #{side.run}, the last five: {labels}"


def _dimensions(found: ComparisonBody) -> RenderableType:
    table = new_table("", ("dimension", "was", "now", "change", ""))
    for dimension, each in found.dimensions.items():
        note = "AI-assisted, not in the main score" if each.ai_assisted else ""
        table.add_row(*texts(dimension, figure(each.was), figure(each.now), signed(each.change), note))
    return table


def _questions(side: SideBody) -> Iterator[str]:
    yield f"questions of the main score in Run #{side.run}, the most costly first:"
    for question in side.questions:
        expected = "" if question.expected is None else f", {question.expected.shown} expected"
        yield f"  {cost_of(question)} · score {figure(question.score)}{expected} · answer {question.answer}"
