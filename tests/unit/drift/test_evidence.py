"""What a verdict says of itself in one sentence."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from api.shapes.values import score
from yzindex.drift.charts import FALL
from yzindex.drift.confirming import Estimate
from yzindex.drift.decomposition import Decomposition
from yzindex.drift.evidence import Facts, sentence
from yzindex.drift.history import Role
from yzindex.drift.move import Move
from yzindex.drift.packets import Packet
from yzindex.drift.suspicion import Confirmed
from yzindex.drift.verdict import Word
from yzindex.scoring import from_float


def _facts(word: Word, change: str, draw: str) -> Facts:
    whole, part = Decimal(change), Decimal(draw)
    terms = Decomposition(
        change=whole, draw=part, common=Decimal(0), rest=whole - part, rest_lo=Decimal(-30), rest_hi=Decimal(30)
    )
    return Facts(
        word=word,
        chart="main",
        since=None,
        size=None,
        decomposition=terms,
        draws_better=82,
        known=200,
        least_known=40,
        confirmed=None,
        move=None,
        asks=True,
    )


def _confirmed(points: float, common: float | None = None, rounds: tuple[Packet, ...] = (), asks: bool = True) -> str:
    facts = replace(_facts(Word.CONFIRMED_DROP, "-9.57", "-8.10"), asks=asks)
    beside = None if common is None else Estimate(points=common, standard_error=2.0, answers=4)
    confirmed = Confirmed(
        model=0,
        direction=FALL,
        chart=0,
        since=date(2026, 11, 20).toordinal(),
        day=date(2026, 11, 25).toordinal(),
        estimate=Estimate(points=points, standard_error=2.0, answers=160),
        common=beside,
        rounds=rounds,
    )
    return sentence(replace(facts, confirmed=confirmed))


def test_a_confirmed_size_is_the_figure_beside_the_sentence_also_where_binary_and_decimal_rounding_part():
    # As a binary number it is a little less than its digits say.
    said = _confirmed(-11.345, common=-0.125)

    assert said == (
        "160 fresh answers are 11.35 points lower than what was known before 2026-11-20; 4 other models asked as well "
        "moved by -0.13."
    )
    assert score(from_float(-11.345)).shown == "-11.35"


@pytest.mark.parametrize(
    ("role", "asks", "answers", "others"),
    [
        (Role.FRESH, True, "fresh", "; no other model was there to compare with."),
        (Role.BY_HAND, False, "fresh", "; no other model was asked."),
        (Role.DAILY, False, "later", "."),
    ],
)
def test_a_change_that_was_confirmed_without_others_says_by_which_answers(
    role: Role, asks: bool, answers: str, others: str
):
    one = np.zeros(1, dtype=np.int64)
    packet = Packet(day=1, role=role, model=one, question=one, score=np.zeros(1), version=one)

    said = _confirmed(-11.0, rounds=(packet,), asks=asks)

    assert said == f"160 {answers} answers are 11.00 points lower than what was known before 2026-11-20{others}"


def test_what_a_grader_moved_by_is_rounded_as_scores_are():
    move = Move(day=739_000, since=739_000, direction=FALL, chart=None, points=-2.675)

    said = sentence(replace(_facts(Word.MOVED, "-9", "0"), move=move))

    assert "scored differently (-2.68 points on average)" in said


def test_nothing_is_told_without_a_minus():
    assert "explains +0.00 of -9.57" in sentence(_facts(Word.WITHIN_CHANCE, "-9.57", "-0.001"))
    assert sentence(_facts(Word.STEADY, "-0.004", "0")) == "Moved by 0.00 points."


def test_figures_in_the_sentence_are_rounded_half_up_as_on_the_board():
    said = sentence(_facts(Word.WITHIN_CHANCE, "-8.625", "-2.945"))

    assert "-2.95 of -8.63 points" in said


def test_a_draw_that_explains_the_fall_is_told_by_its_size():
    said = sentence(_facts(Word.LUCK, "-9.57", "-8.10"))

    assert said == "8.10 of the 9.57 points are the draw (worse than 82 of 100 possible draws)."


def test_a_draw_beyond_the_whole_change_is_not_told_as_a_part_of_it():
    said = sentence(_facts(Word.LUCK, "-7.03", "-8.38"))

    assert said == "The draw alone is -8.38 points, the change -7.03 (worse than 82 of 100 possible draws)."


def test_a_draw_of_the_other_sign_explains_nothing():
    said = sentence(_facts(Word.WITHIN_CHANCE, "22.50", "-1.13"))

    assert said.startswith("The draw went the other way (-1.13 beside +22.50 points) (worse than 82 of 100 ")
    assert "explains" not in said
