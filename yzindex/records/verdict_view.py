"""Verdicts as they are read: what was said of a model, what it means, what became of it, and a model's history."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlmodel import Session, col, func, select

from yzindex.drift.advice import Watched, advise
from yzindex.drift.ledger import ACQUITTALS
from yzindex.drift.outcomes import Settled
from yzindex.drift.words import Word
from yzindex.errors import YzIndexError
from yzindex.records.database import Database
from yzindex.records.ledger import BoardRecord, board_record
from yzindex.records.run_views import Result, result_of
from yzindex.records.runs import has_concluded
from yzindex.records.states import RANKED, RunKind
from yzindex.records.tables import (
    BoardMove,
    ConfirmedChange,
    Evaluation,
    Run,
    Settlement,
    StoredVerdict,
    Watch,
)
from yzindex.scoring.spread import WINDOW as REPEATABILITY_WINDOW
from yzindex.scoring.spread import repeatability

#: A watch that was settled is spoken of for so long.
_SPOKEN_OF = timedelta(days=7)
_CONFIRMED = frozenset({Word.CONFIRMED_DROP, Word.CONFIRMED_RISE, Word.RECOVERED})


class UnknownModel(YzIndexError):
    """No run has asked a model of this name."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a change of `core_raw` is made of, in points."""

    draw: Decimal
    common: Decimal
    rest: Decimal
    #: 95 % for the rest.
    rest_lo: Decimal
    rest_hi: Decimal


@dataclass(frozen=True, kw_only=True)
class Terms(Parts):
    """The change since another run: `change = draw + common + rest`, exactly."""

    compared_run: int
    change: Decimal


@dataclass(frozen=True, kw_only=True)
class BecameOf:
    """What became of a verdict; `because` is empty while it is open."""

    outcome: Settled
    settled_on: date | None = None
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class VerdictView:
    """The verdict on one model on one day; see `drift.verdict`."""

    model: str
    simulated: bool
    run_number: int
    day: date
    word: Word
    size: Decimal | None
    lo: Decimal | None
    hi: Decimal | None
    since: date | None
    chart: str
    evidence: str
    advice: str
    #: Of 100 possible draws, how many were better than this one.
    draws_better: int | None
    known: int
    core_raw: Decimal | None
    core_display: Decimal | None
    terms: Terms | None
    watch: Watched | None
    #: None of a word that says nothing that could be wrong.
    became: BecameOf | None
    analysis_version: str


@dataclass(frozen=True, kw_only=True)
class DayOfVerdicts:
    """The verdicts of one day, by model. `day` is None before the first."""

    day: date | None
    verdicts: tuple[VerdictView, ...]
    record: BoardRecord


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """A model in one run. `verdict` is None where the run's day has none of it."""

    run_number: int
    kind: RunKind
    finished_at: datetime | None
    result: Result
    verdict: VerdictView | None


@dataclass(frozen=True, kw_only=True)
class ModelHistory:
    """A page of a model's concluded runs, the newest first."""

    model: str
    simulated: bool
    entries: tuple[HistoryEntry, ...]


def verdicts_of_day(database: Database, day: date | None = None) -> DayOfVerdicts:
    """Read the verdicts of a day, or of the newest that has any."""
    with database.read() as session:
        day = day or session.exec(select(func.max(StoredVerdict.day))).one()
        rows = (
            select(StoredVerdict, Evaluation)
            .join(Evaluation, col(Evaluation.id) == col(StoredVerdict.evaluation_id))
            .where(StoredVerdict.day == day)
            .order_by(col(Evaluation.model))
        )
        found = _views(session, list(session.exec(rows)))
        return DayOfVerdicts(day=day, verdicts=tuple(found), record=board_record(session))


def model_history(database: Database, model: str, *, before: int | None, limit: int) -> ModelHistory:
    """Read a model's concluded runs from the newest on, or from the one before `before`; raise `UnknownModel`."""
    with database.read() as session:
        simulated = is_simulated(session, model)
        rows = (
            select(Evaluation, Run)
            .join(Run, col(Run.number) == col(Evaluation.run_number))
            .where(Evaluation.model == model, has_concluded())
            .order_by(col(Run.number).desc())
            .limit(limit)
        )
        if before is not None:
            rows = rows.where(col(Run.number) < before)
        found = list(session.exec(rows))
        verdicts = verdicts_of(session, [evaluation for evaluation, _ in found])
        entries = tuple(_entry(session, evaluation, run, verdicts) for evaluation, run in found)
    return ModelHistory(model=model, simulated=simulated, entries=entries)


