"""How an article begins and ends: its title, what it is of, and its source."""

from __future__ import annotations

import re

from tests.report_checker.figures import half_up, plus
from tests.report_checker.patterns import DAY, NAMED, NUMBER, SIGNED
from tests.report_checker.rules import Expected, Reading, Rules, Wrong, require

RULES = Rules()


@RULES.says(r"Run #(\d+): ")
def _run_title(read: Reading, _: str, m: re.Match[str]) -> Expected:
    return (str(read.rows.number),)


@RULES.says(
    rf"{NAMED}: {NUMBER} in Run #(\d+)(?: \({NUMBER} before the integrity cap\))?(?:, {SIGNED} since Run #(\d+))?$"
)
def _model_title(read: Reading, model: str, m: re.Match[str]) -> Expected:
    now, before = read.rows.display(model, read.rows.number), read.rows.before(model)
    was = read.rows.display(model, before)
    if now is None:
        raise Wrong(m[0])
    raw = read.rows.raw(model, read.rows.number)
    cap = half_up(raw) if raw is not None and raw != now else None
    since = (None, None) if was is None else (plus(half_up(now - was)), str(before))
    return (*read.rows.named(model), half_up(now), str(read.rows.number), cap, *since)


@RULES.says(rf"{NAMED}: no main score in Run #(\d+)$")
def _no_score_title(read: Reading, model: str, m: re.Match[str]) -> Expected:
    require(read.rows.raw(model, read.rows.number) is None, m[0])
    return (*read.rows.named(model), str(read.rows.number))


@RULES.says(rf"Run #(\d+) \((\w+)\) of {DAY}\.( Scores of simulated models are marked \(simulated\)\.)?")
def _opening(read: Reading, model: str, m: re.Match[str]) -> Expected:
    models = [model] if model else read.rows.models
    simulated = any(read.rows.evaluations[each, read.rows.number].simulated for each in models)
    label = " Scores of simulated models are marked (simulated)." if simulated else None
    return (str(read.rows.number), read.rows.run.kind.value, read.rows.day().isoformat(), label)


@RULES.says(
    r"Source: \[Run #(\d+)\]\((\S+)\), finished on ([\d: -]+) UTC; bank (.+), graders (.+), judges (.+), software (.+)\.$"
)
def _source(read: Reading, _: str, m: re.Match[str]) -> Expected:
    run = read.rows.run
    assert run.finished_at is not None
    return (
        str(run.number),
        f"/v1/runs/{run.number}/raw",
        run.finished_at.strftime("%Y-%m-%d %H:%M"),
        run.bank_version,
        run.grader_version,
        run.judge_set_version,
        run.software_version,
    )


CONSTANTS = (
    "A single day is no basis for a decision.",
    "No verdict is stored on this run.",
    "No verdict speaks of this run.",
    "Changes of the main score before the cap: each is the sum of draw, everyone and rest.",
    "Passed is a full score: how often, by all answers so far, each model counting alike.",
)


@RULES.says("|".join(re.escape(each) for each in CONSTANTS))
def _constant(read: Reading, model: str, m: re.Match[str]) -> None:
    return None
