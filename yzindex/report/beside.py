"""What is said of models beside each other: who moved alike, who cannot be told apart, what fell for all."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from yzindex.dimensions import Dimension, Role
from yzindex.report.blocks import Inline, Words
from yzindex.report.counting import counted, sentence_of, spelled
from yzindex.report.facts import ModelFacts, RunFacts
from yzindex.report.figures import points, tenths
from yzindex.report.naming import listed, named
from yzindex.scoring import rounded, signed

#: A chart that moved by more than so many points has moved.
_MOVED = Decimal(5)
_FULL = Decimal(100)
_FEWEST_TO_FALL = 3


def alike(run: RunFacts, model: ModelFacts) -> tuple[ModelFacts, ...]:
    """Find the others whose main score moved the same way, and every chart in which this model moved as well."""
    charts = moved_charts(model)
    if not charts or not model.raw_change:
        return ()
    return tuple(other for other in run.models if other is not model and _moved_as(other, model, charts))


def moved_charts(model: ModelFacts) -> tuple[Dimension, ...]:
    """Give the charts that moved by more than five points."""
    return tuple(
        dimension
        for dimension in Dimension
        if dimension.role is not Role.GATE and abs(model.dimension_change(dimension) or Decimal(0)) > _MOVED
    )


def alike_sentence(run: RunFacts, model: ModelFacts) -> Words | None:
    """Name the others that moved the same way that day; None where there is none."""
    others = alike(run, model)
    if not others:
        return None
    charts = ", ".join(
        f"{dimension.shown_as} {'down' if (model.dimension_change(dimension) or 0) < 0 else 'up'}"
        for dimension in moved_charts(model)
    )
    told = counted(len(others), "other model moved", "other models moved")
    words: list[Inline] = [sentence_of(f"{told} the same way on the same charts ({charts}): ")]
    for place, other in enumerate(others):
        words += [", "] * bool(place) + [*named(other), f" ({signed(other.raw_change or Decimal(0))} before the cap)"]
    return (*words, ".")


def beside(run: RunFacts) -> Iterable[Words]:
    """Say what holds of several models of the run."""
    yield from _all_fell(run)
    yield from _ties(run)
    yield from _saturated(run)


def _moved_as(other: ModelFacts, model: ModelFacts, charts: Iterable[Dimension]) -> bool:
    pairs = [(other.raw_change, model.raw_change)]
    pairs += [(other.dimension_change(chart), model.dimension_change(chart)) for chart in charts]
    same_way = all(theirs is not None and own is not None and theirs * own > 0 for theirs, own in pairs)
    return same_way and set(moved_charts(other)) == set(charts)


def _all_fell(run: RunFacts) -> Iterable[Words]:
    for dimension in Dimension:
        changes = [change for model in run.models if (change := model.dimension_change(dimension)) is not None]
        if len(changes) >= _FEWEST_TO_FALL and len(changes) == len(run.models) and max(changes) < 0:
            least, most = tenths(abs(max(changes))), tenths(abs(min(changes)))
            by = least if least == most else f"{least} to {most}"
            told = f"{dimension.shown_as} fell for all {spelled(len(changes))} models, by {by} points"
            yield (f"{told}: that does not speak of one model.",)


def _ties(run: RunFacts) -> Iterable[Words]:
    by_score: dict[Decimal, list[ModelFacts]] = defaultdict(list)
    for model in run.models:
        if model.now.core_display is not None:
            by_score[rounded(model.now.core_display)].append(model)
    for score, models in by_score.items():
        if len(models) > 1:
            yield (
                sentence_of(f"{spelled(len(models))} models are tied at {points(score)}: "),
                *listed(tuple(models)),
                ". This run does not tell them apart.",
            )


def _saturated(run: RunFacts) -> Iterable[Words]:
    for dimension in Dimension:
        found = [each.now.dimensions[dimension].score for each in run.models if dimension in each.now.dimensions]
        scores = [score for score in found if score is not None]
        full = sum(score == _FULL for score in scores)
        if full > 1 and 2 * full >= len(scores):
            told = f"{dimension.shown_as} is 100 for {spelled(full)} of {spelled(len(scores))} models"
            yield (f"{told}: nothing can be told apart among them there.",)
