"""Verdicts as people read them: a table of a day's, and why models fell that day."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.text import Text

from api.client import ApiRefused
from api.shapes.board import BoardBody
from api.shapes.compare import ComparisonBody, QuestionPointsBody
from api.shapes.verdicts import BecameBody, TermsBody, VerdictBody
from api.terminal.layout import NONE, figure, framed, named, new_table, shared_lines, signed, texts
from yzindex import scoring
from yzindex.drift.watching import FALL_POINTS
from yzindex.drift.words import Word

#: Questions named per model, the most costly ones.
_MOST_QUESTIONS = 2
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


def verdict_table(title: str, verdicts: Sequence[VerdictBody], notes: Iterable[str] = ()) -> RenderableType:
    """Show verdicts, a row each, then what each means."""
    table = new_table(title, ("model", "main", "change", "verdict", "points", "since", "evidence"))
    for each in verdicts:
        table.add_row(
            *texts(
                named(each.model, simulated=each.simulated),
                figure(each.core_display),
                NONE if each.terms is None else signed(each.terms.change),
                each.verdict,
                size_of(each),
                each.since or NONE,
                each.evidence,
            )
        )
    advice = shared_lines((each.model, each.advice) for each in verdicts)
    became = shared_lines((each.model, _told(each.became)) for each in verdicts if each.became and each.became.because)
    simulated = any(each.simulated for each in verdicts)
    return framed(table, [*advice, *became, *notes], simulated=simulated)


def size_of(verdict: VerdictBody) -> str:
    """Give a size with its interval of 95 %, and the chart if it is not that of the main score."""
    if verdict.size is None:
        return NONE
    chart = "" if verdict.chart == "main" else f" {verdict.chart}"
    return f"{signed(verdict.size)} [{signed(verdict.lo)}, {signed(verdict.hi)}]{chart}"


def word_of(verdict: VerdictBody | None) -> str:
    """Give the word, a confirmed change with its first day: what fits into a row of the board."""
    if verdict is None:
        return NONE
    if verdict.verdict in {Word.CONFIRMED_DROP, Word.CONFIRMED_RISE} and verdict.since is not None:
        return f"{verdict.verdict.upper()} since {verdict.since.isoformat()}"
    return verdict.verdict


@dataclass(frozen=True, kw_only=True)
class Fall:
    """A model that lost more than five points in the newest run."""

    verdict: VerdictBody
    terms: TermsBody


def fallen(board: BoardBody) -> list[Fall]:
    """Find the falls of the newest run, the furthest first."""
    said = [each.verdict for each in board.models if each.in_latest_run and each.verdict is not None]
    falls = [Fall(verdict=verdict, terms=verdict.terms) for verdict in said if verdict.terms is not None]
    deep = [fall for fall in falls if fall.terms.change.exact < -FALL_POINTS]
    return sorted(deep, key=lambda fall: (fall.terms.change.exact, fall.verdict.model))


def why_fallen(board: BoardBody, compare: Callable[[str, int, int], ComparisonBody]) -> RenderableType:
    """Take the newest run's falls apart side by side; `compare` gives the comparison of two runs of a model."""
    falls = fallen(board)
    if not falls:
        return Group()
    table = new_table(_heading(falls), ("model", "change =", "draw +", "everyone +", "rest [95 %]", "verdict", "draw"))
    for fall in falls:
        name = named(fall.verdict.model, simulated=fall.verdict.simulated)
        table.add_row(*texts(name, *_terms(fall.terms), word_of(fall.verdict), _rank(fall.verdict)))
    costs = [line for fall in falls for line in _costs(fall, compare)]
    return Group(table, *(Text(f"  {line}") for line in ["what cost the points:", *costs] if costs))


def _heading(falls: Sequence[Fall]) -> str:
    most, *_, least = (format(scoring.rounded(-fall.terms.change.exact), "f") for fall in (*falls, falls[-1]))
    many = _NUMBERS[len(falls)] if len(falls) < len(_NUMBERS) else str(len(falls))
    lost = most if least == most else f"{least} to {most}"
    return f"{many} model{'s' * (len(falls) > 1)} lost {lost} points. Why?"


def _terms(terms: TermsBody) -> tuple[str, ...]:
    rest = f"{signed(terms.rest)} [{scoring.signed(terms.rest_lo.exact, 0)}, {scoring.signed(terms.rest_hi.exact, 0)}]"
    return signed(terms.change), signed(terms.draw), signed(terms.common), rest


def _rank(verdict: VerdictBody) -> str:
    return NONE if verdict.draws_better is None else f"worse than {verdict.draws_better} of 100 possible draws"


def _costs(fall: Fall, compare: Callable[[str, int, int], ComparisonBody]) -> Iterator[str]:
    model = fall.verdict.model
    try:
        after = compare(model, fall.terms.compared_run, fall.verdict.run).after
    except ApiRefused as refused:
        yield f"{model}: {refused.problem.detail}"
        return
    costly = [each for each in after.questions if each.cost is not None and each.cost.exact > 0]
    for question in costly[:_MOST_QUESTIONS]:
        yield f"{model}  {cost_of(question)}  yz raw {after.run} --answer {question.answer}"


def cost_of(question: QuestionPointsBody) -> str:
    """Say of a question what it cost, who passes it, and what went wrong."""
    passed = "" if question.passed_by is None else f", {question.passed_by.shown} % of {question.models} models pass it"
    cases = f" {question.cases_passed} of {question.cases} cases" if question.cases else ""
    cost = f"  -{question.cost.shown}" if question.cost is not None and question.cost.exact else ""
    return f"{question.question} ({question.tier} half{passed}){cost}  {question.verdict or 'unscored'}{cases}"


def _told(became: BecameBody) -> str:
    on = "" if became.settled_on is None else f" on {became.settled_on.isoformat()}"
    return f"{became.outcome}{on}. {became.because}"
