"""The communication questions: their rules tell a kept form from a broken one, whatever a judge says of clarity."""

from __future__ import annotations

import pytest

from yzindex.bank.files import INSTALLED, read_questions
from yzindex.bank.prompting import messages
from yzindex.bank.question import REFERENCE_SCORE, WRONG_BELOW, Kind, Question
from yzindex.grading.formatting import Format, check_format, grade_format
from yzindex.grading.grade import Grade, Verdict
from yzindex.grading.judging import Judgement
from yzindex.grading.rubric import MAX_POINTS

QUESTIONS = {question.id: question for question in read_questions([INSTALLED / "communication.jsonl"])}

each_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())


def spec(question: Question) -> Format:
    assert isinstance(question.grader, Format)
    return question.grader


def scripted(question: Question, points: int) -> list[Judgement] | None:
    clarity = spec(question).clarity
    return None if clarity is None else [(points,) * len(clarity.items)]


def grade(question: Question, reply: str, points: int) -> Grade:
    cases = check_format(spec(question), reply)
    return grade_format(spec(question), cases, scripted(question, points), strict=question.strict)


@each_question
def test_every_rule_that_does_not_follow_from_the_task_is_told_to_the_model(question: Question) -> None:
    told = messages(question)[-1].content

    assert all(check.rule() in told for check in spec(question).checks if check.stated)
    assert any(check.stated and check.essential for check in spec(question).checks)


@each_question
def test_the_reference_keeps_every_rule_and_scores_full_with_full_clarity(question: Question) -> None:
    broken = [(case.name, case.detail) for case in check_format(spec(question), question.reference) if not case.passed]

    assert broken == []
    assert grade(question, question.reference, MAX_POINTS).score == REFERENCE_SCORE


@each_question
def test_every_wrong_reply_stays_below_half_by_rule_alone_even_if_judges_find_it_perfectly_clear(
    question: Question,
) -> None:
    for wrong in question.wrong:
        found = grade(question, wrong.reply, MAX_POINTS)

        assert (found.score < WRONG_BELOW, found.verdict) == (True, Verdict.BROKE_FORMAT), wrong.why


@each_question
def test_a_near_miss_breaks_the_structure_and_keeps_something(question: Question) -> None:
    for wrong in question.wrong:
        if wrong.near_miss:
            assert grade(question, wrong.reply, MAX_POINTS).score >= 25, wrong.reply


@each_question
def test_an_unclear_reply_of_the_right_form_keeps_what_the_rules_give(question: Question) -> None:
    assert grade(question, question.reference, 0).score == (60 if spec(question).clarity else 100)


@each_question
def test_the_reference_wrapped_in_chat_is_worth_less(question: Question) -> None:
    chatty = f"Sure! Here is what you asked for:\n\n{question.reference}\n\nLet me know if I can help further."

    if question.kind is Kind.STRUCTURED_OUTPUT:
        assert grade(question, chatty, MAX_POINTS).score < WRONG_BELOW


@each_question
def test_windows_line_ends_cost_nothing(question: Question) -> None:
    assert grade(question, question.reference.replace("\n", "\r\n"), MAX_POINTS).score == REFERENCE_SCORE
