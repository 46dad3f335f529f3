"""Reads the facts of a run's report from the rows. Nothing of a report is stored: it is made when it is asked for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from yzindex.days import day_of
from yzindex.drift.words import Word
from yzindex.errors import YzIndexError
from yzindex.records.compare_view import NotInRun
from yzindex.records.database import Database
from yzindex.records.fleets import too_few_models
from yzindex.records.ledger import BoardRecord, board_record
from yzindex.records.morning_view import morning_facts
from yzindex.records.report_sides import previous_of, sides_of
from yzindex.records.report_standing import NO_CALLS, Lately, calls_of, lately, movements, usual_of
from yzindex.records.run_views import versions_changed_between
from yzindex.records.runs import find_run
from yzindex.records.states import RunStatus
from yzindex.records.tables import ConfirmedChange, Evaluation, Run, StoredVerdict
from yzindex.records.verdict_view import Terms, VerdictView, verdicts_of
from yzindex.report.facts import (
    BecameFacts,
    CallFacts,
    ConfirmedFacts,
    ModelFacts,
    RecordFacts,
    RunFacts,
    SideFacts,
    TermFacts,
    VerdictFacts,
)
from yzindex.report.morning import MorningFacts

_CONFIRMED = frozenset({Word.CONFIRMED_DROP, Word.CONFIRMED_RISE, Word.RECOVERED})


class NotConcluded(YzIndexError):
    """There is no report on a run before it is concluded."""


def run_facts(database: Database, zone: ZoneInfo, number: int) -> RunFacts:
    """Read what a run's report is made from; raise `UnknownRun` or `NotConcluded`."""
    with database.read() as session:
        return facts_of_run(session, zone, number)


def facts_of_run(session: Session, zone: ZoneInfo, number: int) -> RunFacts:
    """Read what a run's report is made from, as `run_facts` does."""
    run = find_run(session, number)
    if run.finished_at is None or run.status is RunStatus.CANCELLED:
        raise NotConcluded(f"Run #{number} is {run.status.value}; there is a report once it is concluded")
    read = _read(session, run)
    views = [view for model in read.now if (view := read.verdicts.get((model, number))) is not None]
    day = max((view.day for view in views), default=day_of(run.created_at, zone))
    models = [_model(read, model, run) for model in read.now]
    return RunFacts(
        number=number,
        kind=run.kind.value,
        day=day,
        finished_at=run.finished_at,
        bank=run.bank_version,
        grader=run.grader_version,
        judge_set=run.judge_set_version,
        software=run.software_version,
        morning=morning_facts(session, zone, views, day) if views else MorningFacts(read_on=day, day=day),
        models=tuple(sorted(models, key=_boards_order)),
        record=_record(board_record(session)),
    )


def model_of(run: RunFacts, model: str) -> ModelFacts:
    """Find one model of a run; raise `NotInRun`."""
    found = next((each for each in run.models if each.model == model), None)
    if found is None:
        raise NotInRun(f"Run #{run.number} did not ask this model")
    return found


@dataclass(frozen=True, kw_only=True)
class _Read:
    """The rows of a run's models, each by its name or by its evaluation."""

    run_number: int
    now: Mapping[str, Evaluation]
    was: Mapping[str, tuple[Evaluation, Run]]
    sides: Mapping[int | None, SideFacts]
    lately: Mapping[str, Lately]
    moved: Mapping[str, list[Decimal]]
    calls: Mapping[int, CallFacts]
    verdicts: Mapping[tuple[str, int], VerdictView]
    confirmed: Mapping[str, list[ConfirmedChange]]
    #: Evaluations of which something is stored of what was expected.
    expected: Collection[int]
    #: Runs with too few main scores for a common movement, and how many they have.
    too_few: Mapping[int, int]


def _read(session: Session, run: Run) -> _Read:
    number = run.number or 0
    rows = session.exec(select(Evaluation).where(Evaluation.run_number == number).order_by(col(Evaluation.id)))
    now = {evaluation.model: evaluation for evaluation in rows}
    was = previous_of(session, run, now)
    evaluations = [*now.values(), *(evaluation for evaluation, _ in was.values())]
    last = lately(session, number, now)
    verdicts = verdicts_of(session, list(now.values()), unstable=_unstable(now, last))
    compared = {view.terms.compared_run for view in verdicts.values() if view.terms is not None}
    return _Read(
        run_number=number,
        now=now,
        was=was,
        sides=sides_of(session, evaluations, up_to=number),
        lately=last,
        moved=movements(session, max((view.day for view in verdicts.values()), default=date.min)) if verdicts else {},
        calls=calls_of(session, [evaluation.id for evaluation in now.values()]),
        verdicts=verdicts,
        confirmed=_confirmed_changes(
            session, [model for (model, _), view in verdicts.items() if view.word in _CONFIRMED]
        ),
        expected=_with_expectations(session, evaluations),
        too_few=too_few_models(session, {number, *compared}),
    )


