"""How a simulated judge scores: a reference gets full points, wrong replies stay below half, and an unknown reply gets
middling points; then the judge's noise and severity.

What a judge is asked and what it must answer is in `yzindex.grading.judging`.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from deploy.simulated.config import JudgeModel
from deploy.simulated.draws import normal, pick, uniform
from deploy.simulated.recognising import Turns, digest, turns_of
from yzindex.bank.question import Question
from yzindex.grading.formatting import Format
from yzindex.grading.judging import judge_messages
from yzindex.grading.rubric import MAX_POINTS, Rubric

#: The reply that a judge is shown, between its marks.
_SHOWN = re.compile(r"^BEGIN (\S+)\n(.*)\nEND \1$", re.DOTALL | re.MULTILINE)
_FIRST_WORDS = re.compile(r"\w+(?:\W+\w+){0,11}")


class Standing(StrEnum):
    """What a reply is to its question."""

    REFERENCE = "reference"
    WRONG = "wrong"
    NEAR_MISS = "near_miss"
    #: Not one of the bank's replies.
    UNKNOWN = "unknown"


#: The points from which an item's are drawn, before noise and severity.
_POINTS = {
    Standing.REFERENCE: (MAX_POINTS,),
    Standing.WRONG: (0, 1),
    Standing.NEAR_MISS: (1, 2),
    Standing.UNKNOWN: (1, 2, 3),
}


class JudgedReplies:
    """The bank's judged questions and what a judge is sent for each of their replies."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self._known: dict[str, tuple[Rubric, Standing]] = {}
        self._rubrics: list[tuple[str, Rubric]] = []
        for question in questions:
            rubric = _rubric_of(question)
            if rubric is not None:
                self._learn(question, rubric)
        # A prompt that begins another one is looked for after it.
        self._rubrics.sort(key=lambda known: len(known[0]), reverse=True)

    def judge(self, judge: JudgeModel, turns: Turns, *, seed: int) -> str | None:
        """Give the judge's answer to a conversation, or none if it asks for no judgement of this bank."""
        shown = _SHOWN.search(turns[-1][1])
        found = self._find(turns)
        if shown is None or found is None:
            return None
        rubric, standing = found
        points = _points(judge, rubric, standing, key=(seed, judge.name, digest(turns)))
        return _judgement(rubric, points, reply=shown[2])

    def _learn(self, question: Question, rubric: Rubric) -> None:
        self._rubrics.append((question.prompt, rubric))
        for reply, standing in _replies(question):
            turns = turns_of(judge_messages(rubric, question.prompt, reply))
            self._known[digest(turns)] = (rubric, standing)

    def _find(self, turns: Turns) -> tuple[Rubric, Standing] | None:
        known = self._known.get(digest(turns))
        if known is not None:
            return known
        asked = turns[-1][1]
        rubric = next((rubric for prompt, rubric in self._rubrics if prompt in asked), None)
        return None if rubric is None else (rubric, Standing.UNKNOWN)


def _rubric_of(question: Question) -> Rubric | None:
    match question.grader:
        case Rubric() as rubric:
            return rubric
        case Format(clarity=rubric):
            return rubric
        case _:
            return None


def _replies(question: Question) -> Iterator[tuple[str, Standing]]:
    yield question.reference, Standing.REFERENCE
    for wrong in question.wrong:
        yield wrong.reply, Standing.NEAR_MISS if wrong.near_miss else Standing.WRONG


def _points(judge: JudgeModel, rubric: Rubric, standing: Standing, *, key: tuple[int, str, str]) -> list[int]:
    given = [_noisy(judge, standing, (*key, item.id)) for item in rubric.items]
    if standing in (Standing.WRONG, Standing.NEAR_MISS):
        _hold_below_half(given, rubric)
    return [_severe(judge, points, (*key, item.id)) for points, item in zip(given, rubric.items, strict=True)]


def _noisy(judge: JudgeModel, standing: Standing, key: tuple[int, str, str, str]) -> int:
    points = pick(_POINTS[standing], "points", *key) + judge.noise * normal("noise", *key)
    return _clipped(round(points))


def _severe(judge: JudgeModel, points: int, key: tuple[int, str, str, str]) -> int:
    """Take the severity off; of a fraction of a point, so often a whole one."""
    return _clipped(math.floor(points - judge.severity + uniform("severity", *key)))


def _clipped(points: int) -> int:
    return max(0, min(MAX_POINTS, points))


def _hold_below_half(given: list[int], rubric: Rubric) -> None:
    """Noise alone never makes a wrong reply half right; a lenient judge may."""
    weights = [item.weight for item in rubric.items]
    half = MAX_POINTS * sum(weights) / 2
    while sum(weight * points for weight, points in zip(weights, given, strict=True)) >= half:
        given[given.index(max(given))] -= 1


def _judgement(rubric: Rubric, points: list[int], *, reply: str) -> str:
    quote = _FIRST_WORDS.search(reply)
    items = [
        # Points need a quote: a reply without a word has nothing to give points for.
        {"id": item.id, "points": given if quote else 0, "quote": quote[0] if quote and given else ""}
        for item, given in zip(rubric.items, points, strict=True)
    ]
    return json.dumps({"items": items}, ensure_ascii=False)
