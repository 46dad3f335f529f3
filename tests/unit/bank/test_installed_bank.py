"""The installed bank as a whole: big enough, ours, told apart by what is sent, and without a fault that lint finds."""

from __future__ import annotations

from collections import Counter

import pytest

from yzindex.bank.files import INSTALLED, load_bank
from yzindex.bank.linting import KINDS, lint
from yzindex.bank.prompting import messages
from yzindex.bank.question import Question, Tier
from yzindex.dimensions import Dimension

BANK = load_bank()

each_question = pytest.mark.parametrize("question", BANK.questions, ids=BANK.by_id)


def test_the_linter_finds_no_fault() -> None:
    assert lint(INSTALLED).faults == ()


@pytest.mark.parametrize("dimension", Dimension)
def test_a_dimension_has_questions_of_every_kind_and_at_least_seven_of_each_tier(dimension: Dimension) -> None:
    questions = BANK.of(dimension)
    kinds = Counter(question.kind for question in questions)
    tiers = Counter(question.tier for question in questions)

    assert len(questions) >= 12
    assert set(kinds) == KINDS[dimension]
    assert min(kinds.values()) >= 3
    assert min(tiers[tier] for tier in Tier) >= 7


@each_question
def test_a_question_is_ours_and_says_why_each_wrong_reply_is_wrong(question: Question) -> None:
    assert (question.source, question.licence) == ("yz-index authors", "Apache-2.0")
    assert len(question.wrong) >= 3
    assert any(wrong.near_miss for wrong in question.wrong)
    assert len({wrong.reply for wrong in question.wrong} | {question.reference}) == len(question.wrong) + 1


def test_no_two_questions_are_sent_in_the_same_words() -> None:
    assert len({messages(question) for question in BANK.questions}) == len(BANK.questions)
