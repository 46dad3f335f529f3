"""A run in short, for who is told that there is a report: the morning's answer, and the word on each model."""

from collections.abc import Sequence
from typing import Protocol

from yzindex.report.blocks import Article, Listing, heading
from yzindex.report.morning import MorningFacts, headline
from yzindex.report.naming import HasName, named
from yzindex.report.verdicts import HasWord, said_of


class SaidOfModel(HasName, HasWord, Protocol):
    """A verdict on a model."""


def run_summary(run_number: int, morning: MorningFacts, said: Sequence[SaidOfModel]) -> Article:
    """Say what the run says of its models, and no more."""
    title = heading(1, headline(run_number, morning))
    if not said:
        return (title,)
    return (title, Listing(items=tuple((*named(each), ": ", *said_of(each)) for each in said)))
