"""The scores beside those of the run before."""

from __future__ import annotations

import re

from tests.report_checker.figures import half_up, moved, point_or_none, tenth, tenth_or_none
from tests.report_checker.patterns import CHART, MOVED, NUMBER, SHOWN, assisted
from tests.report_checker.rules import Expected, Reading, Rules, require

RULES = Rules()


@RULES.says(rf"Main score: {MOVED}\.")
def _main(read: Reading, model: str, m: re.Match[str]) -> Expected:
    return moved(read.rows.display(model, read.rows.number), read.rows.display(model, read.rows.before(model)), half_up)


@RULES.says(rf"Main score: {NUMBER}\.")
def _first_main(read: Reading, model: str, m: re.Match[str]) -> Expected:
    require(read.rows.before(model) is None, m[0])
    return (point_or_none(read.rows.display(model, read.rows.number)),)


@RULES.says(r"No main score in Run #(\d+): a main dimension has no scored answer\. That is not a zero\.")
def _no_main(read: Reading, model: str, m: re.Match[str]) -> Expected:
    require(read.rows.raw(model, read.rows.number) is None, m[0])
    return (str(read.rows.number),)


@RULES.says(rf"Before the integrity cap: {MOVED}\.")
def _before_cap(read: Reading, model: str, m: re.Match[str]) -> Expected:
    return moved(read.rows.raw(model, read.rows.number), read.rows.raw(model, read.rows.before(model)), half_up)


@RULES.says(rf"Before the integrity cap: {NUMBER}\.")
def _first_before_cap(read: Reading, model: str, m: re.Match[str]) -> Expected:
    return (point_or_none(read.rows.raw(model, read.rows.number)),)


@RULES.says(rf"The cap took {NUMBER} points in Run #(\d+)\.")
def _cap(read: Reading, model: str, m: re.Match[str]) -> Expected:
    run = int(m[2])
    require(run in (read.rows.number, read.rows.before(model)), m[0])
    raw, shown = read.rows.raw(model, run), read.rows.display(model, run)
    assert raw is not None
    assert shown is not None
    return (half_up(raw - shown), m[2])


@RULES.says(r"A capped rise is no improvement\.")
def _no_improvement(read: Reading, model: str, m: re.Match[str]) -> None:
    now, was = read.rows.display(model, read.rows.number), read.rows.display(model, read.rows.before(model))
    require(now is not None and was is not None and now > was and now != read.rows.raw(model, read.rows.number), m[0])


@RULES.says(rf"{CHART}( \(AI-assisted\))?: (?:{MOVED}|{NUMBER}); (\d+) of (\d+) answers scored\.")
def _chart(read: Reading, model: str, m: re.Match[str]) -> Expected:
    dimension, before = SHOWN[m[1]], read.rows.before(model)
    now = read.rows.score(model, read.rows.number, dimension)
    asked = [each for each in read.rows.answers[model, read.rows.number] if each.dimension is dimension]
    counts = (str(sum(each.score is not None for each in asked)), str(len(asked)))
    if before is None:
        return (m[1], assisted(m[1]), None, None, None, tenth_or_none(now), *counts)
    return (m[1], assisted(m[1]), *moved(now, read.rows.score(model, before, dimension), tenth), None, *counts)
