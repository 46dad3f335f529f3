"""A bank read from its folder: `*.jsonl` files of questions and a `VERSION` file."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from yzindex.bank.question import Question
from yzindex.dimensions import Dimension
from yzindex.errors import InvalidBank
from yzindex.jsonlines import read_models

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
    version = folder / "VERSION"
    if not version.is_file():
        raise InvalidBank(f"{version}: missing; write the bank's version into it, such as 1")
    return Bank(version=version.read_text().strip(), questions=_unique(read_questions(files)))


def read_questions(files: Iterable[Path]) -> tuple[Question, ...]:
    """Read question files; nothing is returned unless every line is right."""
    questions: list[Question] = []
    faults: list[str] = []
    for file in files:
        placed, found = read_models(file, Question)
        questions += [each.value for each in placed]
        faults += found
    if faults:
        raise InvalidBank("\n".join(faults))
    return tuple(questions)


def _unique(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    by_id = {question.id: question for question in questions}
    if len(by_id) < len(questions):
        ids = [question.id for question in questions]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        raise InvalidBank(f"ids given twice: {', '.join(twice)}; every question needs an id of its own")
    return tuple(by_id[name] for name in sorted(by_id))
