"""The verdict, what follows from it, and what became of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from tests.report_checker.figures import half_up
from tests.report_checker.patterns import CONFIRMED, DAY, NUMBER
from tests.report_checker.rules import Expected, Reading, Rules, Wrong, require
from yzindex.dimensions import Dimension
from yzindex.drift.words import Word
from yzindex.records.tables import Watch

RULES = Rules()
#: Tried after all others.
LAST = Rules()


@RULES.says(rf"({'|'.join(Word)})(?: since {DAY} of {NUMBER} points(?: of ([\w ]+))? \[{NUMBER}, {NUMBER}\])?\. ")
def _verdict(read: Reading, model: str, m: re.Match[str]) -> Expected:
    verdict = read.rows.verdicts[model, read.rows.number]
    if verdict.word not in CONFIRMED:
        return (verdict.word.value, None, None, None, None, None)
    assert verdict.size is not None
    assert verdict.lo is not None
    assert verdict.hi is not None
    bounds = sorted(abs(each) for each in (verdict.lo, verdict.hi))
    chart = None if verdict.chart == "main" else Dimension(verdict.chart).shown_as
    return (
        verdict.word.value,
        str(verdict.since),
        half_up(abs(verdict.size)),
        chart,
        *(half_up(each) for each in bounds),
    )


@RULES.says(r"Advice: (.+)")
def _advice(read: Reading, model: str, m: re.Match[str]) -> None:
    check_advice(read, model, m)


def check_advice(read: Reading, model: str, m: re.Match[str]) -> None:
    """Its figures are the watch's; the words are fixed."""
    words = read.rows.verdicts[model, read.rows.number].word
    require(("Consider a backup model: the drop" in m[1]) == (words is Word.CONFIRMED_DROP), m[0])
    watch = _watch_of(read, model)
    days = re.findall(r"\d{4}-\d\d-\d\d", m[1])
    require(not days or (watch is not None and {*days} <= {str(watch.opened_on), str(watch.settles_on)}), m[0])
    rest = re.sub(r"\d{4}-\d\d-\d\d", "", m[1])
    falls = re.findall(r"(?:by|more than) (\d+) points", rest)
    levels = re.findall(r"points below ([\d.]+),", rest)
    bounds = re.findall(r"Stability is below (\d+):", rest)
    require({*falls} <= {"5"} and {*bounds} <= {"30"}, m[0])
    require(not levels or (watch is not None and {*levels} == {half_up(watch.level)}), m[0])
    require(len(re.findall(r"[\d.]*\d", rest)) == len([*falls, *levels, *bounds]), m[0])


def _watch_of(read: Reading, model: str) -> Watch | None:
    day = read.rows.day()
    found = [
        each
        for each in read.rows.watches
        if each.model == model
        and each.opened_on <= day
        and (each.settled_on is None or day <= each.settled_on + timedelta(days=7))
    ]
    return found[-1] if found else None


@RULES.says(
    rf"Watch: opened on {DAY} at {NUMBER} before the cap, settles on {DAY}: (open|fell further|did not fall further|not known)(?:, settled on {DAY})?\."
)
def _watch(read: Reading, model: str, m: re.Match[str]) -> Expected:
    watch = _watch_of(read, model)
    assert watch is not None
    level = read.rows.raw(model, watch.run_number)
    assert level is not None
    outcome = "did not fall further" if watch.outcome.value == "did not" else watch.outcome.value
    settled = None if watch.settled_on is None else str(watch.settled_on)
    return (
        str(watch.opened_on),
        half_up(level),
        str(watch.opened_on + timedelta(days=7)),
        outcome,
        settled,
    )


@RULES.says(r"What became of this verdict: (open|held on \S+|overturned on \S+)\.(?: (.+))?$")
def _became(read: Reading, model: str, m: re.Match[str]) -> Expected:
    verdict = read.rows.verdicts[model, read.rows.number]
    told: list[Any] = [read.rows.settlements.get((model, read.rows.number))]
    if verdict.word in CONFIRMED:
        told = [each for each in read.rows.changes if each.model == model and each.day <= verdict.day]
    elif verdict.word is Word.MOVED:
        told = [each for each in read.rows.moves if each.day <= verdict.day]
    last = told[-1]
    outcome = None if last is None else getattr(last, "outcome", None) or last.settled
    if outcome is None or outcome.value == "open":
        return ("open", None)
    because = getattr(last, "because", None) or last.settled_because
    return (f"{outcome.value} on {last.settled_on}", because)


@RULES.says(rf"Confirmed on {DAY}: the same questions, asked again: (\d+) worse, (\d+) better, (\d+) equal\.")
def _confirmed(read: Reading, model: str, m: re.Match[str]) -> Expected:
    last = [each for each in read.rows.changes if each.model == model and each.day <= read.rows.day()][-1]
    return (str(last.day), str(last.worse), str(last.better), str(last.equal))


@LAST.says(r"(.+)$")
def _evidence(read: Reading, model: str, m: re.Match[str]) -> None:
    """What is left can only be the stored reason of the verdict, word for word, or advice under its heading."""
    if read.section == "Advice" and model:
        check_advice(read, model, m)
        return
    verdict = read.rows.verdicts.get((model, read.rows.number))
    if verdict is None or m[0] != verdict.evidence:
        raise Wrong(f"no rule knows: {m[0]}")
