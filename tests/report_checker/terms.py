"""What the change is made of: draw, everyone and the rest."""

from __future__ import annotations

import re
from fractions import Fraction
from urllib.parse import quote

from tests.report_checker.figures import half_up, plus
from tests.report_checker.patterns import NO_CHANGE, SIGNED
from tests.report_checker.rows import Rows
from tests.report_checker.rules import Expected, Reading, Rules, Wrong, require

RULES = Rules()


def shown_terms(rows: Rows, model: str) -> tuple[str, ...]:
    verdict = rows.verdicts[model, rows.number]
    parts = [Fraction(part) for part in (verdict.draw, verdict.common_change, verdict.rest) if part is not None]
    change = rows.change(model, rows.number)
    assert change is not None
    if abs(sum(parts, Fraction(0)) - change) > Fraction(1, 10**6):
        raise Wrong("the terms do not make the change")
    bounds = [Fraction(part) for part in (verdict.rest_lo, verdict.rest_hi) if part is not None]
    return tuple(plus(half_up(each)) for each in (change, *parts, *bounds))


@RULES.says(
    rf"Since Run #(\d+) the main score before the cap moved by {SIGNED} = draw {SIGNED}, everyone {SIGNED}, rest {SIGNED} \(95 %: {SIGNED} to {SIGNED}\); each is rounded by itself\."
)
def _terms(read: Reading, model: str, m: re.Match[str]) -> Expected:
    return (str(read.rows.verdicts[model, read.rows.number].compared_run), *shown_terms(read.rows, model))


@RULES.says(r"The draw: these questions were (harder than|easier than|as hard as) those of Run #(\d+)\.")
def _draw(read: Reading, model: str, m: re.Match[str]) -> Expected:
    verdict = read.rows.verdicts[model, read.rows.number]
    draw = verdict.draw or 0
    way = "harder than" if draw < 0 else "easier than" if draw > 0 else "as hard as"
    return (way, str(verdict.compared_run))


@RULES.says(r"The draw of Run #(\d+) was worse than (\d+) of 100 possible draws\.")
def _luck(read: Reading, model: str, m: re.Match[str]) -> Expected:
    return (str(read.rows.number), str(read.rows.verdicts[model, read.rows.number].draws_better))


@RULES.says(rf"Not explained by the draw: {SIGNED}\.")
def _unexplained(read: Reading, model: str, m: re.Match[str]) -> Expected:
    change, draw = read.rows.change(model, read.rows.number), read.rows.verdicts[model, read.rows.number].draw
    assert change is not None
    assert draw is not None
    return (plus(half_up(change - Fraction(draw))),)


@RULES.says(
    rf"Draw and everyone together are {SIGNED} of {SIGNED}: this speaks of the draw or the grader, not of the model\."
)
def _shared(read: Reading, model: str, m: re.Match[str]) -> Expected:
    verdict, change = read.rows.verdicts[model, read.rows.number], read.rows.change(model, read.rows.number)
    assert change is not None
    shared = Fraction(verdict.draw or 0) + Fraction(verdict.common_change or 0)
    require(verdict.word in NO_CHANGE and shared * change > 0 and 2 * abs(shared) >= abs(change), m[0])
    return (plus(half_up(shared)), plus(half_up(change)))


@RULES.says(
    r"!\[Waterfall of the main score of (\S+?)(?: \(simulated\))? from Run #(\d+) to Run #(\d+): [^\]\d]+\]\((\S+)\)$"
)
def _picture(read: Reading, model: str, m: re.Match[str]) -> Expected:
    was, now = read.rows.verdicts[model, read.rows.number].compared_run, read.rows.number
    name = quote(model, safe="")
    return (model, str(was), str(now), f"/v1/compare.svg?model={name}&run_a={was}&run_b={now}")
