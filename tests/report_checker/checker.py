"""Reads an article line by line: each sentence must be one that a section's rules know, and be true of the rows."""

from __future__ import annotations

import re
from itertools import chain

from tests.report_checker import (
    beside,
    costs,
    frame,
    integrity,
    morning,
    operation,
    record,
    scores,
    terms,
    usual,
    verdict,
)
from tests.report_checker.rows import Rows
from tests.report_checker.rules import Reading, Rules, Wrong, check_label, same
from tests.report_checker.tables import check_row
from yzindex.records.database import Database

_SECTIONS = (frame, morning, verdict, terms, scores, costs, integrity, usual, operation, beside, record)
_RULES: tuple[Rules, ...] = (*(section.RULES for section in _SECTIONS), verdict.LAST)


class Checker:
    """Checks the articles of one run."""

    def __init__(self, database: Database, number: int) -> None:
        with database.read() as session:
            self.rows = Rows(session, number)

    def check(self, article: str, model: str | None = None) -> None:
        """Raise `Wrong` at the first sentence or cell that is not true of the rows."""
        read = Reading(rows=self.rows, article_of=model)
        for line in filter(None, article.split("\n")):
            _line(read, line)
        _complete(read)


def _line(read: Reading, line: str) -> None:
    text = unescaped(line)
    if line.startswith("## "):
        read.section, read.headings = text[3:], None
    elif line.startswith("| "):
        check_row(read, text)
    else:
        _sentences(read, text.removeprefix("# ").removeprefix("- "))


def unescaped(line: str) -> str:
    """Read a line of Markdown as it is shown, links as their text and address."""
    plain = re.sub(r"(?<!\\)\*\*", "", line)
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", plain)


def _sentences(read: Reading, text: str) -> None:
    model, place = read.article_of, 0
    if model is None and (found := re.match(r"(\S+)(?: \(simulated\))?: ", text)) and found[1] in read.rows.models:
        check_label(read, found[0], found[1])
        model, place = found[1], found.end()
        read.seen[read.section].append(model)
    while place < len(text):
        place = _sentence(read, text, place, model or "")
        while text[place : place + 1] == " ":
            place += 1


def _sentence(read: Reading, text: str, place: int, model: str) -> int:
    for pattern, rule in chain.from_iterable(_RULES):
        found = pattern.match(text, place)
        if found is not None and found.end() > place:
            expected = rule(read, model, found)
            if expected is not None:
                same(found.groups(), expected, found[0])
            return found.end()
    raise Wrong(f"no rule knows: {text[place : place + 200]}")


def _complete(read: Reading) -> None:
    """Every model is named once under a heading, in the order of the board, and every question of a draw."""
    order = read.rows.boards_order()
    for heading, names in read.seen.items():
        # A model may miss answers for several reasons.
        named = list(dict.fromkeys(names)) if heading == "Unscored" else names
        expected = [each for each in order if each in names] if names[0] in order else sorted(set(names))
        same(named if names[0] in order else sorted(named), expected, heading)
    if read.article_of is None:
        same(list(dict.fromkeys(read.seen["Unscored"])), _with_unscored(read, order), "Unscored")
        same(read.seen["Verdicts"], order, "Verdicts")
        same(read.seen["Models, by the mean of their last five main scores: Main score"], order, "the table")
    for run, questions in read.drawn.items():
        model = next(each for each in [read.article_of, *read.rows.models] if (each, run) in read.rows.answers)
        same(questions, [each.question_id for each in read.rows.answers[model or "", run]], f"draw of Run #{run}")


def _with_unscored(read: Reading, order: list[str]) -> list[str]:
    number = read.rows.number
    return [each for each in order if len(read.rows.scored(each, number)) < len(read.rows.answers[each, number])]
