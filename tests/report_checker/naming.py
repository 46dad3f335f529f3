"""Who is named: at the beginning of a line, what it says holds of each of these models."""

from __future__ import annotations

import re

from tests.report_checker.figures import spelled
from tests.report_checker.rules import Reading, Wrong, check_label, require, same

_ALL = re.compile(r"All (\w+) models( \(simulated\))?: ")
_NAME = re.compile(r"(\S+?)( \(simulated\))?(, |: )")


def named_first(read: Reading, text: str) -> tuple[tuple[str, ...], int] | None:
    """Find the models that a line begins with, and where its sentences begin; None of a line without any."""
    if found := _ALL.match(text):
        same((found[1],), (spelled(len(read.rows.models)),), found[0])
        for model in read.rows.models:
            check_label(read, found[0], model)
        return tuple(read.rows.boards_order()), found.end()
    models: list[str] = []
    place, mark = 0, ", "
    while mark == ", " and (found := _NAME.match(text, place)):
        if found[1] not in read.rows.models:
            if models:
                raise Wrong(f"no such model in the run: {found[1]}")
            return None
        check_label(read, found[0], found[1])
        models.append(found[1])
        place, mark = found.end(), found[3]
    return (tuple(models), place) if models else None


def check_naming(read: Reading) -> None:
    """Every model is named once under a heading, in the order of the board: groups by the first of them."""
    order = read.rows.boards_order()
    for heading, groups in read.seen.items():
        for group in groups:
            same(group, [each for each in order if each in group], heading)
        # A model may miss answers for several reasons.
        if heading != "Unscored":
            first = [group[0] for group in groups]
            same(first, [each for each in order if each in first], heading)
            named = [each for group in groups for each in group]
            require(len(named) == len(set(named)), f"named twice: {heading}")
    rows, number = read.rows, read.rows.number
    everyone = {
        "Verdicts": order,
        "Advice": [m for m in order if (m, number) in rows.verdicts],
        "Models, by the mean of their last five main scores: Main score": order,
        "Operation: Points per USD": order,
        "What the draw explains, and what it does not: Rest": [m for m in order if rows.has_terms(m)],
        "Unscored": [m for m in order if len(rows.scored(m, number)) < len(rows.answers[m, number])],
        "What the integrity cap took": [
            m for m in order if any(rows.raw(m, run) != rows.display(m, run) for run in (number, rows.before(m)))
        ],
    }
    for heading, models in everyone.items():
        named_there = {each for group in read.seen.get(heading, []) for each in group}
        same(sorted(named_there), sorted(models), heading)
