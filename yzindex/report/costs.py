"""The section on which questions cost the points, what went wrong in them, and who passes them."""

from collections.abc import Iterable
from decimal import Decimal

from yzindex.dimensions import MAIN_WEIGHTS, Dimension
from yzindex.drift.watching import FALL_POINTS
from yzindex.report.blocks import Block, Foreign, Inline, Listing, Words, paragraph
from yzindex.report.counting import counted, sentence_of
from yzindex.report.facts import ModelFacts, QuestionFacts, RunFacts
from yzindex.report.figures import percent, points, tenths
from yzindex.report.naming import grouped, named_question
from yzindex.report.sources import in_the_raw_data

#: Of what a grader wrote, so many characters are told.
LONGEST_LOG = 160
#: More questions than that are not read one by one.
_MOST = 10


def costs_section(model: ModelFacts) -> tuple[Block, ...]:
    """Name the questions that cost points of the main score: first those of what fell most, the most costly first."""
    found = costly(model)
    if not found:
        return (paragraph("No scored question of the main score cost a point."),)
    listing = Listing(items=tuple(_cost(question) for question in found[:_MOST]))
    if len(found) <= _MOST:
        return (listing,)
    more = sentence_of(f"{counted(len(found) - _MOST, 'more question')} cost points; all")
    return (listing, paragraph(*in_the_raw_data(more, model.now.run_number)))


def costs_of_the_fallen(run: RunFacts) -> Iterable[Words]:
    """Name of each model that fell the question that cost most in the dimension that fell most."""
    fallen = [model for model in run.models if (model.raw_change or 0) < -FALL_POINTS]
    return grouped(run, ((model, _cost(question)) for model in fallen for question in costly(model)[:1]))


def costly(model: ModelFacts) -> list[QuestionFacts]:
    """Give the questions that cost points of the main score, those of the dimension that fell most first."""
    found = [each for each in model.now.questions if each.main_cost]
    return sorted(found, key=lambda each: (_fall(model, each.dimension), -(each.main_cost or 0)))


def _fall(model: ModelFacts, dimension: Dimension) -> Decimal:
    """What a dimension's fall took from the main score, below zero; zero where it did not fall."""
    return min(Decimal(0), MAIN_WEIGHTS[dimension] * (model.dimension_change(dimension) or 0))


def _cost(question: QuestionFacts) -> Words:
    assert question.score is not None
    assert question.cost is not None
    assert question.main_cost is not None
    chart = question.dimension.shown_as
    cost = f"{tenths(question.cost)} points of {chart}, {points(question.main_cost)} of the main score before the cap"
    passed = "" if question.passed_by is None else f"; {pass_rate(question.passed_by, question.models)}"
    words: list[Inline] = [
        named_question(question.question_id),
        f" ({chart}, {question.tier} half{passed}) scored {tenths(question.score)} and cost {cost}",
    ]
    if question.verdict is not None:
        words += [": ", Foreign(question.verdict)]
    words.append(".")
    if question.reason:
        words += [" The grader's log: ", Foreign(question.reason, LONGEST_LOG + 1)]
    elif question.cases:
        words.append(f" {question.cases_passed} of {question.cases} cases passed.")
    return tuple(words)


def pass_rate(share: Decimal, models: int) -> str:
    """Say how often models get a question right: each model by all its answers, then all models alike.

    >>> pass_rate(Decimal("0.305"), 4)
    'passed 31 % of the time by four models'
    """
    return f"passed {percent(share)} of the time by {counted(models, 'model')}"
