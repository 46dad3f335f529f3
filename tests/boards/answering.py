"""What becomes of a question that is put to a character: the columns of its answer, and of the calls that it took."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from tests.boards.cast import Cast, Character
from tests.boards.replying import Reply, judge_text, say
from yzindex.bank.question import Question, Tier
from yzindex.dimensions import Dimension
from yzindex.records.states import AnswerState, Purpose
from yzindex.scoring import exact

#: Values of a table's columns, to be written many at a time.
Columns = dict[str, object]

_SOLVED = {Tier.EASIER: 1.0, Tier.HARDER: -0.6}
#: How much questions differ, and how much they suit a model.
_QUESTION_SD, _SUIT_SD = 0.8, 0.6
OUTAGES = ("provider answered 429 five times", "no sandbox runs here (docker: no socket at /var/run/docker.sock)")
#: Share of calls that are answered at a second try.
_RETRIED = 0.03
#: Every column that an answer's end fills: one statement writes them all.
BLANK: Columns = dict.fromkeys(
    (
        "state",
        "attempt",
        "reply",
        "finish_reason",
        "model_returned",
        "answered_at",
        "score",
        "verdict",
        "reason",
        "cases",
        "ran_in",
        "ended_at",
    )
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question put to a character on a day, as it stands in the rows."""

    answer_id: int
    character: Character
    question: Question
    day: int
    at: datetime


class Answering:
    """Lets characters answer. The same cast and the same questions in the same order give the same answers."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._fleet = cast.fleet
        self._numbers = random.Random(cast.seed)
        #: Scores that answers would have got from graders that work, where theirs did not.
        self.fair: dict[int, Decimal] = {}

    def loss(self, day: int, dimension: Dimension) -> float:
        """Say what share of a score the graders take off by mistake."""
        return 0.0 if self._cast.trouble is None else self._cast.trouble.loss_on(day, dimension)

    def answer(self, asked: Asked) -> tuple[Columns, list[Columns]]:
        """Give the columns of an answer, and the calls that it took."""
        numbers, character = self._numbers, asked.character
        if numbers.random() < character.outage:
            return self._unscored(asked)
        reply = say(
            asked.question,
            is_right=numbers.random() < self._chance(asked),
            eloquence=character.eloquence,
            numbers=numbers,
        )
        latency_s = round(character.latency_s * math.exp(numbers.gauss(0, 0.4)), 3)
        answered_at = asked.at + timedelta(seconds=latency_s)
        graded = self._graded(asked, reply)
        values = {
            "state": AnswerState.GRADED,
            "attempt": 2,
            "reply": reply.text,
            "finish_reason": reply.finish.value,
            "model_returned": character.returned_on(asked.day),
            "answered_at": answered_at,
            "ended_at": answered_at + timedelta(seconds=1),
        } | graded
        calls = [self._ask_call(asked, reply, latency_s)]
        calls += [self._judge_call(asked, reply, place) for place in range(len(reply.judgements))]
        return BLANK | values, calls

    def _graded(self, asked: Asked, reply: Reply) -> Columns:
        loss = self.loss(asked.day, asked.question.dimension)
        if not loss:
            return reply.graded
        self.fair[asked.answer_id] = reply.grade.score
        return reply.graded | {"score": lessened(reply.grade.score, loss)}

    def _chance(self, asked: Asked) -> float:
        character, question = asked.character, asked.question
        if question.dimension is Dimension.INTEGRITY:
            return character.honesty
        suits = self._offsets[question.digest] + self._suits[character.slug, question.digest]
        return 1 / (1 + math.exp(-character.ability_on(asked.day) - _SOLVED[question.tier] - suits))

    @cached_property
    def _offsets(self) -> dict[str, float]:
        numbers = random.Random(f"{self._cast.seed} questions")
        return {question.digest: numbers.gauss(0, _QUESTION_SD) for question in self._cast.bank.questions}

    @cached_property
    def _suits(self) -> dict[tuple[str, str], float]:
        numbers = random.Random(f"{self._cast.seed} suits")
        return {
            (character.slug, question.digest): numbers.gauss(0, _SUIT_SD)
            for character in self._cast.characters
            for question in self._cast.bank.questions
        }

    def _unscored(self, asked: Asked) -> tuple[Columns, list[Columns]]:
        """End an answer without a score: its provider failed, or, of a question that runs code, the sandbox."""
        needs_sandbox = asked.question.dimension is Dimension.EXECUTION
        reason = OUTAGES[needs_sandbox and self._numbers.random() < 0.5]
        values: Columns = {
            "state": AnswerState.UNSCORED,
            "attempt": 5,
            "reason": reason,
            "ended_at": asked.at + timedelta(seconds=40),
        }
        call = self._call(asked, asked.character.slug, Purpose.ASK) | {
            "attempts": 5,
            "errors": {"rate_limited": 5},
            "error": reason,
        }
        return BLANK | values, [call]

    def _ask_call(self, asked: Asked, reply: Reply, latency_s: float) -> Columns:
        failed = self._numbers.random() < _RETRIED
        prompt, completion = len(asked.question.prompt) // 4, len(reply.text) // 4
        model = self._fleet.model(asked.character.slug)
        assert model is not None
        return self._call(asked, model.asked_as, Purpose.ASK) | {
            "model_returned": asked.character.returned_on(asked.day),
            "finish_reason": reply.finish.value,
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "cost_usd": model.cost_usd(prompt, completion),
            "latency_s": latency_s,
            "attempts": 2 if failed else 1,
            "errors": {"rate_limited": 1} if failed else {},
        }

    def _judge_call(self, asked: Asked, reply: Reply, place: int) -> Columns:
        judge = self._fleet.judges[place]
        text = judge_text(asked.question, reply.text, reply.judgements[place])
        prompt, completion = 400 + len(reply.text) // 4, len(text) // 4
        return self._call(asked, judge.asked_as, Purpose.JUDGE) | {
            "model_returned": judge.asked_as,
            "finish_reason": "stop",
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "cost_usd": judge.cost_usd(prompt, completion),
            "latency_s": round(self._numbers.uniform(1, 4), 3),
            "attempts": 1,
            "text": text,
        }

    def _call(self, asked: Asked, model: str, purpose: Purpose) -> Columns:
        """Give the columns that every call has, all of them named: many are written by one statement."""
        key = f"{self._numbers.getrandbits(128):032x}"
        return {
            "answer_id": asked.answer_id,
            "purpose": purpose,
            "provider": asked.character.model().provider,
            "model_asked": model,
            "model_returned": None,
            "finish_reason": None,
            "prompt_tokens": 0,
            "completion_tokens": 0,
            "cost_usd": Decimal(0),
            "latency_s": 0.0,
            "attempts": 0,
            "errors": {},
            "error": None,
            "request_id": f"req_{key}",
            "text": None,
            "made_at": asked.at,
            "idempotency_key": key,
        }


def lessened(score: Decimal, loss: float) -> Decimal:
    """Take a share off a score, and keep it in stored steps."""
    return exact(score * (1 - Decimal(str(loss))))
