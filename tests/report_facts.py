"""Facts of a report, made by hand: a model that moved from Run #1 to Run #2."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from yzindex.drift.words import Word
from yzindex.report.facts import (
    CallFacts,
    ModelFacts,
    RecordFacts,
    RunFacts,
    SideFacts,
    TermFacts,
    VerdictFacts,
)
from yzindex.report.morning import MorningFacts

DAY = date(2026, 5, 14)
CAP = Decimal(74)


def side(number: int, raw: str, *, label: str = "pass") -> SideFacts:
    core = Decimal(raw)
    return SideFacts(
        run_number=number,
        core_raw=core,
        core_display=min(core, CAP) if label == "fail" else core,
        label=label,
        dimensions={},
        questions=(),
        returned=(),
    )


def terms(draw: str, common: str, rest: str, too_few: tuple[tuple[int, int], ...] = ()) -> TermFacts:
    parts = [Decimal(each) for each in (draw, common, rest)]
    return TermFacts(
        compared_run=1,
        change=sum(parts, Decimal(0)),
        draw=parts[0],
        common=parts[1],
        rest=parts[2],
        rest_lo=parts[2] - 30,
        rest_hi=parts[2] + 30,
        too_few=too_few,
    )


def verdict(word: Word, found: TermFacts | None) -> VerdictFacts:
    return VerdictFacts(
        day=DAY,
        word=word,
        evidence="Moved.",
        advice="No action.",
        chart="main",
        size=None,
        lo=None,
        hi=None,
        since=None,
        confirmed=None,
        draws_better=None,
        terms=found,
        watch=None,
        became=None,
        is_drawable=False,
    )


def model(name: str, now: SideFacts, was: SideFacts | None = None, said: VerdictFacts | None = None) -> ModelFacts:
    return ModelFacts(
        model=name,
        simulated=False,
        now=now,
        was=was,
        recommendation=None,
        rolling_mean=None,
        labels=(),
        calls=CallFacts(calls=0, usable=0, attempts=0),
        cost_usd=Decimal(0),
        versions_changed=(),
        usual=None,
        others_usual=None,
        repeatability=None,
        verdict=said,
    )


def run(*models: ModelFacts) -> RunFacts:
    return RunFacts(
        number=2,
        kind="smoke",
        day=DAY,
        finished_at=datetime(2026, 5, 14, 3, 10, tzinfo=UTC),
        bank="1",
        grader="1",
        judge_set="1",
        software="1",
        morning=MorningFacts(read_on=DAY, day=DAY),
        models=models,
        record=RecordFacts(
            allowed_per_model_year=1, false_alarms=0, model_years=Decimal(0), settled=0, held=0, overturned=0
        ),
    )
