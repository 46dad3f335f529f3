"""The judgment questions: well-formed rubrics, and references that a scripted judge can give every point for."""

from __future__ import annotations

import json

import pytest

from yzindex.bank.files import INSTALLED, read_questions
from yzindex.bank.prompting import messages
from yzindex.bank.question import REFERENCE_SCORE, WRONG_BELOW, Kind, Question
from yzindex.grading.grade import Verdict
from yzindex.grading.judging import grade_judged, judge_messages, read_judgement
from yzindex.grading.rubric import MAX_POINTS, Rubric
from yzindex.grading.spec import Needs

QUESTIONS = {question.id: question for question in read_questions([INSTALLED / "judgment.jsonl"])}
KINDS = {Kind.ARCHITECTURE_REVIEW, Kind.RISK_ASSESSMENT, Kind.INCIDENT_RESPONSE, Kind.DECISION_QUALITY}

each_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())


def spec(question: Question) -> Rubric:
    assert isinstance(question.grader, Rubric)
    return question.grader


def scripted(question: Question, reply: str, points: int) -> str:
    """A judge that gives every item the same points and quotes the reply's first words."""
    quote = " ".join(reply.split()[:8])
    return json.dumps({"items": [{"id": item.id, "points": points, "quote": quote} for item in spec(question).items]})


@each_question
def test_a_rubric_has_four_to_six_items_with_ids_of_their_own_and_positive_weights(question: Question) -> None:
    items = spec(question).items

    assert spec(question).needs is Needs.JUDGE
    assert 4 <= len(items) <= 6
    assert len({item.id for item in items}) == len(items)
    assert min(item.weight for item in items) >= 1


@each_question
def test_no_item_decides_half_of_the_score_alone(question: Question) -> None:
    weights = [item.weight for item in spec(question).items]

    assert 2 * max(weights) < sum(weights)


@each_question
def test_the_model_is_not_told_the_rubric(question: Question) -> None:
    sent = " ".join(message.content for message in messages(question))

    assert not any(item.shown in sent for item in spec(question).items)


@each_question
def test_the_reference_keeps_to_the_length_that_is_asked_for_and_is_longer_than_every_wrong_reply(
    question: Question,
) -> None:
    words = len(question.reference.split())

    assert 120 <= words <= 600
    assert all(len(wrong.reply.split()) < words for wrong in question.wrong)


@each_question
def test_a_near_miss_is_as_well_written_as_a_good_answer(question: Question) -> None:
    for wrong in question.wrong:
        if wrong.near_miss:
            assert len(wrong.reply.split()) >= 40


@each_question
def test_a_judge_that_gives_the_reference_all_points_makes_it_score_full(question: Question) -> None:
    text = scripted(question, question.reference, MAX_POINTS)

    grade = grade_judged(spec(question), [read_judgement(spec(question), text, question.reference)])

    assert (grade.score, grade.verdict) == (REFERENCE_SCORE, Verdict.PASSED)


@each_question
def test_a_judge_that_sees_hints_only_leaves_a_wrong_reply_below_half(question: Question) -> None:
    for wrong in question.wrong:
        judgement = read_judgement(spec(question), scripted(question, wrong.reply, 1), wrong.reply)

        assert grade_judged(spec(question), [judgement]).score < WRONG_BELOW


@each_question
def test_missing_the_two_heaviest_items_costs_more_than_forty_points(question: Question) -> None:
    items = spec(question).items
    decisive = sorted(items, key=lambda item: item.weight, reverse=True)[:2]
    judgement = tuple(0 if item in decisive else MAX_POINTS for item in items)

    assert grade_judged(spec(question), [judgement]).score < 60


@each_question
def test_the_judges_see_the_prompt_every_item_and_the_reply(question: Question) -> None:
    _, user = judge_messages(spec(question), question.prompt, question.reference)

    assert question.prompt in user.content
    assert question.reference in user.content
    assert all(item.shown in user.content for item in spec(question).items)