def is_simulated(session: Session, model: str) -> bool:
    """Whether any run asked a simulated model of this name; raise `UnknownModel` if none asked it at all."""
    found = session.exec(select(Evaluation.simulated).where(Evaluation.model == model).distinct()).all()
    if not found:
        raise UnknownModel("no run has asked a model of this name")
    return any(found)


def verdicts_of_run(database: Database, number: int) -> dict[str, VerdictView]:
    """Read what was said of the models of a run, by model; those of whom nothing was said are left out."""
    with database.read() as session:
        evaluations = session.exec(select(Evaluation).where(Evaluation.run_number == number)).all()
        return {model: view for (model, _), view in verdicts_of(session, evaluations).items()}


def verdicts_of(
    session: Session, evaluations: Sequence[Evaluation], *, unstable: Collection[int | None] | None = None
) -> dict[tuple[str, int], VerdictView]:
    """Read the verdicts of evaluations, by model and run number; those without are left out.

    Whoever has read already up to which of them the main scores moved so much that it is a warning names them.
    """
    of = {evaluation.id: evaluation for evaluation in evaluations}
    rows = session.exec(select(StoredVerdict).where(col(StoredVerdict.evaluation_id).in_(of)))
    views = _views(session, [(verdict, of[verdict.evaluation_id]) for verdict in rows], unstable)
    return {(view.model, view.run_number): view for view in views}


def views_of_unstored(session: Session, found: Collection[tuple[StoredVerdict, Evaluation]]) -> tuple[VerdictView, ...]:
    """View verdicts that are only made, not stored: as they were on their day, without what became of them."""
    beside = _Beside(settlements={}, changes={}, moves=(), watches={}, unstable=_unstable(session, found))
    return tuple(_view(verdict, evaluation, beside) for verdict, evaluation in found)


def _views(
    session: Session,
    found: Collection[tuple[StoredVerdict, Evaluation]],
    unstable: Collection[int | None] | None = None,
) -> list[VerdictView]:
    beside = _beside(session, found, unstable)
    return [_view(verdict, evaluation, beside) for verdict, evaluation in found]


@dataclass(frozen=True, kw_only=True)
class _Beside:
    """Rows that several verdicts share, the newest last."""

    settlements: dict[int, Settlement]
    changes: dict[str, list[ConfirmedChange]]
    moves: Sequence[BoardMove]
    watches: dict[str, list[Watch]]
    #: Evaluations up to which the model's main scores moved so much that it is a warning.
    unstable: frozenset[int | None]


def _beside(
    session: Session,
    found: Collection[tuple[StoredVerdict, Evaluation]],
    unstable: Collection[int | None] | None,
) -> _Beside:
    evaluations = [evaluation.id for _, evaluation in found]
    models = {evaluation.model for _, evaluation in found}
    settlements = session.exec(select(Settlement).where(col(Settlement.evaluation_id).in_(evaluations)))
    changes: dict[str, list[ConfirmedChange]] = defaultdict(list)
    for change in session.exec(
        select(ConfirmedChange).where(col(ConfirmedChange.model).in_(models)).order_by(col(ConfirmedChange.day))
    ):
        changes[change.model].append(change)
    watches: dict[str, list[Watch]] = defaultdict(list)
    for watch in session.exec(select(Watch).where(col(Watch.model).in_(models)).order_by(col(Watch.opened_on))):
        watches[watch.model].append(watch)
    return _Beside(
        settlements={settlement.evaluation_id: settlement for settlement in settlements},
        changes=changes,
        moves=session.exec(select(BoardMove).order_by(col(BoardMove.day))).all(),
        watches=watches,
        unstable=_unstable(session, found) if unstable is None else frozenset(unstable),
    )


def _unstable(session: Session, found: Collection[tuple[StoredVerdict, Evaluation]]) -> frozenset[int | None]:
    return frozenset(evaluation.id for _, evaluation in found if _is_unstable(session, evaluation))


