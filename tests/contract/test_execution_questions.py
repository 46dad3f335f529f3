"""The bank's own replies prove the code graders: references score 100, wrong ones below 50, sandbox or not."""

from collections import Counter

import pytest

from yzindex.bank.files import INSTALLED, read_questions
from yzindex.bank.question import REFERENCE_SCORE, WRONG_BELOW, Kind, Question, Tier
from yzindex.dimensions import Dimension
from yzindex.grading.code import Calls, Sql, Stdio
from yzindex.grading.code_grading import grade_code
from yzindex.ports import CodeRunner

QUESTIONS = read_questions([INSTALLED / "execution.jsonl"])
WRONG = [
    pytest.param(question, wrong, id=f"{question.id}-{number}")
    for question in QUESTIONS
    for number, wrong in enumerate(question.wrong, start=1)
]

by_id = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)


def grade(question: Question, reply: str, runner: CodeRunner):
    assert isinstance(question.grader, Calls | Stdio | Sql)
    return grade_code(question.grader, reply, runner, strict=question.strict)


@by_id
def test_a_reference_scores_full(question, code_runner):
    graded = grade(question, question.reference, code_runner)

    assert graded.score == REFERENCE_SCORE, graded.reason


@pytest.mark.parametrize(("question", "wrong"), WRONG)
def test_a_wrong_reply_falls_short(question, wrong, code_runner):
    graded = grade(question, wrong.reply, code_runner)

    assert graded.score < WRONG_BELOW, wrong.why


@by_id
def test_a_question_has_enough_cases_and_wrong_replies_to_tell_right_from_nearly_right(question):
    assert question.dimension is Dimension.EXECUTION
    assert 6 <= len(question.grader.cases) <= 10
    assert len(question.wrong) >= 3
    assert any(wrong.near_miss for wrong in question.wrong)


@by_id
def test_the_prompt_names_the_function_that_is_called(question):
    if isinstance(question.grader, Calls):
        assert f"{question.grader.entry_point}(" in question.prompt


@by_id
def test_no_case_is_given_twice(question):
    inputs = [case.model_dump_json(exclude={"expected", "expected_stdout"}) for case in question.grader.cases]

    assert len(set(inputs)) == len(inputs)


def test_the_questions_spread_over_kinds_tiers_and_graders():
    kinds, tiers = Counter(each.kind for each in QUESTIONS), Counter(each.tier for each in QUESTIONS)
    least = {Kind.ALGORITHM: 5, Kind.DEBUGGING: 4, Kind.SQL: 4, Kind.CODE_REVIEW: 3}

    assert kinds.keys() == least.keys()
    assert all(kinds[kind] >= count for kind, count in least.items())
    assert all(tiers[tier] >= 8 for tier in Tier)
    assert {each.grader.type for each in QUESTIONS} == {"calls", "stdio", "sql"}
    assert sum(each.strict for each in QUESTIONS) >= 2
