"""All questions with their figures: those of the bank, and those that only the rows have, which are retired."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlmodel import Session, col

from yzindex.bank.files import Bank
from yzindex.bank.question import Kind, Question
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
    tier: str
    #: Stands in no bank any more.
    retired: bool
    figures: ItemFigures | None
    #: Other wordings that were asked.
    other_wordings: int


class _Sort(BaseModel):
    """The part of a stored question that a list shows."""

    model_config = ConfigDict(frozen=True)

    id: str
    dimension: Dimension
    kind: Kind
    tier: str


def question_list(database: Database, bank: Bank, cache: ItemCache) -> tuple[ListedQuestion, ...]:
    """Read all questions by dimension and id; of a question in the bank, its wording there counts."""
    with database.read() as session:
        figures = cache.figures(session)
        stored = _wordings(session)
        retired = _retired(session, [digests for id_, digests in stored.items() if id_ not in bank.by_id], figures)
    found = [
        *(_listed(question, question.digest, stored.get(question.id, []), figures) for question in bank.questions),
        *(_listed(sort, digest, stored[sort.id], figures, retired=True) for digest, sort in retired.items()),
    ]
    return tuple(sorted(found, key=lambda each: (_ORDER[each.dimension], each.question_id)))


def _wordings(session: Session) -> dict[str, list[str]]:
    """Read the digests of each question's wordings."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = select(col(StoredQuestion.question_id), col(StoredQuestion.digest))
    for question_id, digest in session.connection().execute(rows):
        found[question_id].append(digest)
    return found


def _retired(
    session: Session, wordings: Sequence[Sequence[str]], figures: Mapping[str, ItemFigures]
) -> dict[str, _Sort]:
    """Read of each question that is in no bank the wording that was asked last."""
    last_run = {digest: own.last_run for digest, own in figures.items()}
    last = [max(digests, key=lambda digest: last_run.get(digest, 0)) for digests in wordings]
    rows = select(col(StoredQuestion.digest), col(StoredQuestion.body)).where(col(StoredQuestion.digest).in_(last))
    return {digest: _Sort.model_validate_json(body) for digest, body in session.connection().execute(rows)}


def _listed(
    question: Question | _Sort,
    digest: str,
    wordings: Sequence[str],
    figures: Mapping[str, ItemFigures],
    *,
    retired: bool = False,
) -> ListedQuestion:
    return ListedQuestion(
        question_id=question.id,
        dimension=question.dimension,
        kind=question.kind,
        tier=str(question.tier),
        retired=retired,
        figures=figures.get(digest),
        other_wordings=sum(other != digest and other in figures for other in wordings),
    )
