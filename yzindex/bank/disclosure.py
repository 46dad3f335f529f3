"""What is shown of a question beside its figures. A question that is published can be learnt, and measures no more."""

from dataclasses import dataclass

from yzindex.bank.prompting import messages
from yzindex.bank.question import Question, WrongReply
from yzindex.grading.rubric import Rubric, RubricItem
from yzindex.ports import Message


@dataclass(frozen=True, kw_only=True)
class AnswerKey:
    """What a right answer is: of a question that is not asked any more."""

    #: The grader's specification with all its cases, as indented JSON.
    grader: str
    reference: str
    wrong: tuple[WrongReply, ...]


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """A wording as a model is sent it, and where that is from."""

    prompt: tuple[Message, ...]
    #: What judges look for; empty where none judge.
    rubric: tuple[RubricItem, ...]
    source: str
    licence: str
    key: AnswerKey | None


def disclosure_of(question: Question, *, retired: bool, allowed: bool) -> Disclosure | None:
    """Give what may be shown: nothing of a question in use, unless it is allowed; its key when it is retired alone."""
    if not (retired or allowed):
        return None
    return Disclosure(
        prompt=messages(question),
        rubric=question.grader.items if isinstance(question.grader, Rubric) else (),
        source=question.source,
        licence=question.licence,
        key=_key(question) if retired else None,
    )


def _key(question: Question) -> AnswerKey:
    return AnswerKey(
        grader=question.grader.model_dump_json(indent=2), reference=question.reference, wrong=question.wrong
    )
