"""What holds of several models beside each other."""

from __future__ import annotations

import re
from fractions import Fraction

from tests.report_checker.figures import half_up, plus, point_or_none, spelled, tenth
from tests.report_checker.patterns import CHART, NUMBER, SHOWN, SPELLED
from tests.report_checker.rules import Expected, Reading, Rules, require

RULES = Rules()


@RULES.says(rf"{SPELLED} other models? moved the same way on the same charts \(([^)]+)\): (.+)\.$")
def _alike(read: Reading, model: str, m: re.Match[str]) -> Expected:
    def charts(name: str) -> dict[str, bool]:
        changes = {chart: read.rows.chart_change(name, SHOWN[chart]) or Fraction(0) for chart in list(SHOWN)[:4]}
        return {chart: change < 0 for chart, change in changes.items() if abs(change) > 5}

    own = read.rows.raw_change(model) or Fraction(0)
    others = [
        name
        for name in re.findall(r"(\S+?)(?: \(simulated\))? \([+-][\d.]+ before the cap\)", m[3])
        if charts(name) == charts(model) and (read.rows.raw_change(name) or 0) * own > 0
    ]
    everyone = [n for n in read.rows.models if n != model and charts(n) == charts(model)]
    require(set(others) == {n for n in everyone if (read.rows.raw_change(n) or 0) * own > 0}, m[0])
    told = ", ".join(f"{chart} {'down' if falls else 'up'}" for chart, falls in charts(model).items())
    listed = ", ".join(
        f"{n}{_mark(read, n)} ({plus(half_up(read.rows.raw_change(n) or Fraction(0)))} before the cap)" for n in others
    )
    return (spelled(len(others)).capitalize(), told, listed)


def _mark(read: Reading, model: str) -> str:
    return " (simulated)" if read.rows.evaluations[model, read.rows.number].simulated else ""


@RULES.says(rf"{SPELLED} models are tied at {NUMBER}: (.+)\. This run does not tell them apart\.")
def _tied(read: Reading, _: str, m: re.Match[str]) -> Expected:
    tied = {
        f"{n}{_mark(read, n)}"
        for n in read.rows.models
        if point_or_none(read.rows.display(n, read.rows.number)) == m[2]
    }
    require(set(m[3].split(", ")) == tied, m[0])
    return (spelled(len(tied)).capitalize(), m[2], m[3])


@RULES.says(rf"{CHART} is 100 for {SPELLED} of {SPELLED} models: nothing can be told apart among them there\.")
def _saturated(read: Reading, _: str, m: re.Match[str]) -> Expected:
    scores = [s for n in read.rows.models if (s := read.rows.score(n, read.rows.number, SHOWN[m[1]])) is not None]
    return (m[1], spelled(sum(score == 100 for score in scores)), spelled(len(scores)))


@RULES.says(
    rf"{CHART} fell for all {SPELLED} models, by {NUMBER}(?: to {NUMBER})? points: that does not speak of one model\."
)
def _all_fell(read: Reading, _: str, m: re.Match[str]) -> Expected:
    changes = [read.rows.chart_change(each, SHOWN[m[1]]) for each in read.rows.models]
    falls = sorted(-change for change in changes if change is not None)
    require(len(falls) == len(changes) and falls[0] > 0, m[0])
    least, most = tenth(falls[0]), tenth(falls[-1])
    return (m[1], spelled(len(falls)), least, None if least == most else most)
