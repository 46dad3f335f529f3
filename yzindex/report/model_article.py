"""The article on one model in a run."""

from collections.abc import Iterable

from yzindex.dimensions import Role
from yzindex.report.beside import beside_others
from yzindex.report.blocks import Article, Block, Listing, Words, heading
from yzindex.report.costs import costs_section
from yzindex.report.draws import drawn
from yzindex.report.facts import ModelFacts, RunFacts
from yzindex.report.figures import points
from yzindex.report.naming import named
from yzindex.report.operation import operation
from yzindex.report.scores import breakdown
from yzindex.report.sources import opening, source
from yzindex.report.standing import integrity, movement
from yzindex.report.terms import terms_section
from yzindex.report.verdicts import verdict_section
from yzindex.scoring import signed


def model_article(run: RunFacts, model: ModelFacts) -> Article:
    """Say what the run says of the model, what explains it and what does not."""
    return tuple(_blocks(run, model))


def _blocks(run: RunFacts, model: ModelFacts) -> Iterable[Block]:
    yield heading(1, *_title(model))
    yield opening(run, simulated=model.simulated)
    yield heading(2, "Verdict")
    yield from verdict_section(model)
    yield heading(2, "Scores")
    yield breakdown(model, Role.MAIN)
    yield from _listed("Side charts, AI-assisted", breakdown(model, Role.SIDE).items)
    yield heading(2, "Integrity")
    yield integrity(model)
    yield heading(2, "What the draw explains, and what it does not")
    yield from terms_section(model)
    yield heading(2, "What cost the points")
    yield from costs_section(model)
    yield from _listed("Beside the other models", tuple(beside_others(run, model)))
    yield from _listed("How much is usual", movement(model).items)
    yield from drawn(model, with_scores=True)
    yield heading(2, "Operation")
    yield operation(model)
    yield source(run)


def _title(model: ModelFacts) -> Words:
    number, score = model.now.run_number, model.now.core_display
    if score is None:
        return (*named(model), f": no main score in Run #{number}")
    if model.was is None or model.change is None:
        return (*named(model), f": {points(score)} in Run #{number}{_cap(model)}")
    since = f"{signed(model.change)} since Run #{model.was.run_number}"
    return (*named(model), f": {points(score)} in Run #{number}{_cap(model)}, {since}")


def _cap(model: ModelFacts) -> str:
    raw = model.now.core_raw
    return f" ({points(raw)} before the integrity cap)" if raw is not None and model.now.cap else ""


def _listed(title: str, items: tuple[Words, ...]) -> Iterable[Block]:
    if items:
        yield heading(2, title)
        yield Listing(items=items)
