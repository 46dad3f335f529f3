"""The sections on scores: each beside the previous run's, and which questions cost the points."""

from collections.abc import Iterable
from decimal import Decimal

from yzindex.dimensions import MAIN_WEIGHTS, Dimension, Role
from yzindex.report.blocks import Foreign, Inline, Listing, Words
from yzindex.report.facts import ModelFacts, QuestionFacts
from yzindex.report.figures import moved, percent, points, tenths
from yzindex.report.naming import named_question


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


def question_cost(question: QuestionFacts) -> Words:
    """Say what a question of the main score cost, what went wrong in it, and who passes it."""
    assert question.score is not None
    assert question.cost is not None
    assert question.main_cost is not None
    chart = question.dimension.shown_as
    cost = f"{tenths(question.cost)} points of {chart}, {points(question.main_cost)} of the main score before the cap"
    words: list[Inline] = [
        named_question(question.question_id),
        f" ({chart}, {question.tier} half) scored {tenths(question.score)} and cost {cost}",
    ]
    if question.verdict is not None:
        words += ["; ", Foreign(question.verdict)]
    if question.cases:
        words.append(f"; {question.cases_passed} of {question.cases} cases passed")
    if question.passed_by is not None:
        words.append(f"; {percent(question.passed_by)} of {question.models} models pass it")
    return (*words, ".")


def costly(model: ModelFacts) -> list[QuestionFacts]:
    """Give the questions that cost points of the main score, the most costly first."""
    found = [each for each in model.now.questions if each.main_cost]
    return sorted(found, key=lambda each: -(each.main_cost or 0))


def _main_score(model: ModelFacts) -> Iterable[str]:
    now, was = model.now, model.was
    yield f"Main score: {_moved(model, now.core_display, None if was is None else was.core_display)}."
    if now.core_display is None:
        yield f"No main score in Run #{now.run_number}: a main dimension has no scored answer. That is not a zero."
    capped = [side for side in (was, now) if side is not None and side.cap]
    if not capped:
        return
    told = [f"Before the integrity cap: {_moved(model, now.core_raw, None if was is None else was.core_raw)}."]
    told += [f"The cap took {points(side.cap)} points in Run #{side.run_number}." for side in capped]
    if now.cap and (model.change or 0) > 0:
        told.append("A capped rise is no improvement.")
    yield " ".join(told)


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


MAIN = tuple(MAIN_WEIGHTS)
