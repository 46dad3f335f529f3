"""The sections on the verdict: its fixed words with their evidence, what follows, and what the change is made of."""

from collections.abc import Iterable

from yzindex.dimensions import Dimension
from yzindex.drift.advice import Watched
from yzindex.drift.ledger import ACQUITTALS
from yzindex.drift.outcomes import Settled, WatchOutcome
from yzindex.drift.words import Word
from yzindex.report.blocks import Block, Foreign, Listing, Paragraph, Picture, Strong, Words, paragraph
from yzindex.report.facts import ConfirmedFacts, ModelFacts, TermFacts, VerdictFacts
from yzindex.report.figures import points
from yzindex.report.naming import named, picture_address
from yzindex.scoring import signed

#: Of a sentence that the analysis wrote, and that may name what others have named.
_LONGEST_SENTENCE = 400
_CONFIRMED = frozenset({Word.CONFIRMED_DROP, Word.CONFIRMED_RISE, Word.RECOVERED})
_NO_VERDICT = "No verdict is stored on this run."


def phrase(verdict: VerdictFacts) -> str:
    """Give the fixed words, of a confirmed change with its day, size and interval of 95 %."""
    if verdict.word not in _CONFIRMED or verdict.size is None or verdict.lo is None or verdict.hi is None:
        return verdict.word.value
    least, most = sorted((abs(verdict.lo), abs(verdict.hi)))
    since = "" if verdict.since is None else f" since {verdict.since.isoformat()}"
    chart = "" if verdict.chart == "main" else f" of {Dimension(verdict.chart).shown_as}"
    return f"{verdict.word.value}{since} of {points(abs(verdict.size))} points{chart} [{points(least)}, {points(most)}]"


def said(model: ModelFacts) -> Words:
    """Say the verdict and why."""
    if model.verdict is None:
        return (_NO_VERDICT,)
    return (Strong(f"{phrase(model.verdict)}."), " ", Foreign(model.verdict.evidence, _LONGEST_SENTENCE))


def verdict_section(model: ModelFacts) -> tuple[Block, ...]:
    """Give the verdict, its advice, the watch, and what became of it."""
    if model.verdict is None:
        return (Paragraph(words=said(model)),)
    return (Paragraph(words=said(model)), Listing(items=tuple(_follows(model.verdict))))


def terms_section(model: ModelFacts) -> tuple[Block, ...]:
    """Say what the draw explains of the change and what it does not."""
    verdict = model.verdict
    terms = None if verdict is None else verdict.terms
    if verdict is None or terms is None:
        return (paragraph("Nothing is stored that this run could be compared with: the change is not taken apart."),)
    blocks: list[Block] = [paragraph(terms_sentence(terms)), Listing(items=tuple(_explained(model, verdict, terms)))]
    if verdict.is_drawable:
        blocks.append(_picture(model, terms))
    return tuple(blocks)


def terms_sentence(terms: TermFacts) -> str:
    return (
        f"Since Run #{terms.compared_run} the main score before the cap moved by {signed(terms.change)} = draw "
        f"{signed(terms.draw)}, everyone {signed(terms.common)}, rest {signed(terms.rest)} (95 %: "
        f"{signed(terms.rest_lo)} to {signed(terms.rest_hi)}); each is rounded by itself."
    )


def _follows(verdict: VerdictFacts) -> Iterable[Words]:
    if verdict.confirmed is not None:
        yield (_confirmed(verdict.confirmed),)
    yield ("Advice: ", Foreign(verdict.advice, _LONGEST_SENTENCE))
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


def _explained(model: ModelFacts, verdict: VerdictFacts, terms: TermFacts) -> Iterable[Words]:
    was = f"those of Run #{terms.compared_run}"
    if terms.draw:
        yield (f"The draw: these questions were {'harder' if terms.draw < 0 else 'easier'} than {was}.",)
    else:
        yield (f"The draw: these questions were as hard as {was}.",)
    if verdict.draws_better is not None:
        yield (f"The draw of Run #{model.now.run_number} was worse than {verdict.draws_better} of 100 possible draws.",)
    yield (f"Not explained by the draw: {signed(terms.change - terms.draw)}.",)
    if verdict.word in ACQUITTALS and _is_shared(terms):
        yield (_shared(terms),)


def _is_shared(terms: TermFacts) -> bool:
    """Whether the draw and what all models did are at least half of the change, and of its sign."""
    shared = terms.draw + terms.common
    return shared * terms.change > 0 and 2 * abs(shared) >= abs(terms.change)


def _shared(terms: TermFacts) -> str:
    return (
        f"Draw and everyone together are {signed(terms.draw + terms.common)} of {signed(terms.change)}: this speaks of "
        "the draw or the grader, not of the model."
    )


def _picture(model: ModelFacts, terms: TermFacts) -> Picture:
    number = model.now.run_number
    runs = f"from Run #{terms.compared_run} to Run #{number}"
    shown = "draw, everyone, rest and cap, above all possible draws of the day with the one that was drawn"
    return Picture(
        shows=("Waterfall of the main score of ", *named(model), f" {runs}: {shown}"),
        address=picture_address(model.model, terms.compared_run, number),
    )
