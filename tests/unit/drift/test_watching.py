"""A fall of more than five points is followed up for a week, and the advice says how."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from yzindex.drift.advice import Watched, advise
from yzindex.drift.outcomes import WatchOutcome
from yzindex.drift.watching import Seen, opens_watch, settle_watch, settles_on
from yzindex.drift.words import Word

OPENED = date(2026, 11, 23)
LEVEL = Decimal("79.86")


def week(*scores: str) -> list[Seen]:
    """Main scores of the days after the opening."""
    return [
        Seen(day=OPENED + timedelta(days=number), core_raw=Decimal(score)) for number, score in enumerate(scores, 1)
    ]


def watched(outcome: WatchOutcome) -> Watched:
    return Watched(opened_on=OPENED, level=LEVEL, settles_on=settles_on(OPENED), outcome=outcome)


def test_a_watch_is_opened_by_a_fall_of_more_than_five_points_and_by_words_on_the_model_alone() -> None:
    assert opens_watch(Word.LUCK, Decimal("-5.01"))
    assert not opens_watch(Word.LUCK, Decimal("-5"))
    assert not opens_watch(Word.WITHIN_CHANCE, Decimal("9.57"))
    assert not opens_watch(Word.MOVED, Decimal("-9.57"))
    assert not opens_watch(Word.WITHIN_CHANCE, None)


def test_a_watch_is_settled_by_the_mean_of_the_seven_days_after_it() -> None:
    last = OPENED + timedelta(days=7)
    fell = week(*["74.85"] * 7)

    assert settle_watch(OPENED, LEVEL, fell, last) is WatchOutcome.FELL_FURTHER
    assert settle_watch(OPENED, LEVEL, [*week("60"), *week(*["80"] * 7)[1:]], last) is WatchOutcome.DID_NOT
    assert settle_watch(OPENED, Decimal("79.85"), fell, last) is WatchOutcome.DID_NOT


def test_a_watch_is_open_until_its_last_day_has_a_score_or_is_over() -> None:
    last = OPENED + timedelta(days=7)

    assert settle_watch(OPENED, LEVEL, week(*["20"] * 6), last) is WatchOutcome.OPEN
    assert settle_watch(OPENED, LEVEL, week(*["20"] * 6), last + timedelta(days=1)) is WatchOutcome.FELL_FURTHER
    assert settle_watch(OPENED, LEVEL, [], last + timedelta(days=1)) is WatchOutcome.NOT_KNOWN


def test_scores_after_the_day_of_settling_and_after_the_week_are_not_seen() -> None:
    seen = week(*["80"] * 7, *["0"] * 20)

    assert settle_watch(OPENED, LEVEL, seen, OPENED + timedelta(days=6)) is WatchOutcome.OPEN
    assert settle_watch(OPENED, LEVEL, seen, OPENED + timedelta(days=27)) is WatchOutcome.DID_NOT


@pytest.mark.parametrize("word", Word)
def test_every_word_has_an_advice_and_only_what_was_confirmed_advises_a_backup_model(word: Word) -> None:
    assert ("Consider a backup model" in advise(word)) == (word is Word.CONFIRMED_DROP)


def test_an_open_watch_says_what_would_have_to_happen_until_when() -> None:
    told = advise(Word.LUCK, watch=watched(WatchOutcome.OPEN))

    assert "A single day is no basis for a decision." in told
    assert "to 2026-11-30 is more than 5 points below 79.86, consider a backup model" in told


def test_a_watch_that_ended_in_a_further_fall_advises_a_backup_model() -> None:
    found = {outcome: advise(Word.STEADY, watch=watched(outcome)) for outcome in WatchOutcome}

    assert [outcome for outcome, told in found.items() if told.startswith("Consider a backup model")] == [
        WatchOutcome.FELL_FURTHER
    ]


def test_a_low_stability_is_a_real_warning_whatever_the_word() -> None:
    assert all(advise(word, unstable=True).endswith("Stability is below 30: a real warning.") for word in Word)
