"""The section on what a change is made of: what the draw explains, what all models share, and the rest."""

from collections.abc import Iterable
from decimal import Decimal

from yzindex.drift.ledger import ACQUITTALS
from yzindex.drift.watching import FALL_POINTS
from yzindex.report.blocks import Block, Listing, Picture, Table, Words, paragraph
from yzindex.report.counting import counted
from yzindex.report.facts import ModelFacts, RunFacts, TermFacts, VerdictFacts
from yzindex.report.naming import named, picture_address
from yzindex.scoring import rounded, signed

#: Where fewer models have a main score, a common movement could not be told from their own.
_TOO_FEW = "fewer than five models"
_NOT_ESTIMATED = "not estimated"
_HEADINGS = ("Model", "Since", "Change", "Draw", "Everyone", "Rest", "Rest, 95 %", "Better draws, of 100")
_MOST_PICTURES = 3


def terms_section(model: ModelFacts) -> tuple[Block, ...]:
    """Say what the draw explains of the change and what it does not."""
    verdict = model.verdict
    terms = None if verdict is None else verdict.terms
    if verdict is None or terms is None:
        return (paragraph(f"{_why_not(model)}: there is no change to take apart."),)
    blocks: list[Block] = [paragraph(_sentence(terms)), Listing(items=tuple(_explained(model, verdict, terms)))]
    if verdict.is_drawable:
        blocks.append(_picture(model, terms))
    return tuple(blocks)


def terms_of_all(run: RunFacts) -> tuple[Block, ...]:
    """Take the changes of all models apart in a table, with pictures of those that moved most; nothing of none."""
    with_terms = [
        (model, model.verdict, terms) for model in run.models if model.verdict and (terms := model.verdict.terms)
    ]
    if not with_terms:
        return ()
    rows = tuple(_row(model, verdict, terms) for model, verdict, terms in with_terms)
    few = dict(pair for _, _, terms in with_terms for pair in terms.too_few)
    return (
        paragraph("Changes of the main score before the cap: each is the sum of draw, everyone and rest."),
        Table(headings=_HEADINGS, rows=rows),
        *([paragraph(_too_few(tuple(sorted(few.items()))))] if few else []),
        *(_picture(model, terms) for model, terms in _most_moved(with_terms)),
    )


def _most_moved(with_terms: list[tuple[ModelFacts, VerdictFacts, TermFacts]]) -> list[tuple[ModelFacts, TermFacts]]:
    moved = [
        (model, terms)
        for model, verdict, terms in with_terms
        if verdict.is_drawable and abs(terms.change) > FALL_POINTS
    ]
    return sorted(moved, key=lambda each: -abs(each[1].change))[:_MOST_PICTURES]


def _row(model: ModelFacts, verdict: VerdictFacts, terms: TermFacts) -> tuple[Words, ...]:
    cells = (
        f"Run #{terms.compared_run}",
        signed(terms.change),
        signed(terms.draw),
        _common(terms),
        signed(terms.rest),
        f"{signed(terms.rest_lo)} to {signed(terms.rest_hi)}",
        "not known" if verdict.draws_better is None else str(verdict.draws_better),
    )
    return (named(model), *((cell,) for cell in cells))


def _why_not(model: ModelFacts) -> str:
    if model.was is None:
        return "There is no earlier run of this kind"
    for side in (model.now, model.was):
        if side.core_raw is None:
            return f"Run #{side.run_number} gave this model no main score"
    return "Nothing is stored that this run could be compared with"


def _sentence(terms: TermFacts) -> str:
    return (
        f"Since Run #{terms.compared_run} the main score before the cap moved by {signed(terms.change)} = draw "
        f"{signed(terms.draw)}, everyone {_common(terms)}, rest {signed(terms.rest)} (95 %: "
        f"{signed(terms.rest_lo)} to {signed(terms.rest_hi)}); each is rounded by itself."
    )


def _common(terms: TermFacts) -> str:
    return signed(terms.common) if terms.common_is_estimated else _NOT_ESTIMATED


def _explained(model: ModelFacts, verdict: VerdictFacts, terms: TermFacts) -> Iterable[Words]:
    was, draw = f"those of Run #{terms.compared_run}", rounded(terms.draw)
    if draw:
        yield (f"The draw: these questions were {'harder' if draw < 0 else 'easier'} than {was}.",)
    else:
        yield (f"The draw: these questions were as hard as {was}.",)
    if verdict.draws_better is not None:
        yield (f"The draw of Run #{model.now.run_number} was worse than {verdict.draws_better} of 100 possible draws.",)
    if terms.too_few:
        yield (_too_few(terms.too_few),)
    yield (f"Not explained by the draw: {signed(terms.change - terms.draw)}.",)
    if verdict.word in ACQUITTALS and (told := _shared(terms)):
        yield (told,)


def _too_few(runs: tuple[tuple[int, int], ...]) -> str:
    counts = " and ".join(f"{counted(models, 'model')} in Run #{run}" for run, models in runs)
    return f"What everyone moved by is not estimated where {_TOO_FEW} have a main score ({counts})."


def _shared(terms: TermFacts) -> str | None:
    """Say what is not of the model, where that is at least half of the change and of its sign: no more than needed."""
    both = terms.draw + terms.common
    if not _is_half(both, terms.change):
        return None
    change = f"the change {signed(terms.change)}"
    if _is_half(terms.draw, terms.change):
        return f"The draw alone is {signed(terms.draw)}, {change}: this speaks of the draw, not of the model."
    if _is_half(terms.common, terms.change):
        told = "this speaks of the questions or the grader, not of one model"
        return f"What everyone moved by is {signed(terms.common)}, {change}: {told}."
    told = "this speaks of the draw and of the questions or the grader, not of one model"
    return f"The draw and what everyone moved by are together {signed(both)}, {change}: {told}."


def _is_half(part: Decimal, change: Decimal) -> bool:
    return part * change > 0 and 2 * abs(part) >= abs(change)


def _picture(model: ModelFacts, terms: TermFacts) -> Picture:
    number = model.now.run_number
    runs = f"from Run #{terms.compared_run} to Run #{number}"
    shown = "draw, everyone, rest and cap, above all possible draws of the day with the one that was drawn"
    return Picture(
        shows=("Waterfall of the main score of ", *named(model), f" {runs}: {shown}"),
        address=picture_address(model.model, terms.compared_run, number),
    )
