"""What the readers of harnesses' logs share: finding files, reading JSON, making one answer of several attempts."""

import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from yzindex.drift.histories.columns import LoggedAnswer
from yzindex.drift.histories.faults import Faults
from yzindex.drift.history import HistoryRow
from yzindex.wording import bounded_repr, reasons_of, shown

ModelT = TypeVar("ModelT", bound=BaseModel)

#: A log that claims to be longer would fill the memory.
_MOST_BYTES = 2 * 1024**3


class Unreadable(Exception):
    """A log, or part of one, that does not hold what it should; the message reads `place: field: reason`."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One of possibly several tries of a model at a question in one run of a harness."""

    #: The same in a log and in what was made of it by retrying its errors.
    run: str
    #: Tells apart the tries within a run.
    number: str
    place: str
    day: date
    model: str
    version: str = ""
    dimension: str
    question: str
    #: 0 to 1, None where it stayed unscored.
    score: float | None


def log_files(paths: Iterable[Path], is_log: Callable[[Path], bool], faults: Faults, *, what: str) -> Iterator[Path]:
    """Give the files named, and of each folder whatever `is_log` lies in it or deeper."""
    for path in paths:
        if path.is_dir():
            found = sorted(each for each in path.rglob("*") if is_log(each) and each.is_file())
            if not found:
                faults.add(f"{path}: folder: holds no {what}; name the folder or the files that do")
            yield from found
        elif path.is_file():
            yield path
        else:
            faults.add(f"{path}: cannot be read: there is no such file or folder")


def content_of(file: Path) -> bytes:
    try:
        refuse_length(file.stat().st_size, str(file))
        return file.read_bytes()
    except OSError as error:
        raise Unreadable(f"{file}: cannot be read: {error.strerror or error}") from error


def refuse_length(size_bytes: int, place: str) -> None:
    if size_bytes > _MOST_BYTES:
        raise Unreadable(f"{place}: cannot be read: has {size_bytes} bytes, more than {_MOST_BYTES}")


def json_of(content: bytes, place: str, *, what: str) -> JsonValue:
    """Read JSON in which NaN may stand."""
    try:
        value: JsonValue = json.loads(content)
    except RecursionError as error:
        raise Unreadable(f"{place}: is no {what}: nested too deeply") from error
    # JSON that is cut off, and bytes that are no text.
    except ValueError as error:
        raise Unreadable(f"{place}: is no {what}: not whole JSON: {error}") from error
    return value


def shaped(value: JsonValue, model: type[ModelT], place: str, *, what: str) -> ModelT:
    """Take what the model has fields for, and pass over the rest."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Unreadable(f"{place}: is no {what}: {reasons_of(error)}") from error


def parsed(content: bytes, model: type[ModelT], place: str, *, what: str) -> ModelT:
    return shaped(json_of(content, place, what=what), model, place, what=what)


def day_of(written: str, place: str) -> date:
    """Give the date of a time stamp as it is written there, whatever its zone."""
    try:
        return datetime.fromisoformat(written).date()
    except ValueError as error:
        raise Unreadable(f"{place}: '{shown(written)}' is no ISO time stamp") from error


def score_of(value: JsonValue, place: str, *, otherwise: str) -> float | None:
    """Take a number or a truth value for a score, null and NaN for none; `otherwise` says what to do about others."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if not isinstance(value, bool | int | float):
        raise Unreadable(f"{place}: score: {bounded_repr(value)} is no number; {otherwise}")
    if not 0 <= value <= 1:
        raise Unreadable(f"{place}: score: {bounded_repr(value)} is outside 0–1; {otherwise}")
    return float(value)


def question_of(task: str, version: JsonValue, number: object) -> str:
    """Name a task's question; those of another version of the task are other questions.

    >>> question_of("arc_easy", 0, 17), question_of("arc_easy", 1.0, 17)
    ('arc_easy/17', 'arc_easy@1.0/17')
    """
    return f"{task}@{version}/{number}" if version else f"{task}/{number}"


def answers_of(attempts: Iterable[Attempt]) -> list[LoggedAnswer]:
    """Make one answer of the attempts of a run at a question: their mean, those without a score aside.

    An attempt that stands in several logs of one run counts once: as it first was scored. The answer's day is that of
    its first attempt.
    """
    found: dict[tuple[str, str, str], dict[str, Attempt]] = {}
    for attempt in attempts:
        tries = found.setdefault((attempt.run, attempt.model, attempt.question), {})
        if attempt.number not in tries or tries[attempt.number].score is None:
            tries[attempt.number] = attempt
    return [_answer(list(tries.values())) for tries in found.values()]


def _answer(tries: list[Attempt]) -> LoggedAnswer:
    first = min(tries, key=lambda attempt: attempt.day)
    scored = [attempt.score for attempt in tries if attempt.score is not None]
    row = HistoryRow(
        day=first.day,
        model=first.model,
        dimension=first.dimension,
        question=first.question,
        version=first.version,
        score=sum(scored) / len(scored) if scored else None,
    )
    return LoggedAnswer(place=first.place, row=row)
