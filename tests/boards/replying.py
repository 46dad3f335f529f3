"""What a played model says to a question, with the grade that the real graders give it.

Programs are not run: what their cases would have done is made up, and compared as a sandbox's results are.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from yzindex.bank.question import Question
from yzindex.grading.code import CallCase, Calls, Sql, SqlCase, Stdio, StdioCase
from yzindex.grading.code_grading import grade_result
from yzindex.grading.grade import Grade
from yzindex.grading.grading import (
    grade_by_judgements,
    grade_by_rules,
    grade_unanswered,
    note_truncation,
    rubric_of,
)
from yzindex.grading.judging import Judgement
from yzindex.grading.rubric import MAX_POINTS
from yzindex.grading.spec import Needs
from yzindex.ports import CaseResult, CodeResult, Ending, FinishReason, Limit
from yzindex.records.answers import graded_values
from yzindex.syntax import literal_value

#: Chance that a wrong reply is none at all: cut off, withheld or blank.
_NOTHING_SAID = 0.08
_JUDGES = 2
_FAILURES = (
    CaseResult(ending=Ending.COMPLETED, stdout=b"[-1]", value=-1),
    CaseResult(ending=Ending.RUNTIME_ERROR, stderr=b"IndexError: list index out of range"),
    CaseResult(ending=Ending.TIME_LIMIT, limit=Limit.CPU),
)
#: Replies by the digest of their question and the way of answering it: grading takes longer than all else.
_known: dict[tuple[str, int], Reply] = {}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A graded reply. `judgements` has one for every judge that was asked."""

    text: str
    finish: FinishReason
    grade: Grade
    judgements: tuple[Judgement, ...] = ()
    ran_in: str | None = None

    @cached_property
    def graded(self) -> dict[str, object]:
        """Columns of an answer that the grade fills; made once, as many models say the same."""
        return graded_values(self.grade, self.ran_in)


def say(question: Question, *, is_right: bool, eloquence: float, numbers: random.Random) -> Reply:
    """Say the reference or something wrong; `eloquence` is the points of an item, of 4, that judges give on average."""
    if question.grader.needs is Needs.JUDGE:
        return _judged(question, _chosen(question, is_right=is_right, numbers=numbers), eloquence, numbers)
    if not is_right and numbers.random() < _NOTHING_SAID:
        return numbers.choice(_unsaid(question))
    return _said(question, 0) if is_right else _said(question, numbers.randrange(1, _ways(question)))


def _chosen(question: Question, *, is_right: bool, numbers: random.Random) -> str:
    return question.reference if is_right else numbers.choice(question.wrong).reply


def _ways(question: Question) -> int:
    """Count what can be said: the reference, then wrong replies, each failing in every way it can."""
    fails = len(_FAILURES) if question.grader.needs is Needs.SANDBOX else 1
    return 1 + len(question.wrong) * fails


def _said(question: Question, way: int) -> Reply:
    key = question.digest, way
    if key not in _known:
        _known[key] = _in_that_way(question, way)
    return _known[key]


def _in_that_way(question: Question, way: int) -> Reply:
    if way == 0:
        return _graded(question, question.reference, None)
    which, how = divmod(way - 1, len(_FAILURES)) if question.grader.needs is Needs.SANDBOX else (way - 1, 0)
    return _graded(question, question.wrong[which].reply, _FAILURES[how])


def _graded(question: Question, text: str, failure: CaseResult | None) -> Reply:
    spec = question.grader
    if not isinstance(spec, Calls | Stdio | Sql):
        return Reply(text=text, finish=FinishReason.STOP, grade=grade_by_rules(spec, text, strict=question.strict))
    grade = grade_result(spec, _result(spec, failure), strict=question.strict)
    return Reply(text=text, finish=FinishReason.STOP, grade=grade, ran_in="simulated, in no container")


def _result(spec: Calls | Stdio | Sql, failure: CaseResult | None) -> CodeResult:
    """Make up what the cases did: all right, or the later two thirds failing."""
    right = [_right(case) for case in spec.cases]
    kept = len(right) if failure is None else len(right) // 3
    return CodeResult(
        cases=tuple(right[:kept] + [failure or right[0]] * (len(right) - kept)), engine="simulated", where="none"
    )


def _right(case: CallCase | StdioCase | SqlCase) -> CaseResult:
    match case:
        case CallCase():
            return CaseResult(ending=Ending.COMPLETED, value=literal_value(case.expected))
        case StdioCase():
            return CaseResult(ending=Ending.COMPLETED, stdout=case.expected_stdout.encode())
    printed = "\n".join(json.dumps(list(row)) for row in case.expected)
    return CaseResult(ending=Ending.COMPLETED, stdout=printed.encode())


def _unsaid(question: Question) -> tuple[Reply, ...]:
    """Give the replies that say nothing, or break off."""
    withheld = grade_unanswered("", FinishReason.CONTENT_FILTER)
    blank = grade_unanswered("", FinishReason.STOP)
    assert withheld is not None and blank is not None
    wrong = _said(question, 1)
    cut = Reply(
        text=wrong.text[: len(wrong.text) // 2],
        finish=FinishReason.LENGTH,
        grade=note_truncation(wrong.grade, FinishReason.LENGTH),
        ran_in=wrong.ran_in,
    )
    return (
        Reply(text="", finish=FinishReason.CONTENT_FILTER, grade=withheld),
        Reply(text="", finish=FinishReason.STOP, grade=blank),
        cut,
    )


def _judged(question: Question, text: str, eloquence: float, numbers: random.Random) -> Reply:
    items = rubric_of(question.grader).items
    judgements = tuple(tuple(_points(eloquence, numbers) for _ in items) for _ in range(_JUDGES))
    grade = grade_by_judgements(question.grader, text, judgements, strict=question.strict)
    return Reply(text=text, finish=FinishReason.STOP, grade=grade, judgements=judgements)


def _points(eloquence: float, numbers: random.Random) -> int:
    return min(max(round(numbers.gauss(eloquence, 0.9)), 0), MAX_POINTS)


def judge_text(question: Question, reply: str, judgement: Sequence[int]) -> str:
    """What a judge would have written to say so."""
    quote = " ".join(reply.split()[:8])
    items = [
        {"id": item.id, "points": points, "quote": quote if points else ""}
        for item, points in zip(rubric_of(question.grader).items, judgement, strict=True)
    ]
    return json.dumps({"items": items}, ensure_ascii=False)
