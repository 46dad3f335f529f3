"""What is shown of a question beside its figures. A question that is published can be learnt, and measures no more."""

from dataclasses import dataclass

from yzindex.bank.prompting import messages
from yzindex.bank.question import Question
from yzindex.grading.rubric import Rubric, RubricItem
from yzindex.ports import Message


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """A wording as a model is sent it, and where that is from; never what is right, which its kin may share."""

    prompt: tuple[Message, ...]
    #: What judges look for; empty where none judge.
    rubric: tuple[RubricItem, ...]
    source: str
    licence: str


def disclosure_of(question: Question, *, retired: bool, allowed: bool) -> Disclosure | None:
    """Give what may be shown: nothing of a question in use, unless it is allowed."""
    if not (retired or allowed):
        return None
    return Disclosure(
        prompt=messages(question),
        rubric=question.grader.items if isinstance(question.grader, Rubric) else (),
        source=question.source,
        licence=question.licence,
    )
