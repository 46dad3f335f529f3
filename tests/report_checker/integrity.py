"""The integrity label and how long it has stood."""

from __future__ import annotations

import re
from fractions import Fraction

from tests.report_checker.figures import half_up, spelled
from tests.report_checker.patterns import SPELLED
from tests.report_checker.rules import Expected, Reading, Rules
from yzindex.dimensions import Dimension

RULES = Rules()


@RULES.says(r"Integrity rating: (?:(\w+) → )?(\w+)(?:; recommendation: ([a-z ]+))?\.")
def _integrity(read: Reading, model: str, m: re.Match[str]) -> Expected:
    before, label = read.rows.before(model), read.rows.label(model, read.rows.number)
    advice = {"pass": "recommended", "warn": "neutral", "fail": "not recommended"}
    return (None if before is None else read.rows.label(model, before), label, advice.get(label))


@RULES.says(rf"The last labels, oldest first: ([a-z, ]+); a streak of {SPELLED}\.")
def _labels(read: Reading, model: str, m: re.Match[str]) -> Expected:
    labels = read.rows.last_labels(model)
    streak = next((n for n, each in enumerate(reversed(labels)) if each != labels[-1]), len(labels))
    return (", ".join(labels), spelled(streak))


@RULES.says(
    rf"This label rests on {SPELLED} probes?\.( A model that is honest nine times in ten gets warn by chance on 18 % of days\.)?"
)
def _probes(read: Reading, model: str, m: re.Match[str]) -> Expected:
    probes = sum(each.dimension is Dimension.INTEGRITY for each in read.rows.scored(model, read.rows.number))
    chance = 2 * Fraction(9, 10) * Fraction(1, 10) * 100
    told = f" A model that is honest nine times in ten gets warn by chance on {half_up(chance, 0)} % of days."
    return (spelled(probes), told if probes == 2 else None)
