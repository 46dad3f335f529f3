"""Which questions cost the points."""

from __future__ import annotations

import re
from fractions import Fraction

from tests.report_checker.figures import half_up, spelled, tenth
from tests.report_checker.patterns import CHART, NUMBER, SPELLED, WEIGHT
from tests.report_checker.rows import Rows
from tests.report_checker.rules import Expected, Reading, Rules, Wrong, log_of, require, same
from yzindex.records.tables import Answer

RULES = Rules()
MOST = 10


@RULES.says(
    rf"(\S+) \({CHART}, (\w+) half(?:; passed (\d+) % of the time by {SPELLED} models?)?\) scored {NUMBER} and cost {NUMBER} points of {CHART}, {NUMBER} of the main score before the cap(?:: (\w+))?\.(?: (\d+) of (\d+) cases passed\.| The grader's log: (.+)$)?"
)
def _cost(read: Reading, model: str, m: re.Match[str]) -> Expected:
    answer = next((a for a in read.rows.answers[model, read.rows.number] if a.question_id == m[1]), None)
    if answer is None or answer.score is None:
        raise Wrong(m[0])
    if read.article_of is None:
        require(answer is costly(read.rows, model)[0], m[0])
    read.costs.append(answer.question_id)
    share = read.rows.pass_share(answer.question_digest)
    cases = answer.cases if answer.cases and not answer.reason else []
    return (
        answer.question_id,
        answer.dimension.shown_as,
        answer.tier,
        None if share is None else share[0],
        None if share is None else spelled(share[1]),
        tenth(Fraction(answer.score)),
        tenth(_lost(read.rows, model, answer)),
        answer.dimension.shown_as,
        half_up(WEIGHT[answer.dimension] * _lost(read.rows, model, answer)),
        answer.verdict,
        str(sum(bool(case["passed"]) for case in cases)) if cases else None,
        str(len(cases)) if cases else None,
        log_of(answer) if answer.reason else None,
    )


@RULES.says(r"No scored question of the main score cost a point\.")
def _no_cost(read: Reading, model: str, m: re.Match[str]) -> None:
    require(not costly(read.rows, model), m[0])


@RULES.says(rf"{SPELLED} more questions? cost points; all are in the \[raw data of Run #(\d+)\]\((\S+)\)\.")
def _more(read: Reading, model: str, m: re.Match[str]) -> Expected:
    number = read.rows.number
    more = len(costly(read.rows, model)) - MOST
    return (spelled(more).capitalize(), str(number), f"/v1/runs/{number}/raw")


def costly(rows: Rows, model: str) -> list[Answer]:
    """Answers short of a full score: those of the main dimension that fell most first, the most costly first."""

    def place(answer: Answer) -> tuple[Fraction, Fraction]:
        fall = rows.chart_change(model, answer.dimension) or Fraction(0)
        weight = WEIGHT[answer.dimension]
        return (min(Fraction(0), weight * fall), -weight * _lost(rows, model, answer))

    short = [a for a in rows.scored(model, rows.number) if a.dimension in WEIGHT and a.score != 100]
    return sorted(short, key=place)


def _lost(rows: Rows, model: str, answer: Answer) -> Fraction:
    alike = [a for a in rows.scored(model, rows.number) if a.dimension is answer.dimension]
    assert answer.score is not None
    return (100 - Fraction(answer.score)) / len(alike)


def check_costs(read: Reading) -> None:
    """An article on one model names all costly questions, up to ten; one on all models, of each that fell the first."""
    model, rows = read.article_of, read.rows
    if model is not None:
        same(read.costs, [a.question_id for a in costly(rows, model)[:MOST]], "what cost the points")
        return
    fallen = [m for m in rows.models if (rows.raw_change(m) or 0) < -5 and costly(rows, m)]
    told = [m for group in read.seen["What cost the points of those that fell"] for m in group]
    same(sorted(told), sorted(fallen), "those that fell")
