"""What a model is sent for a question: the same words for every model."""

from yzindex.bank.question import Question
from yzindex.ports import Message

_SYSTEM = "Answer the task exactly as it is stated. Your reply is graded as it stands; nobody will ask you back."


def messages(question: Question) -> tuple[Message, ...]:
    """Give the conversation that puts the question."""
    parts = [question.prompt, question.grader.instructions()]
    return (
        Message(role="system", content=_SYSTEM),
        Message(role="user", content="\n\n".join(part for part in parts if part)),
    )
