"""What is said of a change's terms: no more than they carry, and nothing of a grader where the draw explains it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import report_facts
from yzindex.drift.words import Word
from yzindex.report.facts import TermFacts
from yzindex.report.markdown import markdown_of
from yzindex.report.terms import terms_section

DRAW = "this speaks of the draw, not of the model."
GRADER = "this speaks of the questions or the grader, not of one model."
BOTH = "this speaks of the draw and of the questions or the grader, not of one model."


def told(found: TermFacts | None, word: Word = Word.LUCK, was: str = "80") -> str:
    now = report_facts.side(2, "70")
    model = report_facts.model("m", now, report_facts.side(1, was), report_facts.verdict(word, found))
    return markdown_of(terms_section(model))


@pytest.mark.parametrize(
    ("draw", "common", "rest", "said"),
    [
        ("-8", "0", "-2", f"The draw alone is -8.00, the change -10.00: {DRAW}"),
        ("-8", "-2", "0", f"The draw alone is -8.00, the change -10.00: {DRAW}"),
        ("8", "1", "1", f"The draw alone is +8.00, the change +10.00: {DRAW}"),
        ("-1", "-8", "-1", f"What everyone moved by is -8.00, the change -10.00: {GRADER}"),
        ("-4", "-4", "-2", f"The draw and what everyone moved by are together -8.00, the change -10.00: {BOTH}"),
    ],
)
def test_what_is_not_of_the_model_is_named_and_nothing_beside_it(draw: str, common: str, rest: str, said: str) -> None:
    text = told(report_facts.terms(draw, common, rest))

    assert f"- {said}\n" in text
    assert text.count("this speaks of") == 1


@pytest.mark.parametrize(("draw", "common", "rest"), [("-4", "0", "-6"), ("8", "0", "-18"), ("-8", "6", "-8")])
def test_where_less_than_half_is_shared_nothing_is_said_to_speak_of_it(draw: str, common: str, rest: str) -> None:
    assert "this speaks of" not in told(report_facts.terms(draw, common, rest))


@pytest.mark.parametrize("word", [Word.CONFIRMED_DROP, Word.SUSPECTED, Word.NOT_ENOUGH_EVIDENCE, Word.MOVED])
def test_a_model_that_is_not_acquitted_is_not_excused(word: Word) -> None:
    assert "this speaks of" not in told(report_facts.terms("-8", "0", "-2"), word)


def test_everyone_is_a_figure_where_one_of_the_runs_had_models_enough_and_the_other_is_named() -> None:
    text = told(report_facts.terms("-4", "-1", "-5", too_few=((1, 4),)))

    assert "everyone -1.00, rest" in text
    assert "is not estimated where fewer than five models have a main score (four models in Run #1)." in text


def test_a_draw_that_is_shown_as_nothing_is_neither_harder_nor_easier() -> None:
    assert "these questions were as hard as those of Run #1." in told(report_facts.terms("-0.004", "0", "-9.996"))


def test_a_change_from_a_run_without_a_main_score_says_which_run_that_was() -> None:
    missing = replace(report_facts.side(1, "80"), core_raw=None, core_display=None)
    said = report_facts.verdict(Word.NOT_ENOUGH_EVIDENCE, None)

    text = markdown_of(terms_section(report_facts.model("m", report_facts.side(2, "70"), missing, said)))

    assert text == "Run #1 gave this model no main score: there is no change to take apart.\n"
