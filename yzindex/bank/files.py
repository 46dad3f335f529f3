"""A bank read from its folder: `*.jsonl` files of questions and a `VERSION` file."""

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from yzindex.bank.question import Question
from yzindex.dimensions import Dimension
from yzindex.errors import InvalidBank
from yzindex.grading.strictjson import NotJson, parse_json
from yzindex.wording import place_of, reason_of

#: The bank that comes with the index.
INSTALLED = Path(__file__).parent / "questions"
#: In characters: a document of some hundred pages with its question.
_LONGEST_LINE = 1_000_000


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


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A question and the line it stands on, as `file:line`."""

    place: str
    question: Question


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
    if faults := [*faults, *given_twice(placed)]:
        raise InvalidBank("\n".join(faults))
    return tuple(each.question for each in placed)


def read_lines(files: Iterable[Path]) -> tuple[list[Placed], list[str]]:
    """Read what can be read of question files, and give the faults of the rest, each as `file:line: field: reason`."""
    placed, faults = list[Placed](), list[str]()
    for file in files:
        try:
            lines = list(_lines(file))
        except InvalidBank as invalid:
            faults.append(str(invalid))
            continue
        if not lines:
            faults.append(f"{file}:1: line: the file holds no question; write one a line, or remove the file")
        for number, line in lines:
            try:
                placed.append(Placed(place=f"{file}:{number}", question=_question(line)))
            except _NoQuestion as invalid:
                faults += [f"{file}:{number}: {fault}" for fault in invalid.faults]
    return placed, faults


def given_twice(placed: Iterable[Placed]) -> Iterator[str]:
    """Give a fault for each id that stands on an earlier line too, whichever file that is in."""
    first: dict[str, str] = {}
    for each in placed:
        if each.question.id in first:
            yield f"{each.place}: id: {each.question.id} stands at {first[each.question.id]} too; give each its own"
        first.setdefault(each.question.id, each.place)


class _NoQuestion(Exception):
    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        #: Each with its field.
        self.faults = faults


def _question(line: str) -> Question:
    if len(line) > _LONGEST_LINE:
        raise _NoQuestion(f"line: has {len(line)} characters; a question has at most {_LONGEST_LINE}")
    try:
        parse_json(line)
        # From the text, because strictly read Python values may not be enums or tuples.
        return Question.model_validate_json(line, strict=True)
    except NotJson as error:
        raise _NoQuestion(f"line: not JSON: {error}") from error
    except ValidationError as error:
        faults = error.errors()
        raise _NoQuestion(*(f"{place_of(fault) or 'line'}: {reason_of(fault)}" for fault in faults)) from error


def _version(file: Path) -> str:
    text = _text(file) if file.exists() else ""
    if not re.fullmatch(r"[!-~]{1,64}", version := text.strip()):
        raise InvalidBank(f"{file}: missing or no version; write the bank's version into it, such as 1")
    return version


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    # Not splitlines(): a JSON string may hold U+2028 and other separators that are not line ends of the file.
    for number, line in enumerate(_text(file).split("\n"), start=1):
        if line.strip():
            yield number, line


def _text(file: Path) -> str:
    if not file.is_file():
        raise InvalidBank(f"{file}: cannot be read: it is no file")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InvalidBank(f"{file}: cannot be read: {error.strerror}") from error
    if content.startswith(BOM_UTF8):
        raise InvalidBank(f"{file}:1: line: cannot be read: begins with a byte order mark; save it as UTF-8 without")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidBank(
            f"{file}:{line}: line: cannot be read: byte {content[error.start]:#04x} is not UTF-8; save it as UTF-8"
        ) from error
