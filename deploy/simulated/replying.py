"""From a request to the reply it is due: models answer questions of the bank, judges judge, and whatever else is asked
gets a generic reply.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import uuid4

from deploy.simulated.answering import GENERIC, Outcome, answer
from deploy.simulated.config import JudgeModel, Model, SimulatedConfig
from deploy.simulated.judging import JudgedReplies
from deploy.simulated.log import JUDGE, UNKNOWN, RequestLog
from deploy.simulated.recognising import by_user_message, digest
from deploy.simulated.wire import ApiError, ChatRequest, Completion, count_tokens, first_tokens
from yzindex.bank.question import Question
from yzindex.ports import FinishReason

_FINISH = {
    Outcome.RIGHT: FinishReason.STOP,
    Outcome.WRONG: FinishReason.STOP,
    Outcome.REFUSED: FinishReason.CONTENT_FILTER,
    Outcome.TRUNCATED: FinishReason.LENGTH,
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a model or judge says to a prompt. The last three are of answers to questions only, as in a log entry."""

    #: A question's id, `judge` or `unknown`.
    question: str
    text: str
    finish_reason: FinishReason = FinishReason.STOP
    k: int | None = None
    outcome: Outcome | None = None
    chance: float | None = None


class Simulation:
    """The models and judges of a configuration, the bank they know, and the log they go by."""

    def __init__(self, config: SimulatedConfig, questions: Iterable[Question], log: RequestLog) -> None:
        known = tuple(questions)
        self.config = config
        self.log = log
        self.speakers = {speaker.name: speaker for speaker in config.speakers}
        self._questions = by_user_message(known)
        self._judged = JudgedReplies(known)

    def speaker(self, name: str) -> Model | JudgeModel:
        """Give the model or judge of this name; raise `ApiError` 404."""
        if name not in self.speakers:
            message = f"The model `{name}` does not exist. There are: {', '.join(self.speakers)}."
            raise ApiError(404, message, kind="invalid_request_error", code="model_not_found", param="model")
        return self.speakers[name]

    def say(self, speaker: Model | JudgeModel, asked: ChatRequest) -> Said:
        """Give the next reply, within the request's limit. It stays the next one until its entry is logged."""
        said = self._judge(speaker, asked) if isinstance(speaker, JudgeModel) else self._answer(speaker, asked)
        return _within(asked.limit, said or Said(question=UNKNOWN, text=GENERIC))

    def _answer(self, model: Model, asked: ChatRequest) -> Said | None:
        question = self._questions.get(digest(asked.user_message))
        if question is None:
            return None
        k = self.log.replies(model.name, question.id)
        given = answer(self.config, model, question, k)
        return Said(
            question=question.id,
            text=given.text,
            finish_reason=_FINISH[given.outcome],
            k=k,
            outcome=given.outcome,
            chance=given.chance,
        )

    def _judge(self, judge: JudgeModel, asked: ChatRequest) -> Said | None:
        text = self._judged.judge(judge, asked.turns, seed=self.config.seed)
        return None if text is None else Said(question=JUDGE, text=text)


def complete(said: Said, speaker: Model | JudgeModel, asked: ChatRequest) -> Completion:
    """Make the reply that is sent; one still being written at the limit has used up all its tokens."""
    cut = said.finish_reason is FinishReason.LENGTH
    return Completion(
        id=f"chatcmpl-{uuid4().hex}",
        created=int(time.time()),
        model=speaker.returned,
        text=said.text,
        finish_reason=said.finish_reason,
        prompt_tokens=asked.prompt_tokens(),
        completion_tokens=asked.limit if cut else count_tokens(said.text),
    )


def _within(limit: int, said: Said) -> Said:
    if count_tokens(said.text) <= limit:
        return said
    return replace(
        said,
        text=first_tokens(said.text, limit),
        finish_reason=FinishReason.LENGTH,
        outcome=None if said.outcome is None else Outcome.TRUNCATED,
    )
