"""The draw: the same for everybody, balanced, and without replacement until a cycle is used up."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rows import small_bank
from yzindex.bank.draw import full_draw, smoke_draw
from yzindex.bank.files import Bank
from yzindex.bank.question import Tier
from yzindex.dimensions import Dimension
from yzindex.errors import InvalidDraw

BANK = small_bank(per_tier=4)


@given(st.integers(min_value=0, max_value=2**31))
def test_a_smoke_draw_has_one_easier_and_one_harder_question_of_every_dimension(seed: int) -> None:
    drawn = smoke_draw(BANK, seed)

    assert [(question.dimension, question.tier) for question in drawn] == [
        (dimension, tier) for dimension in Dimension for tier in Tier
    ]


@given(st.integers(min_value=0, max_value=1000), st.randoms())
def test_a_draw_depends_on_bank_and_seed_and_not_on_the_order_of_the_file(seed: int, shuffler: random.Random) -> None:
    questions = list(BANK.questions)
    shuffler.shuffle(questions)

    assert smoke_draw(Bank(version="test", questions=tuple(questions)), seed) == smoke_draw(BANK, seed)


def test_consecutive_seeds_draw_every_question_once_before_any_comes_again() -> None:
    for first in (0, 4, 8, 400):
        drawn = [question.id for seed in range(first, first + 4) for question in smoke_draw(BANK, seed)]

        assert sorted(drawn) == sorted(question.id for question in BANK.questions)


def test_cycles_differ_and_no_question_is_drawn_on_two_days_in_a_row() -> None:
    days = [[question.id for question in smoke_draw(BANK, seed)] for seed in range(400)]

    assert days[:4] != days[4:8]
    assert not any(set(today) & set(yesterday) for yesterday, today in pairwise(days))


def test_a_draw_is_the_same_on_every_machine_and_version() -> None:
    # Written down once; a change of it changes which questions past seeds mean.
    assert [question.id for question in smoke_draw(BANK, 7)][:4] == [
        "execution-000",
        "execution-003",
        "grounding-004",
        "grounding-005",
    ]


def test_a_full_draw_is_the_whole_bank() -> None:
    assert sorted(question.id for question in full_draw(BANK)) == sorted(BANK.by_id)


def test_a_bank_without_a_half_says_what_is_missing() -> None:
    questions = tuple(question for question in BANK.questions if question.dimension is not Dimension.INTEGRITY)

    with pytest.raises(InvalidDraw, match="no easier question of integrity"):
        smoke_draw(Bank(version="test", questions=questions), 1)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(InvalidDraw, match="give 0 or more"):
        smoke_draw(BANK, -1)
