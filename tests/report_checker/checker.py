"""Reads an article line by line: each sentence must be one that a section's rules know, and be true of the rows."""

from __future__ import annotations

import re
from itertools import chain

from tests.report_checker import (
    beside,
    costs,
    draws,
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
from tests.report_checker.naming import check_naming, named_first
from tests.report_checker.rows import Rows
from tests.report_checker.rules import Reading, Rules, Wrong, same
from tests.report_checker.tables import check_row
from tests.report_checker.terms import check_pictures
from yzindex.records.database import Database

_SECTIONS = (frame, morning, verdict, terms, scores, costs, integrity, usual, draws, operation, beside, record)
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
    models: tuple[str, ...] = (read.article_of or "",)
    place = 0
    if read.article_of is None and (found := named_first(read, text)):
        models, place = found
        read.seen[read.section].append(models)
    while place < len(text):
        place = max(_sentence(read, text, place, model) for model in models)
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
    """Each thing is named once under its heading, and nothing is left out."""
    if read.article_of is None:
        check_naming(read)
        check_pictures(read)
    else:
        missing = [a for a in read.rows.answers[read.article_of, read.rows.number] if a.score is None]
        same(sorted(read.unscored), sorted(a.question_id for a in missing), "unscored")
    costs.check_costs(read)
    draws.check_draws(read)
