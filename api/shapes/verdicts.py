"""Verdicts: what was said of a model, what it means, what became of it; a day of them, and a model's history."""

from datetime import date
from urllib.parse import quote

from pydantic import Field

from api.shapes.results import ResultBody, result_body
from api.shapes.values import Body, Exact, Moment, Score, score
from yzindex.drift.advice import Watched
from yzindex.drift.outcomes import Settled, WatchOutcome
from yzindex.drift.words import Word
from yzindex.records.ledger import BoardRecord
from yzindex.records.states import RunKind
from yzindex.records.verdict_view import (
    BecameOf,
    DayOfVerdicts,
    HistoryEntry,
    ModelHistory,
    Parts,
    Terms,
    VerdictView,
)
from yzindex.scoring import exact, rounded


class PartsBody(Body):
    """What a change of `core_raw` is made of, in points."""

    draw: Score = Field(description="What these questions were expected to give, minus what the others were.")
    common: Score = Field(description="What the other models moved by beyond that.")
    rest: Score = Field(description="The model's own part and the noise of its answers.")
    rest_lo: Score = Field(description="With `rest_hi`: the rest could as well lie here, 95 of 100 times.")
    rest_hi: Score


class TermsBody(PartsBody):
    """The change since another run: change = draw + common + rest, exactly."""

    compared_run: int = Field(description="The run that the change is counted from.")
    change: Score


class WatchBody(Body):
    """A week in which it is watched whether a model that fell falls further."""

    opened_on: date
    level: Score = Field(description="`core_raw` of the day that opened it.")
    settles_on: date
    outcome: WatchOutcome
    settled_on: date | None


class BecameBody(Body):
    """What later days made of a verdict."""

    outcome: Settled
    settled_on: date | None
    because: str = Field(description="Empty while it is open.")


class VerdictBody(Body):
    """The verdict on one model on one day, in the fixed words. Sizes are in points; a fall is negative."""

    model: str
    simulated: bool
    run: int
    day: date
    verdict: Word
    evidence: str = Field(description="Why, in one sentence.")
    advice: str
    chart: str = Field(description="What the size is of: `main`, or one dimension.")
    size: Score | None = Field(
        description="Of a confirmed change, by fresh answers alone; else how far the last two weeks are from what is "
        "expected. `lo` to `hi` is its interval of 95 %."
    )
    lo: Score | None
    hi: Score | None
    since: date | None = Field(description="Day on which a confirmed or suspected change began.")
    draws_better: int | None = Field(description="Of 100 possible draws, how many were better than the one drawn.")
    known: int = Field(description="Answers of the model that it is compared with.")
    core_raw: Score | None
    core_display: Score | None
    terms: TermsBody | None = Field(description="Null where there is no earlier run to compare with.")
    watch: WatchBody | None
    became: BecameBody | None = Field(description="Null of a word that says nothing that could be wrong.")
    analysis_version: str


class RecordBody(Body):
    """How often the board was right so far, beside the false alarms that it allows itself."""

    allowed_per_model_year: int
    false_alarms: int = Field(description="Confirmed changes that later days overturned.")
    model_years: Exact = Field(description="Of verdicts that said something; 365 model-days are one.")
    settled: int
    held: int
    overturned: int
    open: int
    told: str = Field(description="The same as two sentences.")


class VerdictsBody(Body):
    """The verdicts of one day, by model."""

    day: date | None = Field(description="Null before the first verdict.")
    record: RecordBody
    verdicts: list[VerdictBody]


class HistoryEntryBody(Body):
    """A model in one run."""

    run: int
    kind: RunKind
    finished_at: Moment | None
    result: ResultBody
    verdict: VerdictBody | None = Field(description="Null where nothing was said on this run.")


class HistoryPage(Body):
    """A model's concluded runs of every kind, the newest first."""

    model: str
    simulated: bool
    items: list[HistoryEntryBody]
    next: str | None = Field(description="Null on the last page.")


def verdict_body(view: VerdictView) -> VerdictBody:
    return VerdictBody(
        model=view.model,
        simulated=view.simulated,
        run=view.run_number,
        day=view.day,
        verdict=view.word,
        evidence=view.evidence,
        advice=view.advice,
        chart=view.chart,
        size=score(view.size),
        lo=score(view.lo),
        hi=score(view.hi),
        since=view.since,
        draws_better=view.draws_better,
        known=view.known,
        core_raw=score(view.core_raw),
        core_display=score(view.core_display),
        terms=None if view.terms is None else terms_body(view.terms),
        watch=None if view.watch is None else _watch(view.watch),
        became=None if view.became is None else _became(view.became),
        analysis_version=view.analysis_version,
    )


def terms_body(terms: Terms) -> TermsBody:
    return TermsBody(compared_run=terms.compared_run, change=score(terms.change), **parts_of(terms))


def parts_of(parts: Parts) -> dict[str, Score]:
    """Fields of a `PartsBody`."""
    return {name: score(getattr(parts, name)) for name in PartsBody.model_fields}


def record_body(record: BoardRecord) -> RecordBody:
    years = exact(record.model_years)
    return RecordBody(
        allowed_per_model_year=record.allowed_per_model_year,
        false_alarms=record.false_alarms,
        model_years=years,
        settled=record.settled,
        held=record.held,
        overturned=record.overturned,
        open=record.open,
        told=(
            f"False alarms allowed: {record.allowed_per_model_year} per model-year. "
            f"Since the start: {record.false_alarms} in {rounded(years, 1)} model-years. "
            f"Verdicts settled later: {record.settled}, of which held {record.held} and overturned {record.overturned}."
        ),
    )


def day_body(view: DayOfVerdicts) -> VerdictsBody:
    return VerdictsBody(
        day=view.day, record=record_body(view.record), verdicts=[verdict_body(verdict) for verdict in view.verdicts]
    )


def history_page(view: ModelHistory, *, limit: int) -> HistoryPage:
    # A full page may have another behind it; a model's name may have slashes, which stay as they are.
    last = view.entries[-1].run_number if len(view.entries) == limit else None
    return HistoryPage(
        model=view.model,
        simulated=view.simulated,
        items=[_entry(entry) for entry in view.entries],
        next=None if last is None else f"/v1/models/{quote(view.model)}/history?cursor={last}&limit={limit}",
    )


def _entry(entry: HistoryEntry) -> HistoryEntryBody:
    return HistoryEntryBody(
        run=entry.run_number,
        kind=entry.kind,
        finished_at=entry.finished_at,
        result=result_body(entry.result),
        verdict=None if entry.verdict is None else verdict_body(entry.verdict),
    )


def _watch(watch: Watched) -> WatchBody:
    return WatchBody(
        opened_on=watch.opened_on,
        level=score(watch.level),
        settles_on=watch.settles_on,
        outcome=watch.outcome,
        settled_on=watch.settled_on,
    )


def _became(became: BecameOf) -> BecameBody:
    return BecameBody(outcome=became.outcome, settled_on=became.settled_on, because=became.because)
