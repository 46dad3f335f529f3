"""Which questions cost the points."""

from __future__ import annotations

import re
from fractions import Fraction

from tests.report_checker.figures import half_up, tenth
from tests.report_checker.patterns import CHART, NUMBER, WEIGHT
from tests.report_checker.rules import Expected, Reading, Rules, Wrong, require

RULES = Rules()


@RULES.says(
    rf"(\S+) \({CHART}, (\w+) half\) scored {NUMBER} and cost {NUMBER} points of {CHART}, {NUMBER} of the main score before the cap(?:; ([^\d;]+?))?(?:; (\d+) of (\d+) cases passed)?(?:; (\d+) % of (\d+) models pass it)?\."
)
def _cost(read: Reading, model: str, m: re.Match[str]) -> Expected:
    answer = next((a for a in read.rows.answers[model, read.rows.number] if a.question_id == m[1]), None)
    if answer is None or answer.score is None:
        raise Wrong(m[0])
    alike = [a for a in read.rows.scored(model, read.rows.number) if a.dimension is answer.dimension]
    lost = (100 - Fraction(answer.score)) / len(alike)
    if read.article_of is not None:
        read.seen["cost"].append(answer.question_id)
    share = read.rows.pass_share(answer.question_digest)
    cases = answer.cases or []
    return (
        answer.question_id,
        answer.dimension.shown_as,
        answer.tier,
        tenth(Fraction(answer.score)),
        tenth(lost),
        answer.dimension.shown_as,
        half_up(WEIGHT[answer.dimension] * lost),
        answer.verdict,
        str(sum(bool(case["passed"]) for case in cases)) if cases else None,
        str(len(cases)) if cases else None,
        None if share is None else share[0],
        None if share is None else str(share[1]),
    )


@RULES.says(r"No scored question of the main score cost a point\.")
def _no_cost(read: Reading, model: str, m: re.Match[str]) -> None:
    require(all(a.score == 100 for a in read.rows.scored(model, read.rows.number) if a.dimension in WEIGHT), m[0])
