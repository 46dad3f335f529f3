"""Figures of every question that was ever asked. What past runs gave is read once and kept."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import NamedTuple

from sqlalchemy import String, select, type_coerce
from sqlmodel import Session, col

from yzindex.records.item_figures import ItemFigures, figures_of
from yzindex.records.portions import portions
from yzindex.records.runs import has_concluded
from yzindex.records.stamped import StampedCache
from yzindex.records.states import IMPARTIAL, RunStatus
from yzindex.records.tables import Answer, Evaluation, Run


class _Given(NamedTuple):
    """An answer; the score as the row has it, None where there is none."""

    digest: str
    model: str
    score: str | None


_OfRun = Sequence[_Given]
_OfAll = Mapping[str, ItemFigures]


class ItemCache:
    """Made once per process; threads may share it."""

    def __init__(self) -> None:
        self._runs = StampedCache[int, _OfRun]()
        self._all = StampedCache[None, _OfAll]()

    def figures(self, session: Session) -> _OfAll:
        """Give the figures of each wording that was asked, by its digest."""
        stamps = _stamps(session)
        whole = None if None in stamps.values() else tuple(stamps.items())

        def count(missing: Sequence[None]) -> dict[None, _OfAll]:
            return {each: _counted(session, self._runs.read(stamps, partial(_read, session))) for each in missing}

        return self._all.read({None: whole}, count)[None]


def _stamps(session: Session) -> dict[int, Hashable | None]:
    """Tell each run's state; there is no stamp while unscored answers are asked again."""
    rows = (
        select(col(Run.number), col(Run.created_at), col(Run.attempt), col(Run.status))
        .where(col(Run.kind).in_(IMPARTIAL), has_concluded())
        .order_by(col(Run.number))
    )
    return {
        number: (created_at, attempt) if status is RunStatus.CONCLUDED else None
        for number, created_at, attempt, status in session.connection().execute(rows)
        if number is not None
    }


def _read(session: Session, runs: Sequence[int]) -> dict[int, _OfRun]:
    found: dict[int, list[_Given]] = {run: [] for run in runs}
    for portion in portions(runs):
        rows = (
            select(
                col(Answer.run_number),
                col(Answer.question_digest),
                col(Evaluation.model),
                # As it is stored: making decimals of all of them takes longer than reading them.
                type_coerce(col(Answer.score), String),
            )
            .join(Evaluation, col(Evaluation.id) == col(Answer.evaluation_id))
            .where(col(Answer.run_number).in_(portion))
        )
        for run, digest, model, score in session.connection().execute(rows):
            found[run].append(_Given(digest, model, score))
    return dict(found)


def _counted(session: Session, runs: Mapping[int, _OfRun]) -> dict[str, ItemFigures]:
    simulated = set(
        session.connection()
        .execute(select(col(Evaluation.model)).where(col(Evaluation.simulated)).distinct())
        .scalars()
    )
    asking: dict[str, list[int]] = defaultdict(list)
    for run, given in runs.items():
        for digest in {each.digest for each in given}:
            asking[digest].append(run)
    answers = _by_digest(chain.from_iterable(runs.values()))
    return {digest: figures_of(own, runs=asking[digest], simulated=simulated) for digest, own in answers.items()}


def _by_digest(given: Iterable[_Given]) -> dict[str, list[tuple[str, Decimal | None, int]]]:
    found: dict[str, list[tuple[str, Decimal | None, int]]] = defaultdict(list)
    for (digest, model, score), count in Counter(given).items():
        found[digest].append((model, None if score is None else Decimal(score), count))
    return found
