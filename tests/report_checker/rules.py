"""Sentences that a section of an article may have, each with what the rows must give for its figures and names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.report_checker.rows import Rows
from yzindex.records.tables import Answer

Expected = tuple[str | None, ...]


class Wrong(Exception):
    """A figure or a name in the text is not what the rows give, or a sentence is not known."""


@dataclass(kw_only=True)
class Reading:
    """An article that is being read, line by line, beside the rows."""

    rows: Rows
    #: The model that the article is on; None of one on all of them.
    article_of: str | None
    section: str = ""
    #: Of the table that is being read.
    headings: list[str] | None = None
    #: Models that were named together under each heading of a section or a table, in its order.
    seen: dict[str, list[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(list))
    #: Questions that cost points, in the order in which an article on one model names them.
    costs: list[str] = field(default_factory=list)
    #: Questions that the table of draws names, by run.
    drawn: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    #: Questions without a score that such an article speaks of.
    unscored: list[str] = field(default_factory=list)
    #: Models whose change has a picture, in the order of the pictures.
    pictured: list[str] = field(default_factory=list)
    #: Runs of which questions are left to the raw data, and how many.
    left_out: dict[int, int] = field(default_factory=dict)


#: Gives what a pattern's groups must be for a model; None where there is nothing to compare. Raises `Wrong`.
Rule = Callable[[Reading, str, re.Match[str]], Expected | None]


class Rules(list[tuple[re.Pattern[str], Rule]]):
    """The sentences of a section, the first that matches counts."""

    def says(self, pattern: str) -> Callable[[Rule], Rule]:
        def add(rule: Rule) -> Rule:
            self.append((re.compile(pattern), rule))
            return rule

        return add


def same(found: Sequence[str | None], expected: Sequence[str | None], where: str) -> None:
    if tuple(found) != tuple(expected):
        raise Wrong(f"{where}: says {tuple(found)}, the rows give {tuple(expected)}")


def require(holds: object, text: str) -> None:
    if not holds:
        raise Wrong(f"not so: {text}")


def check_label(read: Reading, text: str, model: str) -> None:
    """A simulated model is marked wherever it is named, and no other is."""
    if ("(simulated)" in text) != read.rows.evaluations[model, read.rows.number].simulated:
        raise Wrong(f"the label of a simulated model is wrong: {text}")


def log_of(answer: Answer) -> str:
    """What is told of why an answer has no score or what the grader wrote: at most 160 characters of it."""
    reason = answer.reason or ""
    return reason if len(reason) <= 160 else f"{reason[:160]}…"
