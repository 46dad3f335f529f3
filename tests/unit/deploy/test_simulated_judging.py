"""How simulated judges score: readable judgements, full points for references, less than half for wrong replies."""

from __future__ import annotations

import pytest

from deploy.simulated.config import JudgeModel
from deploy.simulated.judging import JudgedReplies
from deploy.simulated.recognising import turns_of
from yzindex.bank.question import Question
from yzindex.dimensions import Dimension
from yzindex.grading.judging import judge_messages, judged_share, read_judgement
from yzindex.grading.rubric import Rubric

RUBRIC = Rubric.model_validate(
    {
        "items": [
            {"id": "names_risk", "shown": "Names the single point of failure.", "weight": 3},
            {"id": "gives_step", "shown": "Gives a first step that can be done today."},
            {"id": "says_cost", "shown": "Says what that step costs.", "weight": 2},
        ]
    }
)
REFERENCE = "The one database is the risk. Add a replica today; it doubles the bill."
WRONG = "Looks fine to me."
NEAR_MISS = "The one database is the risk. Think about it some day."


def asked(number: int, grader: dict[str, object], dimension: Dimension, kind: str) -> Question:
    return Question.model_validate(
        {
            "id": f"judged-{number}",
            "dimension": dimension,
            "kind": kind,
            "prompt": f"What is the risk in design {number}?",
            "tier": "easier",
            "grader": grader,
            "reference": REFERENCE,
            "wrong": [
                {"reply": WRONG, "why": "no risk named"},
                {"reply": NEAR_MISS, "why": "no step", "near_miss": True},
            ],
            "source": "yz-index tests",
            "licence": "Apache-2.0",
        }
    )


def with_rubric(number: int) -> Question:
    return asked(number, RUBRIC.model_dump(), Dimension.JUDGMENT, "risk_assessment")


def judgement(judge: JudgeModel, question: Question, reply: str, *, seed: int = 1) -> tuple[int, ...]:
    """What the judge says of a reply, read as the index reads it."""
    turns = turns_of(judge_messages(RUBRIC, question.prompt, reply))
    text = JudgedReplies([question]).judge(judge, turns, seed=seed)
    assert text is not None
    return read_judgement(RUBRIC, text, reply)


def test_a_reference_gets_full_points_from_a_judge_without_noise() -> None:
    assert judgement(JudgeModel(name="j"), with_rubric(1), REFERENCE) == (4, 4, 4)


@pytest.mark.parametrize("reply", [WRONG, NEAR_MISS])
def test_a_wrong_reply_stays_below_half_however_noisy_the_judge(reply: str) -> None:
    noisy = JudgeModel(name="j", noise=2.0)

    shares = [judged_share(RUBRIC, [judgement(noisy, with_rubric(n), reply)]) for n in range(200)]

    assert max(shares) < 0.5


def test_a_near_miss_gets_more_than_a_plainly_wrong_reply_on_average() -> None:
    judge = JudgeModel(name="j")
    questions = [with_rubric(number) for number in range(50)]

    near, plain = (sum(sum(judgement(judge, each, reply)) for each in questions) for reply in (NEAR_MISS, WRONG))

    assert near > plain


def test_a_reply_that_is_not_the_banks_gets_middling_points() -> None:
    points = [judgement(JudgeModel(name="j"), with_rubric(number), "Buy a second database.") for number in range(50)]

    assert {each for given in points for each in given} == {1, 2, 3}


@pytest.mark.parametrize(("severity", "points"), [(1.0, 3), (4.0, 0), (-1.0, 4)])
def test_severity_takes_points_off_every_item(severity: float, points: int) -> None:
    judge = JudgeModel(name="j", severity=severity)

    assert judgement(judge, with_rubric(1), REFERENCE) == (points, points, points)


def test_half_a_point_of_severity_is_half_a_point_on_average() -> None:
    judge = JudgeModel(name="j", severity=0.5)

    points = [each for number in range(200) for each in judgement(judge, with_rubric(number), REFERENCE)]

    assert sum(points) / len(points) == pytest.approx(3.5, abs=4 * 0.5 / 600**0.5)


def test_the_same_text_gets_the_same_points_and_another_judge_gives_others() -> None:
    def points(name: str, seed: int = 1) -> list[tuple[int, ...]]:
        judge = JudgeModel(name=name, noise=1.0)
        return [judgement(judge, with_rubric(number), "Buy a second database.", seed=seed) for number in range(20)]

    assert points("a") == points("a")
    assert points("a") != points("b")
    assert points("a") != points("a", seed=2)


def test_the_clarity_of_a_format_question_is_judged_too() -> None:
    grader: dict[str, object] = {
        "type": "format",
        "checks": [{"check": "words", "most": 50, "essential": True}],
        "clarity": RUBRIC.model_dump(),
    }
    question = asked(1, grader, Dimension.COMMUNICATION, "formatting")

    assert judgement(JudgeModel(name="j"), question, REFERENCE) == (4, 4, 4)


def test_a_reply_without_a_word_gets_a_readable_judgement_of_nothing() -> None:
    assert judgement(JudgeModel(name="j"), with_rubric(1), "---") == (0, 0, 0)


def test_what_asks_for_no_judgement_is_not_judged() -> None:
    replies = JudgedReplies([with_rubric(1)])

    assert replies.judge(JudgeModel(name="j"), (("user", "Good morning."),), seed=1) is None
