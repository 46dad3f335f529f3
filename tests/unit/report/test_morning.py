"""The morning's answer: each case of a day has its sentence, and nothing that is old is told as news."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from yzindex.drift.words import Word
from yzindex.report.morning import MorningFacts, Move, Moved, Said, morning

TODAY = date(2026, 11, 27)
EARLIER = date(2026, 11, 20)


def said(word: Word, change: str | None = "-1.35", **other: Any) -> Said:
    return replace(Said(model="m", word=word, change=None if change is None else Decimal(change), known=80), **other)


def on_a_day(*verdicts: Said, **other: Any) -> str:
    return morning(replace(MorningFacts(read_on=TODAY, day=TODAY, said=verdicts), **other))


STEADY = said(Word.STEADY)
LUCKY = said(Word.LUCK, "-9.57")
CHANCE = said(Word.WITHIN_CHANCE, "-9.52")
WORSE = said(Word.CONFIRMED_DROP, "-9.79", since=EARLIER, confirmed_on=TODAY)
STANDING = replace(WORSE, confirmed_on=EARLIER + timedelta(days=2))
UNKNOWN = said(Word.NOT_ENOUGH_EVIDENCE, None, known=28)


def test_a_day_on_which_nothing_changed_says_so_alone() -> None:
    assert on_a_day(STEADY, STEADY) == "Nothing changed."


def test_a_model_that_got_worse_today_is_told_beside_those_that_fell_by_as_much_and_did_not() -> None:
    assert (
        on_a_day(WORSE, LUCKY, CHANCE, STEADY) == "One model got worse. Two others fell by as much today, and did not."
    )


def test_others_that_fell_less_than_the_convicted_one_are_not_said_to_have_fallen_by_as_much() -> None:
    told = on_a_day(WORSE, said(Word.LUCK, "-6"))

    assert told == "One model got worse. One other fell by more than 5 points today, and did not."


def test_a_convicted_model_that_rose_today_lends_its_rise_to_no_comparison() -> None:
    told = on_a_day(replace(WORSE, change=Decimal(3)), LUCKY)

    assert told == "One model got worse. One other fell by more than 5 points today, and did not."


def test_several_models_that_got_worse_are_counted() -> None:
    assert on_a_day(WORSE, WORSE, STEADY) == "Two models got worse."


def test_falls_that_are_luck_or_chance_accuse_nobody() -> None:
    told = on_a_day(LUCKY, CHANCE, CHANCE, STEADY)

    assert told == (
        "Nothing changed. Three models fell by more than 5 points today: one by luck of the draw and two within chance."
    )


def test_falls_of_one_reason_share_it() -> None:
    assert on_a_day(CHANCE) == "Nothing changed. One model fell by more than 5 points today, within chance."


def test_a_rise_and_a_fall_of_exactly_five_points_are_no_falls() -> None:
    assert on_a_day(said(Word.LUCK, "9"), said(Word.WITHIN_CHANCE, "-5")) == "Nothing changed."


def test_a_suspected_model_is_being_asked_again_and_not_convicted() -> None:
    told = on_a_day(said(Word.SUSPECTED, "-30"), STEADY)

    assert told == "One model is suspected, asking again: not decided."


def test_what_was_confirmed_on_an_earlier_day_stands_and_is_no_news() -> None:
    told = on_a_day(STANDING, STEADY)

    assert told == "One model is worse since 2026-11-20, as confirmed before; nothing else changed."


def test_news_is_told_before_what_stands() -> None:
    told = on_a_day(STANDING, replace(WORSE, since=date(2026, 11, 25)), said(Word.SUSPECTED))

    assert told == (
        "One model got worse. One model is suspected, asking again: not decided. "
        "One model is worse since 2026-11-20, as confirmed before."
    )


def test_rises_and_recoveries_are_news_on_their_day_and_stand_later() -> None:
    better = said(Word.CONFIRMED_RISE, "6", since=EARLIER, confirmed_on=TODAY)
    recovered = replace(better, word=Word.RECOVERED)
    stood = [replace(each, confirmed_on=EARLIER) for each in (better, recovered, recovered)]

    assert on_a_day(better, recovered) == "One model got better. One model recovered."
    assert on_a_day(*stood) == (
        "One model is better since 2026-11-20, two models have recovered since 2026-11-20, as confirmed before; "
        "nothing else changed."
    )


@pytest.mark.parametrize(
    ("causes", "told"),
    [
        ([Moved.GRADER], "The grader moved: no verdicts today."),
        ([Moved.QUESTIONS], "The questions moved: no verdicts today."),
        ([Moved.QUESTIONS, Moved.GRADER], "The grader and the questions moved: no verdicts today."),
        ([], "Questions or grader moved: no verdicts today."),
    ],
)
def test_when_all_moved_there_are_no_verdicts_on_models(causes: list[Moved], told: str) -> None:
    moves = tuple(Move(cause=cause, told_on=TODAY) for cause in causes)

    assert on_a_day(said(Word.MOVED, "-30"), UNKNOWN, moves=moves) == told


def test_a_move_that_goes_on_says_when_it_was_told() -> None:
    told = on_a_day(said(Word.MOVED), moves=(Move(cause=Moved.GRADER, told_on=EARLIER),))

    assert told == "The grader moved, as told on 2026-11-20: still no verdicts today."


def test_too_early_says_how_many_answers_are_known_and_from_when_on_there_are_verdicts() -> None:
    assert on_a_day(UNKNOWN, replace(UNKNOWN, known=8)) == (
        "Too early: no verdicts yet; so far 28 of 40 answers of a model known."
    )
    assert on_a_day(UNKNOWN, verdicts_from=date(2026, 12, 7)) == (
        "Too early: verdicts start on 2026-12-07 at the earliest; so far 28 of 40 answers of a model known."
    )
    assert on_a_day(replace(UNKNOWN, known=44), verdicts_from=date(2026, 12, 7)) == (
        "Too early: verdicts start on 2026-12-07 at the earliest."
    )


def test_a_day_without_a_scored_answer_is_no_verdict_and_no_fall() -> None:
    told = on_a_day(replace(UNKNOWN, known=80, scored=False))

    assert told == "No verdicts today: no model has a scored answer in both main dimensions."


def test_a_day_with_scores_but_nothing_to_compare_says_so() -> None:
    assert on_a_day(replace(UNKNOWN, known=80)) == "No verdicts today: there is too little to compare with."


def test_a_model_of_which_too_little_is_known_is_counted_beside_the_others() -> None:
    assert on_a_day(STEADY, UNKNOWN) == "Nothing changed. Of one model too little is known."


def test_a_board_without_a_run_today_says_of_which_day_it_speaks() -> None:
    told = on_a_day(WORSE, LUCKY, read_on=date(2026, 11, 29))

    assert told == (
        "No run today. The newest is of 2026-11-27: "
        "One model got worse. One other fell by as much that day, and did not."
    )


def test_a_board_before_its_first_run_is_too_early() -> None:
    assert on_a_day(day=None) == "Too early: no run has concluded yet."
