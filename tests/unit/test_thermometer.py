"""Which answers the thermometer takes: spread, of both ends of the scale, and the same from day to day."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal

from yzindex.thermometer import Candidate, sampled


def candidates(
    questions: int = 34, models: int = 11, points: str = "100", judgements: int = 0, first: int = 1
) -> list[Candidate]:
    """Every model's answer to every question, in the order of a calibration."""
    return [
        Candidate(
            answer_id=first + model * questions + question,
            question=f"q{question}",
            model=f"m{model}",
            score=Decimal(points),
            judgements=judgements,
        )
        for model in range(models)
        for question in range(questions)
    ]


def test_a_sample_takes_as_many_as_it_may_of_as_many_questions_and_models_as_there_are() -> None:
    taken = sampled(candidates(), answers=20, judgements=0)

    assert len({each.question for each in taken}) == 20
    assert {each.model for each in taken} == {f"m{number}" for number in range(11)}


def test_of_few_questions_each_comes_as_often_and_no_answer_twice() -> None:
    taken = sampled(candidates(questions=2), answers=20, judgements=0)

    assert Counter(each.question for each in taken) == {"q0": 10, "q1": 10}
    assert len({each.answer_id for each in taken}) == 20


def test_answers_that_can_only_rise_and_those_that_can_only_fall_are_both_in_it() -> None:
    scores = ["100"] * 9 + ["0", "50"]
    mixed = [
        Candidate(answer_id=n, question=f"q{n % 40}", model=f"m{n % 7}", score=Decimal(scores[n % 11]), judgements=0)
        for n in range(440)
    ]

    taken = Counter(each.score for each in sampled(mixed, answers=20, judgements=0))

    assert min(taken[Decimal(points)] for points in (0, 50, 100)) >= 6


def test_a_sample_is_the_same_whatever_the_order_of_the_candidates() -> None:
    shuffled = candidates()
    random.shuffle(shuffled)

    assert sampled(shuffled, answers=20, judgements=0) == sampled(candidates(), answers=20, judgements=0)


def test_later_answers_to_known_questions_change_nothing() -> None:
    early = candidates()

    later = sampled([*early, *candidates(first=1000)], answers=20, judgements=0)

    assert later == sampled(early, answers=20, judgements=0)


def test_judged_answers_take_no_more_calls_than_there_are() -> None:
    judged, ruled = candidates(judgements=3), candidates(models=1, questions=5, first=9000)

    assert len(sampled(judged, answers=20, judgements=10)) == 3
    assert sampled(judged, answers=20, judgements=0) == []
    mixed = sampled([*judged, *ruled], answers=20, judgements=7)
    assert Counter(each.judgements for each in mixed) == {3: 2, 0: 5}
