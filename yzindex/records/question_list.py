"""All questions with their figures: those of the bank, and those that only the rows have, which are retired."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlmodel import Session, col

from yzindex.bank.files import Bank
from yzindex.bank.question import Kind, Question, Tier
from yzindex.dimensions import Dimension
from yzindex.records.database import Database
from yzindex.records.item_cache import ItemCache
from yzindex.records.item_figures import ItemFigures
from yzindex.records.tables import StoredQuestion

_ORDER = {dimension: place for place, dimension in enumerate(Dimension)}


@dataclass(frozen=True, kw_only=True)
class ListedQuestion:
    """A question by name; its figures are those of one wording, and None where that was never asked."""

    question_id: str
    dimension: Dimension
    kind: Kind
    tier: Tier
    #: Stands in no bank any more.
    retired: bool
    figures: ItemFigures | None
    #: Other wordings that were asked.
    other_wordings: int


class _Sort(BaseModel):
    """The part of a stored question that a list shows."""

    model_config = ConfigDict(frozen=True)

    dimension: Dimension
    kind: Kind
    tier: Tier


def question_list(database: Database, bank: Bank, cache: ItemCache) -> tuple[ListedQuestion, ...]:
    """Read all questions by dimension and id; of a question in the bank, its wording there counts."""
    with database.read() as session:
        figures = cache.figures(session)
        stored = _wordings(session)
        last_run = {digest: own.last_run for digest, own in figures.items()}
        # Of each question that is in no bank, the wording that was asked last.
        last = {
            question_id: max(digests, key=lambda digest: last_run.get(digest, 0))
            for question_id, digests in stored.items()
            if question_id not in bank.by_id
        }
        sorts = _sorts(session, last.values())
    shown = {question.id: question.digest for question in bank.questions} | last
    sorts |= {question.digest: question for question in bank.questions}
    found = [
        ListedQuestion(
            question_id=question_id,
            dimension=sorts[digest].dimension,
            kind=sorts[digest].kind,
            tier=sorts[digest].tier,
            retired=question_id in last,
            figures=figures.get(digest),
            other_wordings=sum(other != digest and other in figures for other in stored.get(question_id, ())),
        )
        for question_id, digest in shown.items()
    ]
    return tuple(sorted(found, key=lambda each: (_ORDER[each.dimension], each.question_id)))


def _wordings(session: Session) -> dict[str, list[str]]:
    """Read the digests of each question's wordings."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = select(col(StoredQuestion.question_id), col(StoredQuestion.digest))
    for question_id, digest in session.connection().execute(rows):
        found[question_id].append(digest)
    return found


def _sorts(session: Session, digests: Collection[str]) -> dict[str, Question | _Sort]:
    rows = select(col(StoredQuestion.digest), col(StoredQuestion.body)).where(col(StoredQuestion.digest).in_(digests))
    return {digest: _Sort.model_validate_json(body) for digest, body in session.connection().execute(rows)}
