"""The section on the verdict: its fixed words with their evidence, and what follows."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Protocol

from yzindex.dimensions import Dimension
from yzindex.drift.advice import Watched
from yzindex.drift.outcomes import Settled, WatchOutcome
from yzindex.drift.words import Word
from yzindex.report.blocks import Block, Foreign, Listing, Paragraph, Strong, Words
from yzindex.report.facts import ConfirmedFacts, ModelFacts, VerdictFacts
from yzindex.report.figures import points

#: Of a sentence that the analysis wrote, and that may name what others have named.
_LONGEST_SENTENCE = 400
_CONFIRMED = frozenset({Word.CONFIRMED_DROP, Word.CONFIRMED_RISE, Word.RECOVERED})
_NO_VERDICT = "No verdict is stored on this run."


class HasWord(Protocol):
    """A verdict, as `VerdictFacts` gives it."""

    @property
    def word(self) -> Word: ...

    @property
    def chart(self) -> str: ...

    @property
    def size(self) -> Decimal | None: ...

    @property
    def lo(self) -> Decimal | None: ...

    @property
    def hi(self) -> Decimal | None: ...

    @property
    def since(self) -> date | None: ...

    @property
    def evidence(self) -> str: ...


def phrase(verdict: HasWord) -> str:
    """Give the fixed words, of a confirmed change with its day, size and interval of 95 %."""
    if verdict.word not in _CONFIRMED or verdict.size is None or verdict.lo is None or verdict.hi is None:
        return verdict.word.value
    least, most = sorted((abs(verdict.lo), abs(verdict.hi)))
    since = "" if verdict.since is None else f" since {verdict.since.isoformat()}"
    chart = "" if verdict.chart == "main" else f" of {Dimension(verdict.chart).shown_as}"
    return f"{verdict.word.value}{since} of {points(abs(verdict.size))} points{chart} [{points(least)}, {points(most)}]"


def said(model: ModelFacts) -> Words:
    """Say the verdict and why."""
    return (_NO_VERDICT,) if model.verdict is None else said_of(model.verdict)


def said_of(verdict: HasWord) -> Words:
    """Say a verdict and why."""
    return (Strong(f"{phrase(verdict)}."), " ", Foreign(verdict.evidence, _LONGEST_SENTENCE))


def verdict_section(model: ModelFacts) -> tuple[Block, ...]:
    """Give the verdict, its advice, the watch, and what became of it."""
    if model.verdict is None:
        return (Paragraph(words=said(model)),)
    return (Paragraph(words=said(model)), Listing(items=tuple(_follows(model.verdict))))


def advice(verdict: VerdictFacts) -> Words:
    return (Foreign(verdict.advice, _LONGEST_SENTENCE),)


def _follows(verdict: VerdictFacts) -> Iterable[Words]:
    if verdict.confirmed is not None:
        yield (_confirmed(verdict.confirmed),)
    yield ("Advice: ", *advice(verdict))
    if verdict.watch is not None:
        yield (_watch(verdict.watch),)
    became = verdict.became
    if became is not None and became.outcome is Settled.OPEN:
        yield ("What became of this verdict: open.",)
    elif became is not None and became.settled_on is not None:
        yield (
            f"What became of this verdict: {became.outcome.value} on {became.settled_on.isoformat()}. ",
            Foreign(became.because, _LONGEST_SENTENCE),
        )


def _confirmed(seen: ConfirmedFacts) -> str:
    counts = f"{seen.worse} worse, {seen.better} better, {seen.equal} equal"
    return f"Confirmed on {seen.day.isoformat()}: the same questions, asked again: {counts}."


def _watch(watch: Watched) -> str:
    settled = "" if watch.settled_on is None else f", settled on {watch.settled_on.isoformat()}"
    outcome = watch.outcome.value if watch.outcome is not WatchOutcome.DID_NOT else "did not fall further"
    return (
        f"Watch: opened on {watch.opened_on.isoformat()} at {points(watch.level)} before the cap, settles on "
        f"{watch.settles_on.isoformat()}: {outcome}{settled}."
    )
