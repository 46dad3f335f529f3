"""What holds of several models beside each other."""

from __future__ import annotations

import re
from fractions import Fraction

from tests.report_checker.figures import half_up, plus, point_or_none, spelled, tenth
from tests.report_checker.patterns import CHART, NUMBER, SHOWN, SPELLED, assisted, chart_name
from tests.report_checker.rules import Expected, Reading, Rules, require

RULES = Rules()


@RULES.says(rf"{SPELLED} (other )?models? moved the same way on the same charts \((.+?)\): (.+)\.$")
def _alike(read: Reading, model: str, m: re.Match[str]) -> Expected:
    order = read.rows.boards_order()
    named = [n for n in order if f"{n}{_mark(read, n)} (" in m[4]]
    require(named, m[0])
    as_model = model or named[0]
    alike = [n for n in order if _way(read, n) == _way(read, as_model) and n != model]
    require(model == "" or m[2], m[0])
    told = ", ".join(f"{chart} {'down' if falls else 'up'}" for chart, falls in _charts(read, as_model).items())
    listed = ", ".join(
        f"{n}{_mark(read, n)} ({plus(half_up(read.rows.raw_change(n) or Fraction(0)))} before the cap)" for n in alike
    )
    return (spelled(len(alike)).capitalize(), "other " if model else None, told, listed)


def _way(read: Reading, model: str) -> tuple[dict[str, bool], bool] | None:
    """Which charts moved, and which way these and the main score went; None of a main score that stood still."""
    change = read.rows.raw_change(model)
    return (_charts(read, model), change < 0) if change else None


def _charts(read: Reading, model: str) -> dict[str, bool]:
    """Charts that moved by more than five points, and whether they fell."""
    changes = {chart: read.rows.chart_change(model, SHOWN[chart]) or Fraction(0) for chart in list(SHOWN)[:4]}
    return {chart_name(chart): change < 0 for chart, change in changes.items() if abs(change) > 5}


def _mark(read: Reading, model: str) -> str:
    return " (simulated)" if read.rows.evaluations[model, read.rows.number].simulated else ""


@RULES.says(
    rf"{SPELLED} models are (tied at|held at) {NUMBER}( by the integrity cap)?: (.+)\. (?:This run does not tell them apart|That is no tie)\."
)
def _tied(read: Reading, _: str, m: re.Match[str]) -> Expected:
    rows, number = read.rows, read.rows.number
    capped = {n for n in rows.models if rows.raw(n, number) != rows.display(n, number)}
    tied = [n for n in rows.boards_order() if point_or_none(rows.display(n, number)) == m[3]]
    told = [n for n in tied if (n in capped) == (m[4] is not None)]
    require(read.article_of is None or read.article_of in told, m[0])
    require(len(told) > 1 and m[0].endswith("no tie.") == (m[4] is not None), m[0])
    how = ("held at", m[3], " by the integrity cap") if m[4] else ("tied at", m[3], None)
    return (spelled(len(told)).capitalize(), *how, ", ".join(f"{n}{_mark(read, n)}" for n in told))


@RULES.says(
    rf"{CHART}( \(AI-assisted\))? is 100 for {SPELLED} of {SPELLED} models: nothing can be told apart among them there\."
)
def _saturated(read: Reading, _: str, m: re.Match[str]) -> Expected:
    scores = [s for n in read.rows.models if (s := read.rows.score(n, read.rows.number, SHOWN[m[1]])) is not None]
    return (m[1], assisted(m[1]), spelled(sum(score == 100 for score in scores)), spelled(len(scores)))


@RULES.says(
    rf"{CHART}( \(AI-assisted\))? (fell|rose) for all {SPELLED} models, by {NUMBER}(?: to {NUMBER})? points: that does not speak of one model\."
)
def _all_moved(read: Reading, _: str, m: re.Match[str]) -> Expected:
    found = [read.rows.chart_change(each, SHOWN[m[1]]) for each in read.rows.models]
    changes = [change for change in found if change is not None]
    require(len(found) == len(changes) and min(changes) * max(changes) > 0, m[0])
    least, most = (tenth(size) for size in sorted((abs(min(changes)), abs(max(changes)))))
    way = "fell" if changes[0] < 0 else "rose"
    return (m[1], assisted(m[1]), way, spelled(len(changes)), least, None if least == most else most)
