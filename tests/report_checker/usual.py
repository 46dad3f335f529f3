"""How much models usually move, and how much scores spread."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from tests.report_checker.figures import deviation, half_up
from tests.report_checker.patterns import NAMED, NUMBER
from tests.report_checker.rules import Expected, Reading, Rules

RULES = Rules()


@RULES.says(rf"On an ordinary day the other models move by {NUMBER} points \(mean of (\d+) model-days?\)\.")
def _others_usual(read: Reading, model: str, m: re.Match[str]) -> Expected:
    found = read.rows.usual(own=None, without=model)
    assert found is not None
    return (found[0], str(found[1]))


@RULES.says(rf"On an ordinary day {NAMED} moves by {NUMBER} points \(mean of (\d+) days?\)\.")
def _usual(read: Reading, model: str, m: re.Match[str]) -> Expected:
    found = read.rows.usual(own=model, without=None)
    assert found is not None
    return (*read.rows.named(model), found[0], str(found[1]))


@RULES.says(
    rf"Ordinary are those of the last 90 days whose verdict was steady, luck of the draw or within chance\.(?: Since Run #(\d+) {NAMED} moved by ([\d.]+)\.)?"
)
def _this_day(read: Reading, model: str, m: re.Match[str]) -> Expected:
    change = read.rows.raw_change(model)
    if change is None:
        return (None, None, None, None)
    return (str(read.rows.before(model)), *read.rows.named(model), half_up(abs(change)))


@RULES.says(
    rf"Repeatability {NUMBER}: sample sd {NUMBER} of the last (\d+) main scores before the cap\.( Below 30: a real warning\.)?"
)
def _repeatability(read: Reading, model: str, m: re.Match[str]) -> Expected:
    return _spread(read.rows.last_raws(model))


@RULES.says(
    rf"Question spread {NUMBER}: sample sd {NUMBER} of (\d+) question scores inside this run\.( Below 30: a real warning\.)?"
)
def _question_spread(read: Reading, model: str, m: re.Match[str]) -> Expected:
    return _spread(
        [Fraction(each.score) for each in read.rows.scored(model, read.rows.number) if each.score is not None]
    )


def _spread(values: Sequence[Fraction]) -> Expected:
    found = deviation(values)
    stable = max(Fraction(0), 100 - 2 * found)
    warning = " Below 30: a real warning." if stable < 30 else None
    return (half_up(stable), half_up(found), str(len(values)), warning)
