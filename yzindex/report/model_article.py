"""The article on one model in a run."""

from collections.abc import Iterable

from yzindex.dimensions import Role
from yzindex.report.beside import alike_sentence, beside
from yzindex.report.blocks import Article, Block, Listing, Words, heading, paragraph
from yzindex.report.draws import draw_table
from yzindex.report.facts import ModelFacts, RunFacts
from yzindex.report.figures import points
from yzindex.report.naming import named
from yzindex.report.scores import breakdown, costly, question_cost
from yzindex.report.sources import opening, source
from yzindex.report.standing import integrity, movement, operation
from yzindex.report.verdicts import terms_section, verdict_section
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
    yield _costs(model)
    yield from _listed("Beside the other models", tuple(_beside(run, model)))
    yield from _listed("How much is usual", movement(model).items)
    yield from _drawn(model)
    yield heading(2, "Operation")
    yield operation(model)
    yield source(run)


def _title(model: ModelFacts) -> Words:
    number, score = model.now.run_number, model.now.core_display
    if score is None:
        return (*named(model), f": no main score in Run #{number}")
    if model.was is None or model.change is None:
        return (*named(model), f": {points(score)} in Run #{number}")
    since = f"{signed(model.change)} since Run #{model.was.run_number}"
    return (*named(model), f": {points(score)} in Run #{number}, {since}")


def _costs(model: ModelFacts) -> Block:
    found = costly(model)
    if not found:
        return paragraph("No scored question of the main score cost a point.")
    return Listing(items=tuple(question_cost(question) for question in found))


def _beside(run: RunFacts, model: ModelFacts) -> Iterable[Words]:
    if (same := alike_sentence(run, model)) is not None:
        yield same
    yield from beside(run)


def _drawn(model: ModelFacts) -> Iterable[Block]:
    table = draw_table(model, with_scores=True)
    if table is not None:
        yield heading(2, "What was drawn")
        yield table


def _listed(title: str, items: tuple[Words, ...]) -> Iterable[Block]:
    if items:
        yield heading(2, title)
        yield Listing(items=items)
