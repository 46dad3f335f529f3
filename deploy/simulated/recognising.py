"""How prompts are recognised: by the SHA-256 of what they say."""

import json
from collections.abc import Iterable
from hashlib import sha256

from yzindex.bank.prompting import messages
from yzindex.bank.question import Question
from yzindex.ports import Message

#: Role and text of every message of a conversation.
Turns = tuple[tuple[str, str], ...]


def turns_of(conversation: Iterable[Message]) -> Turns:
    return tuple((message.role, message.content) for message in conversation)


def digest(content: str | Turns) -> str:
    """SHA-256 in hexadecimal of a text or a conversation."""
    return sha256(json.dumps(content).encode()).hexdigest()


def by_user_message(questions: Iterable[Question]) -> dict[str, Question]:
    """Map the digest of each question's user message to the question."""
    return {digest(messages(question)[-1].content): question for question in questions}
