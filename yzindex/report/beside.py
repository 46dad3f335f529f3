"""What is said of models beside each other: who moved alike, who cannot be told apart, what moved for all."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from yzindex.dimensions import Dimension, Role
from yzindex.report.blocks import Inline, Words
from yzindex.report.counting import counted, sentence_of, spelled
from yzindex.report.facts import ModelFacts, RunFacts
from yzindex.report.figures import points, tenths
from yzindex.report.naming import listed, named
from yzindex.report.scores import chart_name
from yzindex.scoring import rounded, signed

#: A chart that moved by more than so many points has moved.
_MOVED = Decimal(5)
_FULL = Decimal(100)
_FEWEST_TO_MOVE = 3


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
    return _same_way(counted(len(others), "other model moved", "other models moved"), others, model)


def beside(run: RunFacts) -> Iterable[Words]:
    """Say what holds of several models of the run."""
    yield from _moved_alike(run)
    yield from _all_moved(run)
    yield from _ties(run.models)
    yield from _saturated(run)


def beside_others(run: RunFacts, model: ModelFacts) -> Iterable[Words]:
    """Say what holds of a model and others of the run."""
    if (same := alike_sentence(run, model)) is not None:
        yield same
    yield from _all_moved(run)
    yield from _ties([each for each in run.models if _tie(each) == _tie(model)])
    yield from _saturated(run)


def _moved_alike(run: RunFacts) -> Iterable[Words]:
    told: set[str] = set()
    for model in run.models:
        if model.model not in told and (others := alike(run, model)):
            told |= {each.model for each in others}
            models = (model, *others)
            if len(models) == len(run.models) >= _FEWEST_TO_MOVE:
                return  # told chart by chart
            yield _same_way(f"{spelled(len(models))} models moved", models, model)


def _same_way(told: str, models: tuple[ModelFacts, ...], as_model: ModelFacts) -> Words:
    charts = ", ".join(
        f"{chart_name(dimension)} {'down' if (as_model.dimension_change(dimension) or 0) < 0 else 'up'}"
        for dimension in moved_charts(as_model)
    )
    words: list[Inline] = [sentence_of(f"{told} the same way on the same charts ({charts}): ")]
    for place, model in enumerate(models):
        words += [", "] * bool(place) + [*named(model), f" ({signed(model.raw_change or Decimal(0))} before the cap)"]
    return (*words, ".")


def _moved_as(other: ModelFacts, model: ModelFacts, charts: Iterable[Dimension]) -> bool:
    pairs = [(other.raw_change, model.raw_change)]
    pairs += [(other.dimension_change(chart), model.dimension_change(chart)) for chart in charts]
    same_way = all(theirs is not None and own is not None and theirs * own > 0 for theirs, own in pairs)
    return same_way and set(moved_charts(other)) == set(charts)


def _all_moved(run: RunFacts) -> Iterable[Words]:
    for dimension in Dimension:
        changes = [change for model in run.models if (change := model.dimension_change(dimension)) is not None]
        if len(changes) < _FEWEST_TO_MOVE or len(changes) < len(run.models) or min(changes) * max(changes) <= 0:
            continue
        least, most = (tenths(size) for size in sorted((abs(min(changes)), abs(max(changes)))))
        by = least if least == most else f"{least} to {most}"
        told = f"{chart_name(dimension)} {'fell' if changes[0] < 0 else 'rose'} for all {spelled(len(changes))} models"
        yield (f"{told}, by {by} points: that does not speak of one model.",)


def _ties(models: Iterable[ModelFacts]) -> Iterable[Words]:
    """Name those with the same score; those that the cap holds at one differ before it."""
    by_score: dict[tuple[Decimal, bool], list[ModelFacts]] = defaultdict(list)
    for model in models:
        if (tie := _tie(model)) is not None:
            by_score[tie].append(model)
    for (score, is_capped), tied in by_score.items():
        if len(tied) > 1 and is_capped:
            told = f"{spelled(len(tied))} models are held at {points(score)} by the integrity cap: "
            yield (sentence_of(told), *listed(tuple(tied)), ". That is no tie.")
        elif len(tied) > 1:
            told = f"{spelled(len(tied))} models are tied at {points(score)}: "
            yield (sentence_of(told), *listed(tuple(tied)), ". This run does not tell them apart.")


def _tie(model: ModelFacts) -> tuple[Decimal, bool] | None:
    """What models are told apart by: the score that is shown, and whether the cap holds it there."""
    score = model.now.core_display
    return None if score is None else (rounded(score), bool(model.now.cap))


def _saturated(run: RunFacts) -> Iterable[Words]:
    for dimension in Dimension:
        found = [each.now.dimensions[dimension].score for each in run.models if dimension in each.now.dimensions]
        scores = [score for score in found if score is not None]
        full = sum(score == _FULL for score in scores)
        if full > 1 and 2 * full >= len(scores):
            told = f"{chart_name(dimension)} is 100 for {spelled(full)} of {spelled(len(scores))} models"
            yield (f"{told}: nothing can be told apart among them there.",)
