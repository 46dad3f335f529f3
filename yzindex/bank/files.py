"""A bank read from its folder: `*.jsonl` files of questions and a `VERSION` file."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from yzindex.bank.question import Question
from yzindex.dimensions import Dimension
from yzindex.errors import InvalidBank
from yzindex.jsonlines import Placed, read_models, repeated

#: The bank that comes with the index.
INSTALLED = Path(__file__).parent / "questions"


@dataclass(frozen=True, kw_only=True)
class Bank:
    """All questions in the order of their ids."""

    version: str
    questions: tuple[Question, ...]

    @cached_property
    def by_id(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the digests of the questions in order, in hexadecimal; the same for equal banks."""
        return sha256("\n".join(question.digest for question in self.questions).encode()).hexdigest()

    def of(self, dimension: Dimension) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.dimension is dimension)


def load_bank(folder: Path = INSTALLED) -> Bank:
    """Read a bank; raise `InvalidBank` naming file, line, field and reason of every fault found."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise InvalidBank(f"{folder}: no question files (*.jsonl) here; name the folder of a bank")
    version = _version(folder / "VERSION")
    questions = {question.id: question for question in read_questions(files)}
    return Bank(version=version, questions=tuple(questions[name] for name in sorted(questions)))


def read_questions(files: Iterable[Path]) -> tuple[Question, ...]:
    """Read question files; nothing is returned unless every line is right and every id its own."""
    placed, faults = read_lines(files)
    if faults := [*faults, *repeated(placed, "id", lambda question: question.id)]:
        raise InvalidBank("\n".join(faults))
    return tuple(each.value for each in placed)


def read_lines(files: Iterable[Path]) -> tuple[list[Placed[Question]], list[str]]:
    """Read what can be read of question files, and give the faults of the rest, each as `file:line: field: reason`."""
    placed, faults = list[Placed[Question]](), list[str]()
    for file in files:
        read, found = read_models(file, Question, what="question")
        placed += read
        faults += found
    return placed, faults


def _version(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidBank(f"{file}: cannot be read: {error}") from error
    if not re.fullmatch(r"[!-~]{1,64}", version := text.strip()):
        raise InvalidBank(f"{file}: missing or no version; write the bank's version into it, such as 1")
    return version
