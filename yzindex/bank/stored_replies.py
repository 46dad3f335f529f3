"""Replies that were stored earlier, to be graded without asking a model: JSON lines, one reply each."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from yzindex.bank.question import Question
from yzindex.errors import InvalidFile
from yzindex.jsonlines import read_models, repeated
from yzindex.ports import FinishReason


class StoredReply(BaseModel):
    """One reply to a question; what else a line holds is its keeper's own and not looked at."""

    model_config = ConfigDict(frozen=True)

    question_id: str
    reply: str
    #: None where nobody noted it.
    finish_reason: FinishReason | None = None


def read_stored(questions: Path, replies: Path) -> list[tuple[Question, StoredReply]]:
    """Give the replies in their order, each with its question; raise `InvalidFile` with every fault of both files."""
    asked, faults = read_models(questions, Question, what="question")
    faults += repeated(asked, "id", lambda question: question.id)
    known = {each.value.id: each.value for each in asked}
    # Not strict: a model's reply may hold any character, and half of one.
    stored, found = read_models(replies, StoredReply, what="reply", strict=False)
    # With a fault in the questions, an unknown one may only be misread.
    if not faults:
        found += [
            f"{each.place}: question_id: {each.value.question_id!r} is none of the questions in {questions}"
            for each in stored
            if each.value.question_id not in known
        ]
    if faults or found:
        raise InvalidFile("\n".join([*faults, *found]))
    return [(known[each.value.question_id], each.value) for each in stored]