def _is_unstable(session: Session, evaluation: Evaluation) -> bool:
    """Whether the model's main scores up to this run moved so much that it is a warning."""
    last = (
        select(Evaluation)
        .join(Run, col(Run.number) == col(Evaluation.run_number))
        .where(
            Evaluation.model == evaluation.model,
            col(Evaluation.run_number) <= evaluation.run_number,
            col(Evaluation.core_raw).is_not(None),
            col(Run.kind).in_(RANKED),
            has_concluded(),
        )
        .order_by(col(Run.number).desc())
        .limit(REPEATABILITY_WINDOW)
    )
    scores = session.connection().execute(last.with_only_columns(col(Evaluation.core_raw))).scalars()
    spread = repeatability([score for score in reversed(list(scores)) if score is not None])
    return spread is not None and spread.is_warning


def _view(verdict: StoredVerdict, evaluation: Evaluation, beside: _Beside) -> VerdictView:
    watch = _watch(beside.watches.get(evaluation.model, []), verdict.day)
    return VerdictView(
        model=evaluation.model,
        simulated=evaluation.simulated,
        run_number=evaluation.run_number,
        day=verdict.day,
        word=verdict.word,
        size=verdict.size,
        lo=verdict.lo,
        hi=verdict.hi,
        since=verdict.since,
        chart=verdict.chart,
        evidence=verdict.evidence,
        advice=advise(verdict.word, watch=watch, unstable=evaluation.id in beside.unstable),
        draws_better=verdict.draws_better,
        known=verdict.known,
        core_raw=evaluation.core_raw,
        core_display=evaluation.core_display,
        terms=terms_of(verdict),
        watch=watch,
        became=_became(verdict, evaluation.model, beside),
        analysis_version=verdict.analysis_version,
    )


def terms_of(verdict: StoredVerdict) -> Terms | None:
    """Give the terms of the change that a verdict speaks of; None where there was nothing to compare with."""
    if verdict.compared_run is None or verdict.change is None:
        return None
    parts = (verdict.draw, verdict.common_change, verdict.rest, verdict.rest_lo, verdict.rest_hi)
    draw, common, rest, rest_lo, rest_hi = (part for part in parts if part is not None)
    return Terms(
        compared_run=verdict.compared_run,
        change=verdict.change,
        draw=draw,
        common=common,
        rest=rest,
        rest_lo=rest_lo,
        rest_hi=rest_hi,
    )


def _watch(watches: Sequence[Watch], day: date) -> Watched | None:
    """Find the watch that a day's verdict is to speak of."""
    for watch in reversed(watches):
        if watch.opened_on <= day and (watch.settled_on is None or day <= watch.settled_on + _SPOKEN_OF):
            return Watched(
                opened_on=watch.opened_on,
                level=watch.level,
                settles_on=watch.settles_on,
                outcome=watch.outcome,
                settled_on=watch.settled_on,
            )
    return None


def _became(verdict: StoredVerdict, model: str, beside: _Beside) -> BecameOf | None:
    if verdict.word in ACQUITTALS:
        settlement = beside.settlements.get(verdict.evaluation_id)
        if settlement is None:
            return BecameOf(outcome=Settled.OPEN)
        return BecameOf(outcome=settlement.outcome, settled_on=settlement.settled_on, because=settlement.because)
    told: list[ConfirmedChange | BoardMove] = []
    if verdict.word in _CONFIRMED:
        told += beside.changes.get(model, [])
    elif verdict.word is Word.MOVED:
        told += beside.moves
    last = next((each for each in reversed(told) if each.day <= verdict.day), None)
    if last is None:
        return None
    return BecameOf(outcome=last.settled, settled_on=last.settled_on, because=last.settled_because or "")


def _entry(
    session: Session, evaluation: Evaluation, run: Run, verdicts: dict[tuple[str, int], VerdictView]
) -> HistoryEntry:
    result = result_of(session, evaluation)
    assert result is not None  # a run is concluded when all its evaluations were closed
    return HistoryEntry(
        run_number=evaluation.run_number,
        kind=run.kind,
        finished_at=run.finished_at,
        result=result,
        verdict=verdicts.get((evaluation.model, evaluation.run_number)),
    )
