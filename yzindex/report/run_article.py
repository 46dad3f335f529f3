"""The article on a run: the morning's answer first, then all its models in the board's order."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from yzindex.dimensions import MAIN_WEIGHTS, Dimension, Role
from yzindex.drift.watching import FALL_POINTS
from yzindex.report.beside import beside
from yzindex.report.blocks import Article, Block, Foreign, Listing, Table, Words, heading, paragraph
from yzindex.report.draws import draw_table
from yzindex.report.facts import ModelFacts, RecordFacts, RunFacts
from yzindex.report.figures import moved, points, tenths
from yzindex.report.morning import morning
from yzindex.report.naming import named
from yzindex.report.scores import chart_name, costly, question_cost
from yzindex.report.sources import opening, source
from yzindex.report.verdicts import said
from yzindex.scoring import rounded, signed

_SIDE = tuple(dimension for dimension in Dimension if dimension.role is Role.SIDE)


def headline(run: RunFacts) -> str:
    """Give the title of the article."""
    return f"Run #{run.number}: {morning(run.morning)}"


def run_article(run: RunFacts) -> Article:
    """Say what the run says of its models."""
    return tuple(_blocks(run))


def _blocks(run: RunFacts) -> Iterable[Block]:
    yield heading(1, headline(run))
    yield opening(run, simulated=run.simulated)
    yield heading(2, "Models, by the mean of their last five main scores")
    yield _scores(run)
    yield heading(2, "Verdicts")
    yield Listing(items=tuple((*named(model), ": ", *said(model)) for model in run.models))
    yield from _terms(run)
    yield from _listed("What cost the points of those that fell", tuple(_costs(run)))
    yield from _side_charts(run)
    yield from _listed("Beside each other", tuple(beside(run)))
    yield from _listed("Unscored", tuple(_unscored(run)))
    if run.models and (table := draw_table(run.models[0], with_scores=False)) is not None:
        yield heading(2, "What was drawn")
        yield table
    yield heading(2, "The board's own record")
    yield paragraph(_record(run.record))
    yield source(run)


def _scores(run: RunFacts) -> Table:
    main = (dimension.shown_as for dimension in MAIN_WEIGHTS)
    headings = ("Model", "Five-run mean", "Main score", "Was", "Change", *main, "Integrity", "Coverage", "Verdict")
    return Table(headings=headings, rows=tuple(_row(model) for model in run.models))


def _row(model: ModelFacts) -> tuple[Words, ...]:
    now, was = model.now, model.was
    cap = f" ({points(now.core_raw)} before the cap)" if now.cap and now.core_raw is not None else ""
    scored = sum(question.score is not None for question in now.questions)
    cells = (
        _points(model.rolling_mean),
        _points(now.core_display) + cap,
        _points(None if was is None else was.core_display),
        "none" if model.change is None else signed(model.change),
        *(_tenths(now.dimensions[each].score if each in now.dimensions else None) for each in MAIN_WEIGHTS),
        now.label or "none",
        f"{scored} of {len(now.questions)}",
        "none" if model.verdict is None else model.verdict.word.value,
    )
    return (named(model), *((cell,) for cell in cells))


def _terms(run: RunFacts) -> Iterable[Block]:
    rows = tuple(row for model in run.models if (row := _term_row(model)) is not None)
    if rows:
        yield heading(2, "What the draw explains, and what it does not")
        yield paragraph("Changes of the main score before the cap; the draw, everyone and the rest make the change.")
        yield Table(headings=_TERMS, rows=rows)


_TERMS = ("Model", "Since", "Change", "Draw", "Everyone", "Rest", "Rest, 95 %", "Worse than of 100 draws")


def _term_row(model: ModelFacts) -> tuple[Words, ...] | None:
    verdict = model.verdict
    if verdict is None or verdict.terms is None:
        return None
    terms = verdict.terms
    cells = (
        f"Run #{terms.compared_run}",
        *(signed(each) for each in (terms.change, terms.draw, terms.common, terms.rest)),
        f"{signed(terms.rest_lo)} to {signed(terms.rest_hi)}",
        "not known" if verdict.draws_better is None else str(verdict.draws_better),
    )
    return (named(model), *((cell,) for cell in cells))


def _costs(run: RunFacts) -> Iterable[Words]:
    for model in run.models:
        if (model.raw_change or 0) < -FALL_POINTS:
            for question in costly(model)[:1]:
                yield (*named(model), ": ", *question_cost(question))


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
    sides = [None if side is None else side.dimensions.get(dimension) for side in (model.was, model.now)]
    was, now = (None if found is None else found.score for found in sides)
    return _tenths(now) if model.was is None else moved(was, now, in_tenths=True)


def _unscored(run: RunFacts) -> Iterable[Words]:
    for model in run.models:
        reasons = Counter(each.reason for each in model.now.questions if each.score is None)
        for reason, count in reasons.items():
            told = f": {count} of {len(model.now.questions)} questions unscored, which is not a zero: "
            yield (*named(model), told, Foreign(reason))


def _record(record: RecordFacts) -> str:
    return (
        f"False alarms allowed: {record.allowed_per_model_year} per model-year. Since the start: "
        f"{record.false_alarms} in {rounded(record.model_years, 1)} model-years. Verdicts settled later: "
        f"{record.settled}, of which held {record.held} and overturned {record.overturned}."
    )


def _listed(title: str, items: tuple[Words, ...]) -> Iterable[Block]:
    if items:
        yield heading(2, title)
        yield Listing(items=items)


def _points(value: Decimal | None) -> str:
    return "none" if value is None else points(value)


def _tenths(value: Decimal | None) -> str:
    return "none" if value is None else tenths(value)
