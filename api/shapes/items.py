"""Figures of one wording of a question, and the list of all questions."""

from collections.abc import Sequence

from pydantic import Field

from api.shapes.values import Body, Score, score
from yzindex.bank.question import Kind, Tier
from yzindex.dimensions import Dimension
from yzindex.grading.grade import FULL_SCORE
from yzindex.records.item_figures import ItemFigures
from yzindex.records.question_list import ListedQuestion


class ItemBody(Body):
    """Figures of concluded runs that asked the question whatever a model looked like; confirmations are left out."""

    runs: int = Field(description="Runs that asked it.")
    last_run: int
    asked: int = Field(description="Answers.")
    scored: int = Field(description="Of these, with a score; the others are missing, not zero.")
    mean: Score | None = Field(description="Of all scored answers.")
    passed_by: Score | None = Field(
        description="Percentage of models that give it a full score, each by the share of its answers that do."
    )
    models: int = Field(description="How many models that rests on.")
    simulated: int = Field(description="How many of these are simulated: their scores say nothing about real ones.")
    only_score: Score | None = Field(description="The score that all answers have; null where they differ.")


class ListedQuestionBody(Body):
    """A question by name."""

    question: str
    dimension: Dimension
    kind: Kind
    tier: Tier = Field(description="The half of its dimension that it was written for.")
    retired: bool = Field(description="Whether it stands in the bank no more.")
    figures: ItemBody | None = Field(
        description="Of the wording in the bank, or of a retired question's last; null where that was never asked."
    )
    other_wordings: int = Field(description="Other wordings that were asked; each is a question of its own.")


class QuestionsPage(Body):
    """Questions by dimension and id."""

    items: list[ListedQuestionBody]
    next: str | None = Field(description="Null on the last page.")


def item_body(figures: ItemFigures) -> ItemBody:
    return ItemBody(
        runs=figures.runs,
        last_run=figures.last_run,
        asked=figures.asked,
        scored=figures.scored,
        mean=score(figures.mean, 1),
        passed_by=score(None if figures.passed_by is None else FULL_SCORE * figures.passed_by, 1),
        models=figures.models,
        simulated=figures.simulated,
        only_score=score(figures.only_score, 1),
    )


def questions_page(listed: Sequence[ListedQuestion], *, after: int, limit: int) -> QuestionsPage:
    """Give a page of a list, from the place after `after` on."""
    end = after + limit
    return QuestionsPage(
        items=[_listed(each) for each in listed[after:end]],
        next=f"/v1/questions?cursor={end}&limit={limit}" if end < len(listed) else None,
    )


def _listed(each: ListedQuestion) -> ListedQuestionBody:
    return ListedQuestionBody(
        question=each.question_id,
        dimension=each.dimension,
        kind=each.kind,
        tier=each.tier,
        retired=each.retired,
        figures=None if each.figures is None else item_body(each.figures),
        other_wordings=each.other_wordings,
    )
