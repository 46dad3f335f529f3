"""The section on scores, each beside the previous run's."""

from collections.abc import Iterable
from decimal import Decimal

from yzindex.dimensions import Dimension, Role
from yzindex.report.blocks import Listing
from yzindex.report.facts import ModelFacts
from yzindex.report.figures import moved, points, tenths


def breakdown(model: ModelFacts, role: Role) -> Listing:
    """List the scores of one role."""
    lines = list(_main_score(model)) if role is Role.MAIN else []
    for dimension in Dimension:
        if dimension.role is role and (line := _dimension(model, dimension)):
            lines.append(line)
    return Listing(items=tuple((line,) for line in lines))


def chart_name(dimension: Dimension) -> str:
    """Name a dimension; one in which judge models have a part says so."""
    return f"{dimension.shown_as} (AI-assisted)" if dimension.ai_assisted else dimension.shown_as


def cap_sentences(model: ModelFacts) -> str:
    """Say what the integrity cap took in the two runs; empty where it took nothing."""
    now, was = model.now, model.was
    capped = [side for side in (was, now) if side is not None and side.cap]
    if not capped:
        return ""
    told = [f"Before the integrity cap: {_moved(model, now.core_raw, None if was is None else was.core_raw)}."]
    told += [f"The cap took {points(side.cap)} points in Run #{side.run_number}." for side in capped]
    if now.cap and (model.change or 0) > 0:
        told.append("A capped rise is no improvement.")
    return " ".join(told)


def _main_score(model: ModelFacts) -> Iterable[str]:
    now, was = model.now, model.was
    yield f"Main score: {_moved(model, now.core_display, None if was is None else was.core_display)}."
    if now.core_display is None:
        yield f"No main score in Run #{now.run_number}: a main dimension has no scored answer. That is not a zero."
    if capped := cap_sentences(model):
        yield capped


def _moved(model: ModelFacts, now: Decimal | None, was: Decimal | None) -> str:
    if model.was is None:
        return "none" if now is None else points(now)
    return moved(was, now)


def _dimension(model: ModelFacts, dimension: Dimension) -> str | None:
    found = model.now.dimensions.get(dimension)
    before = None if model.was is None else model.was.dimensions.get(dimension)
    if found is None or not (found.asked or (before is not None and before.asked)):
        return None
    if model.was is None:
        told = "none" if found.score is None else tenths(found.score)
    else:
        told = moved(None if before is None else before.score, found.score, in_tenths=True)
    return f"{chart_name(dimension)}: {told}; {found.scored} of {found.asked} answers scored."
