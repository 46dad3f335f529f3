"""The article on a run: the morning's answer first, then all its models in the board's order."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial

from yzindex.dimensions import MAIN_WEIGHTS, Dimension, Role
from yzindex.report.beside import beside
from yzindex.report.blocks import Article, Block, Listing, Table, Words, heading, paragraph
from yzindex.report.costs import costs_of_the_fallen
from yzindex.report.draws import drawn
from yzindex.report.facts import ModelFacts, RecordFacts, RunFacts, SideFacts
from yzindex.report.figures import points, signed_tenths, tenths
from yzindex.report.morning import headline
from yzindex.report.naming import grouped, named
from yzindex.report.operation import coverage, operation_of_all, unscored_of_all
from yzindex.report.scores import cap_sentences, chart_name
from yzindex.report.sources import opening, source
from yzindex.report.terms import terms_of_all
from yzindex.report.verdicts import advice, said
from yzindex.scoring import rounded, signed

_SIDE = tuple(dimension for dimension in Dimension if dimension.role is Role.SIDE)


def run_article(run: RunFacts) -> Article:
    """Say what the run says of its models."""
    return tuple(_blocks(run))


def _blocks(run: RunFacts) -> Iterable[Block]:
    yield heading(1, headline(run.number, run.morning))
    yield opening(run, simulated=run.simulated)
    yield heading(2, "Models, by the mean of their last five main scores")
    yield _scores(run)
    yield from _listed("What the integrity cap took", _capped(run))
    yield from _listed("Verdicts", grouped(run, ((model, said(model)) for model in run.models)))
    yield from _listed("Advice", grouped(run, _advice(run)))
    if terms := terms_of_all(run):
        yield heading(2, "What the draw explains, and what it does not")
        yield from terms
    yield from _listed("What cost the points of those that fell", costs_of_the_fallen(run))
    yield from _side_charts(run)
    yield from _listed("Beside each other", beside(run))
    if run.models:
        yield from drawn(run.models[0], with_scores=False)
    yield heading(2, "Operation")
    yield operation_of_all(run)
    yield from _listed("Unscored", unscored_of_all(run))
    yield heading(2, "The board's own record")
    yield paragraph(_record(run.record))
    yield source(run)


def _capped(run: RunFacts) -> Iterable[Words]:
    return ((*named(model), ": ", told) for model in run.models if (told := cap_sentences(model)))


def _advice(run: RunFacts) -> Iterable[tuple[ModelFacts, Words]]:
    return ((model, advice(model.verdict)) for model in run.models if model.verdict is not None)


def _scores(run: RunFacts) -> Table:
    main = (dimension.shown_as for dimension in MAIN_WEIGHTS)
    headings = ("Model", "Five-run mean", "Main score", "Was", "Change", *main, "Integrity", "Coverage", "Verdict")
    return Table(headings=headings, rows=tuple(_row(model) for model in run.models))


def _row(model: ModelFacts) -> tuple[Words, ...]:
    now, was = model.now, model.was
    cap = f" ({points(now.core_raw)} before the cap)" if now.cap and now.core_raw is not None else ""
    cells = (
        _points(model.rolling_mean),
        _points(now.core_display) + cap,
        _points(None if was is None else was.core_display),
        "none" if model.change is None else signed(model.change),
        *(_before_and_now(model, partial(_score, dimension)) for dimension in MAIN_WEIGHTS),
        _before_and_now(model, lambda side: side.label or "none"),
        coverage(model),
        "none" if model.verdict is None else model.verdict.word.value,
    )
    return (named(model), *((cell,) for cell in cells))


def _before_and_now(model: ModelFacts, show: Callable[[SideFacts], str]) -> str:
    return " → ".join(show(side) for side in (model.was, model.now) if side is not None)


def _score(dimension: Dimension, side: SideFacts) -> str:
    found = side.dimensions.get(dimension)
    return "none" if found is None or found.score is None else tenths(found.score)


def _side_charts(run: RunFacts) -> Iterable[Block]:
    rows = tuple(
        (named(model), *((_side(model, dimension),) for dimension in _SIDE))
        for model in run.models
        if any(each in model.now.dimensions and model.now.dimensions[each].asked for each in _SIDE)
    )
    if rows:
        yield heading(2, "Side charts, AI-assisted")
        yield Table(headings=("Model", *(chart_name(dimension) for dimension in _SIDE)), rows=rows)


def _side(model: ModelFacts, dimension: Dimension) -> str:
    told, change = _before_and_now(model, partial(_score, dimension)), model.dimension_change(dimension)
    return told if change is None else f"{told} ({signed_tenths(change)})"


def _record(record: RecordFacts) -> str:
    return (
        f"False alarms allowed: {record.allowed_per_model_year} per model-year. Since the start: "
        f"{record.false_alarms} in {rounded(record.model_years, 1)} model-years. Verdicts settled later: "
        f"{record.settled}, of which held {record.held} and overturned {record.overturned}."
    )


def _listed(title: str, found: Iterable[Words]) -> Iterable[Block]:
    if items := tuple(found):
        yield heading(2, title)
        yield Listing(items=items)


def _points(value: Decimal | None) -> str:
    return "none" if value is None else points(value)