def _unstable(now: Mapping[str, Evaluation], last: Mapping[str, Lately]) -> list[int | None]:
    return [
        now[model].id
        for model, each in last.items()
        if each.repeatability is not None and each.repeatability.is_warning
    ]


def _confirmed_changes(session: Session, models: Collection[str]) -> dict[str, list[ConfirmedChange]]:
    rows = select(ConfirmedChange).where(col(ConfirmedChange.model).in_(models)).order_by(col(ConfirmedChange.day))
    found: dict[str, list[ConfirmedChange]] = {}
    for change in session.exec(rows):
        found.setdefault(change.model, []).append(change)
    return found


def _with_expectations(session: Session, evaluations: Collection[Evaluation]) -> set[int]:
    rows = select(StoredVerdict.evaluation_id).where(
        col(StoredVerdict.evaluation_id).in_([evaluation.id for evaluation in evaluations]),
        col(StoredVerdict.common).is_not(None),
    )
    return set(session.exec(rows))


def _too_few(read: _Read, terms: Terms) -> tuple[tuple[int, int], ...]:
    runs = (terms.compared_run, read.run_number)
    return tuple((run, read.too_few[run]) for run in runs if run in read.too_few)


def _model(read: _Read, model: str, run: Run) -> ModelFacts:
    evaluation, before = read.now[model], read.was.get(model)
    last = read.lately.get(model)
    usual, others = usual_of(read.moved, model)
    view = read.verdicts.get((model, evaluation.run_number))
    return ModelFacts(
        model=model,
        simulated=evaluation.simulated,
        now=read.sides[evaluation.id],
        was=None if before is None else read.sides[before[0].id],
        recommendation=evaluation.recommendation,
        rolling_mean=None if last is None else last.rolling_mean,
        labels=() if last is None else last.labels,
        calls=read.calls.get(evaluation.id or 0, NO_CALLS),
        cost_usd=evaluation.cost_usd,
        versions_changed=() if before is None else versions_changed_between(before[1], run),
        usual=usual,
        others_usual=others,
        repeatability=None if last is None else last.repeatability,
        verdict=None if view is None else _verdict(read, view, evaluation, before),
    )


def _verdict(
    read: _Read, view: VerdictView, evaluation: Evaluation, before: tuple[Evaluation, Run] | None
) -> VerdictFacts:
    terms = view.terms
    both = before is not None and {evaluation.id, before[0].id} <= set(read.expected)
    return VerdictFacts(
        day=view.day,
        word=view.word,
        evidence=view.evidence,
        advice=view.advice,
        chart=view.chart,
        size=view.size,
        lo=view.lo,
        hi=view.hi,
        since=view.since,
        confirmed=_confirmed(read.confirmed.get(view.model, []), view),
        draws_better=view.draws_better,
        terms=None
        if terms is None
        else TermFacts(
            compared_run=terms.compared_run,
            change=terms.change,
            draw=terms.draw,
            common=terms.common,
            rest=terms.rest,
            rest_lo=terms.rest_lo,
            rest_hi=terms.rest_hi,
            too_few=_too_few(read, terms),
        ),
        watch=view.watch,
        became=None
        if view.became is None
        else BecameFacts(outcome=view.became.outcome, settled_on=view.became.settled_on, because=view.became.because),
        is_drawable=both and terms is not None and before is not None and terms.compared_run == before[0].run_number,
    )


def _confirmed(changes: Collection[ConfirmedChange], view: VerdictView) -> ConfirmedFacts | None:
    """Give the counts of the newest change that was confirmed by the verdict's day."""
    by_then = [change for change in changes if change.day <= view.day]
    if view.word not in _CONFIRMED or not by_then:
        return None
    last = by_then[-1]
    return ConfirmedFacts(day=last.day, worse=last.worse, better=last.better, equal=last.equal)


def _boards_order(model: ModelFacts) -> tuple[bool, Decimal, str]:
    average = model.rolling_mean
    return (average is None, -(average or Decimal(0)), model.model)


def _record(record: BoardRecord) -> RecordFacts:
    return RecordFacts(
        allowed_per_model_year=record.allowed_per_model_year,
        false_alarms=record.false_alarms,
        model_years=record.model_years,
        settled=record.settled,
        held=record.held,
        overturned=record.overturned,
    )
