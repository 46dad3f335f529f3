"""The bank that big boards are played with: the installed one, and variants of its questions of the main dimensions.

The installed bank alone has too few of those for what a suspicion asks.
"""

from __future__ import annotations

from yzindex.bank.files import Bank, load_bank
from yzindex.bank.question import Question
from yzindex.dimensions import MAIN_WEIGHTS


def board_bank(variants: int) -> Bank:
    """Every installed question, and so many variants of each of the main dimensions; the replies stay the same."""
    installed = load_bank().questions
    made = [
        _variant(question, number)
        for question in installed
        if question.dimension in MAIN_WEIGHTS
        for number in range(1, variants + 1)
    ]
    return Bank(version="boards-1", questions=tuple(sorted([*installed, *made], key=lambda each: each.id)))


def _variant(question: Question, number: int) -> Question:
    return question.model_copy(
        update={
            "id": f"{question.id}-v{number}",
            "prompt": f"{question.prompt}\n\nThis is variant {number} of the task; the rules are the same.",
            "source": "yz-index tests",
        }
    )
