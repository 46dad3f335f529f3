"""What a verdict says of itself in one sentence."""

from decimal import Decimal

from yzindex.drift.decomposition import Decomposition
from yzindex.drift.evidence import Facts, sentence
from yzindex.drift.verdict import Word


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


def test_figures_in_the_sentence_are_rounded_half_up_as_on_the_board():
    said = sentence(_facts(Word.WITHIN_CHANCE, "-8.625", "-2.945"))

    assert "-2.95 of -8.63 points" in said


def test_a_draw_that_explains_the_fall_is_told_by_its_size():
    said = sentence(_facts(Word.LUCK, "-9.57", "-8.10"))

    assert said == "8.10 of the 9.57 points are the draw (worse than 82 of 100 possible draws)."
