"""Coverage, calls, cost and versions."""

from __future__ import annotations

import re
from fractions import Fraction

from tests.report_checker.figures import half_up, spelled
from tests.report_checker.patterns import NUMBER, SPELLED
from tests.report_checker.rules import Expected, Reading, Rules, log_of, require
from yzindex.records.tables import Answer

RULES = Rules()


@RULES.says(r"Coverage: (\d+) of (\d+) questions scored\.")
def _coverage(read: Reading, model: str, m: re.Match[str]) -> Expected:
    return (str(len(read.rows.scored(model, read.rows.number))), str(len(read.rows.answers[model, read.rows.number])))


@RULES.says(rf"Unscored, which is not a zero: (.+?)(?: and {SPELLED} more questions?)?: (.+)$")
def _unscored(read: Reading, model: str, m: re.Match[str]) -> Expected:
    missing = _with_reason(read, model, m[3])
    names, more = [each.question_id for each in missing[:10]], len(missing) - 10
    read.unscored += [each.question_id for each in missing]
    return (", ".join(names), spelled(more) if more > 0 else None, log_of(missing[0]))


@RULES.says(r"(\d+) of (\d+) questions unscored, which is not a zero: (.+)$")
def _unscored_by_reason(read: Reading, model: str, m: re.Match[str]) -> Expected:
    missing = _with_reason(read, model, m[3])
    return (str(len(missing)), str(len(read.rows.answers[model, read.rows.number])), log_of(missing[0]))


def _with_reason(read: Reading, model: str, reason: str) -> list[Answer]:
    asked = read.rows.answers[model, read.rows.number]
    found = [each for each in asked if each.score is None and log_of(each) == reason]
    require(found, f"unscored: {reason}")
    return found


@RULES.says(
    r"Availability: (\d+) of (\d+) calls got a usable response \(([\d.]+) %\); with retries counted, (\d+) of (\d+) attempts \(([\d.]+) %\)\."
)
def _availability(read: Reading, model: str, m: re.Match[str]) -> Expected:
    calls = read.rows.calls_of(model)
    usable, attempts = sum(call.error is None for call in calls), sum(call.attempts for call in calls)
    shares = [half_up(Fraction(100 * usable, whole), 1) for whole in (len(calls), attempts)]
    return (str(usable), str(len(calls)), shares[0], str(usable), str(attempts), shares[1])


@RULES.says(r"Availability: no call is recorded\.")
def _no_calls(read: Reading, model: str, m: re.Match[str]) -> None:
    require(not read.rows.calls_of(model), m[0])


@RULES.says(
    rf"Cost of this run at list price: ([\d.]+) USD; (?:value: {NUMBER} points of the main score per USD|no value is given)\."
)
def _value(read: Reading, model: str, m: re.Match[str]) -> Expected:
    return (half_up(read.rows.cost(model), 6), read.rows.points_per_usd(model))


@RULES.says(r"Versions changed since Run #(\d+): ([a-z, ]+)\.( This can move scores by itself\.)?")
def _versions(read: Reading, model: str, m: re.Match[str]) -> Expected:
    before = read.rows.before(model)
    assert before is not None
    names = {
        "bank": "bank_digest",
        "grader": "grader_version",
        "judge set": "judge_set_version",
        "formula": "formula_version",
    }
    changed = [
        n for n, field in names.items() if getattr(read.rows.runs[before], field) != getattr(read.rows.run, field)
    ]
    return (str(before), ", ".join(changed) or "none", " This can move scores by itself." if changed else None)


@RULES.says(r"Answered in Run #(\d+) as: (.+)\.$")
def _returned(read: Reading, model: str, m: re.Match[str]) -> Expected:
    require(int(m[1]) in (read.rows.number, read.rows.before(model)), m[0])
    names = sorted({each.model_returned for each in read.rows.answers[model, int(m[1])] if each.model_returned})
    return (m[1], ", ".join(names))
