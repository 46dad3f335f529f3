"""The formulas at their edges; the published rows and the random triples are in `test_published_rows`."""

from __future__ import annotations

from decimal import Decimal

import pytest

from yzindex.dimensions import MAIN_WEIGHTS, Dimension, Role
from yzindex.scoring import (
    Label,
    Recommendation,
    ScoredQuestion,
    exact,
    label_of,
    main_score,
    mean,
    recommendation_of,
    rounded,
    stability,
    summarise,
)


def test_the_weights_of_the_main_score_sum_to_one_and_belong_to_the_main_dimensions() -> None:
    assert sum(MAIN_WEIGHTS.values()) == 1
    assert set(MAIN_WEIGHTS) == {dimension for dimension in Dimension if dimension.role is Role.MAIN}


@pytest.mark.parametrize(
    ("value", "shown"), [("89.425", "89.43"), ("89.435", "89.44"), ("0.005", "0.01"), ("79.855", "79.86")]
)
def test_rounding_is_half_up_where_binary_floats_and_half_even_go_wrong(value: str, shown: str) -> None:
    assert rounded(Decimal(value)) == Decimal(shown)


@pytest.mark.parametrize(
    ("integrity", "label"),
    [("60", Label.PASS), ("59.999999999", Label.WARN), ("40", Label.WARN), ("39.999999999", Label.FAIL)],
)
def test_a_label_changes_exactly_at_its_bound(integrity: str, label: Label) -> None:
    assert label_of(Decimal(integrity)) is label


def test_each_label_has_its_recommendation() -> None:
    assert [recommendation_of(label) for label in Label] == [
        Recommendation.RECOMMENDED,
        Recommendation.NEUTRAL,
        Recommendation.NOT_RECOMMENDED,
    ]


def test_a_fail_caps_what_is_shown_and_keeps_what_was_scored() -> None:
    score = main_score(Decimal(100), Decimal("64.5"), Label.FAIL)

    assert (score.core_raw, score.core_display, score.capped) == (Decimal("84.025"), Decimal(74), True)


@pytest.mark.parametrize("label", [Label.PASS, Label.WARN, None])
def test_nothing_but_a_fail_caps(label: Label | None) -> None:
    assert main_score(Decimal(100), Decimal(100), label).core_display == 100


def test_a_fail_below_the_cap_stays_visible() -> None:
    score = main_score(Decimal(50), Decimal(50), Label.FAIL)

    assert (score.core_display, score.capped) == (Decimal(50), False)


def test_the_published_stability_comes_out_and_never_below_zero() -> None:
    assert stability(Decimal("4.2")) == Decimal("91.6")
    assert stability(Decimal("34.15")) == Decimal("31.7")
    assert stability(Decimal(80)) == 0


def test_a_mean_of_nothing_is_nothing() -> None:
    assert mean([]) is None
    assert mean([Decimal(100), Decimal(0), Decimal(0)]) == exact(Decimal(100) / 3)


def asked(dimension: Dimension, *scores: int | None) -> list[ScoredQuestion]:
    return [ScoredQuestion(dimension=dimension, score=None if score is None else Decimal(score)) for score in scores]


def test_an_unscored_question_is_missing_and_not_zero() -> None:
    summary = summarise(asked(Dimension.EXECUTION, 100, None) + asked(Dimension.GROUNDING, 80))

    assert summary.dimensions[Dimension.EXECUTION].score == 100
    assert (summary.dimensions[Dimension.EXECUTION].scored, summary.dimensions[Dimension.EXECUTION].asked) == (1, 2)
    assert (summary.scored, summary.asked) == (2, 3)


@pytest.mark.parametrize("silent", [Dimension.EXECUTION, Dimension.GROUNDING])
def test_without_a_scored_answer_in_a_main_dimension_there_is_no_main_score(silent: Dimension) -> None:
    questions = [
        question
        for dimension in Dimension
        for question in asked(dimension, *((None, None) if dimension is silent else (100, 100)))
    ]

    assert summarise(questions).main is None


def test_without_a_scored_probe_nothing_is_capped_and_nothing_is_labelled() -> None:
    summary = summarise(
        asked(Dimension.EXECUTION, 100) + asked(Dimension.GROUNDING, 100) + asked(Dimension.INTEGRITY, None)
    )

    assert summary.label is None
    assert summary.main is not None
    assert summary.main.core_display == 100


def test_side_charts_never_move_the_main_score() -> None:
    main = asked(Dimension.EXECUTION, 75) + asked(Dimension.GROUNDING, 85)
    side = asked(Dimension.JUDGMENT, 0) + asked(Dimension.COMMUNICATION, 0)

    assert summarise(main + side).main == summarise(main).main
