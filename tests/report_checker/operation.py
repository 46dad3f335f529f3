"""Coverage, calls, cost and versions."""

from __future__ import annotations

import re
from fractions import Fraction

from tests.report_checker.figures import half_up
from tests.report_checker.patterns import CHART, NUMBER
from tests.report_checker.rules import Expected, Reading, Rules, require

RULES = Rules()


@RULES.says(r"Coverage: (\d+) of (\d+) questions scored\.")
def _coverage(read: Reading, model: str, m: re.Match[str]) -> Expected:
    return (str(len(read.rows.scored(model, read.rows.number))), str(len(read.rows.answers[model, read.rows.number])))


@RULES.says(rf"Unscored, which is not a zero: (\S+) \({CHART}\): (.+)$")
def _unscored(read: Reading, model: str, m: re.Match[str]) -> Expected:
    answer = next(each for each in read.rows.answers[model, read.rows.number] if each.question_id == m[1])
    require(answer.score is None, m[0])
    return (answer.question_id, answer.dimension.shown_as, answer.reason)


@RULES.says(r"(\d+) of (\d+) questions unscored, which is not a zero: (.+)$")
def _unscored_by_reason(read: Reading, model: str, m: re.Match[str]) -> Expected:
    asked = read.rows.answers[model, read.rows.number]
    same = [each for each in asked if each.score is None and each.reason == m[3]]
    return (str(len(same)), str(len(asked)), m[3])


@RULES.says(
    r"Availability: (\d+) of (\d+) calls got a usable response \(([\d.]+) %\); with retries counted, (\d+) of (\d+) attempts \(([\d.]+) %\)\."
)
def _availability(read: Reading, model: str, m: re.Match[str]) -> Expected:
    calls = [call for of, call in read.rows.calls if read.rows.of.get(of) == (model, read.rows.number)]
    usable, attempts = sum(call.error is None for call in calls), sum(call.attempts for call in calls)
    shares = [half_up(Fraction(100 * usable, whole), 1) for whole in (len(calls), attempts)]
    return (str(usable), str(len(calls)), shares[0], str(usable), str(attempts), shares[1])


@RULES.says(r"Availability: no call is recorded\.")
def _no_calls(read: Reading, model: str, m: re.Match[str]) -> None:
    require(not any(read.rows.of.get(of) == (model, read.rows.number) for of, _ in read.rows.calls), m[0])


@RULES.says(
    rf"Cost of this run at list price: ([\d.]+) USD; (?:value: {NUMBER} points of the main score per USD|no value is given)\."
)
def _value(read: Reading, model: str, m: re.Match[str]) -> Expected:
    calls = [call for of, call in read.rows.calls if read.rows.of.get(of) == (model, read.rows.number)]
    cost = sum((Fraction(call.cost_usd) for call in calls), Fraction(0))
    shown = read.rows.display(model, read.rows.number)
    return (half_up(cost, 6), half_up(shown / cost) if cost and shown is not None else None)


@RULES.says(r"Versions changed since Run #(\d+), each of which can move scores: ([a-z, ]+)\.")
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
    return (str(before), ", ".join(changed) or "none")


@RULES.says(r"Answered in Run #(\d+) as: (.+)\.$")
def _returned(read: Reading, model: str, m: re.Match[str]) -> Expected:
    require(int(m[1]) in (read.rows.number, read.rows.before(model)), m[0])
    names = sorted({each.model_returned for each in read.rows.answers[model, int(m[1])] if each.model_returned})
    return (m[1], ", ".join(names))
