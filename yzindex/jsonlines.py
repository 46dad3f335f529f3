"""Files of JSON lines, plain or gzipped: every line that is right with its place, every fault that was found."""

import gzip
import json
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from yzindex.grading.strictjson import NotJson, parse_json
from yzindex.wording import place_of, reason_of

ModelT = TypeVar("ModelT", bound=BaseModel)

#: In characters: some thousand pages.
_LONGEST_LINE = 8_000_000
#: What those may take in UTF-8. No more of a line is held.
_MOST_BYTES = 4 * _LONGEST_LINE
#: What is read at once of a line that is passed over.
_SKIPPED_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Placed(Generic[ModelT]):
    """What a line holds; `place` reads `file:line`."""

    place: str
    value: ModelT


class _Unfit(Exception):
    """A line that does not hold what it should."""

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        #: Each with its field.
        self.faults = faults


def read_models(
    file: Path,
    model: type[ModelT],
    *,
    what: str,
    strict: bool = True,
    nan_allowed: bool = False,
    array_allowed: bool = False,
) -> tuple[list[Placed[ModelT]], list[str]]:
    """Read a file's lines, blank ones aside; `what` names what a line holds.

    `strict` converts no value to another type and takes no half of a surrogate pair for a character; `nan_allowed`
    takes NaN for a number; `array_allowed` reads the members of a file that is one array. Each fault reads
    `file:line: field: reason`, of an array `file: what number: field: reason`; no fault ends the reading. A file whose
    name ends in `.gz` is unpacked.
    """
    if not file.is_file():
        return [], [f"{file}: cannot be read: it is no file"]
    placed, faults = list[Placed[ModelT]](), list[str]()
    number = 0
    try:
        in_array = array_allowed and _begins_array(file)
        for number, line in enumerate(_members(file) if in_array else _lines(file), start=1):
            place = f"{file}: {what} {number}" if in_array else f"{file}:{number}"
            try:
                if text := _text(line, is_first=number == 1).strip():
                    placed.append(
                        Placed(place=place, value=_value(text, model, strict=strict, nan_allowed=nan_allowed))
                    )
            except _Unfit as unfit:
                faults += [f"{place}: {fault}" for fault in unfit.faults]
    except _Unfit as unfit:
        faults += [f"{file}: {fault}" for fault in unfit.faults]
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        faults.append(f"{file}:{number + 1}: line: the gzip file is damaged here: {error}")
    except OSError as error:
        faults.append(f"{file}: cannot be read: {error.strerror or error}")
    if not placed and not faults:
        faults.append(f"{file}:1: line: the file holds no {what}; write one a line")
    return placed, faults


def repeated(placed: Iterable[Placed[ModelT]], field: str, name_of: Callable[[ModelT], str]) -> Iterator[str]:
    """Give a fault for each line whose name stands on an earlier line too, whichever file that is in."""
    first: dict[str, str] = {}
    for each in placed:
        name = name_of(each.value)
        if name in first:
            yield f"{each.place}: {field}: {name} stands at {first[name]} too; give each its own"
        first.setdefault(name, each.place)


def _lines(file: Path) -> Iterator[bytes]:
    # Bytes end lines at \n alone: a JSON string may hold U+2028 and other separators.
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
        while line := lines.readline(_MOST_BYTES + 1):
            yield line
            if _is_cut(line):
                while (rest := lines.readline(_SKIPPED_BYTES)) and not rest.endswith(b"\n"):
                    pass


def _begins_array(file: Path) -> bool:
    first = next((line for line in _lines(file) if line.strip()), b"")
    return first.lstrip().startswith(b"[")


def _members(file: Path) -> list[bytes]:
    """Give each member of an array as the line that it would be."""
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as whole:
        text = _text(whole.read(_MOST_BYTES + 1), is_first=True)
    try:
        array = parse_json(text)
        return [json.dumps(member).encode() for member in array] if isinstance(array, list) else []
    except NotJson as error:
        raise _Unfit(f"array: not JSON: {error}") from error
    except RecursionError as error:
        raise _Unfit("array: nested too deeply") from error


def _is_cut(line: bytes) -> bool:
    return len(line) > _MOST_BYTES and not line.endswith(b"\n")


def _text(line: bytes, *, is_first: bool) -> str:
    if is_first and line.startswith(BOM_UTF8):
        raise _Unfit("line: cannot be read: begins with a byte order mark; save it as UTF-8 without")
    try:
        text = "" if _is_cut(line) else line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Unfit(f"line: cannot be read: byte {line[error.start]:#04x} is not UTF-8; save it as UTF-8") from error
    if _is_cut(line) or len(text) > _LONGEST_LINE:
        raise _Unfit(f"line: has more than {_LONGEST_LINE} characters; no more can be read")
    return text


def _value(text: str, model: type[ModelT], *, strict: bool, nan_allowed: bool) -> ModelT:
    try:
        parsed = parse_json(text, nan_allowed=nan_allowed)
        # From the text, because strictly read Python values may not be enums or tuples.
        return model.model_validate_json(text, strict=True) if strict else model.model_validate(parsed)
    except NotJson as error:
        raise _Unfit(f"line: not JSON: {error}") from error
    except ValidationError as error:
        raise _Unfit(*(f"{place_of(fault) or 'line'}: {reason_of(fault)}" for fault in error.errors())) from error
