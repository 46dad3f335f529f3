"""Files of JSON lines, plain or gzipped: every line that is right with its place, every fault that was found."""

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from yzindex.grading.strictjson import NotJson, parse_json

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Placed(Generic[ModelT]):
    """What a line holds; `place` reads `file:line`."""

    place: str
    value: ModelT


def read_models(file: Path, model: type[ModelT]) -> tuple[list[Placed[ModelT]], list[str]]:
    """Read a file's lines, blank ones aside. Each fault reads `file:line: field: reason`; no fault ends the reading.

    A file whose name ends in `.gz` is unpacked.
    """
    placed, faults = list[Placed[ModelT]](), list[str]()
    number = 0
    try:
        for number, line in enumerate(_lines(file), start=1):
            place = f"{file}:{number}"
            try:
                if text := line.decode("utf-8").strip():
                    placed.append(Placed(place=place, value=model.model_validate(parse_json(text))))
            except UnicodeDecodeError as error:
                faults.append(f"{place}: line: not UTF-8: {error.reason} at byte {error.start + 1}")
            except NotJson as error:
                faults.append(f"{place}: line: not JSON: {error}")
            except ValidationError as invalid:
                faults += [f"{place}: {_field(fault['loc'])}: {fault['msg']}" for fault in invalid.errors()]
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        faults.append(f"{file}:{number + 1}: line: the gzip file is damaged here: {error}")
    except OSError as error:
        faults.append(f"{file}: cannot be read: {error}")
    return placed, faults


def repeated(placed: Iterable[Placed[ModelT]], field: str, name_of: Callable[[ModelT], str]) -> Iterator[str]:
    """Give a fault for each line whose name an earlier line has."""
    first: dict[str, str] = {}
    for each in placed:
        name = name_of(each.value)
        if name in first:
            yield f"{each.place}: {field}: {name} stands at {first[name]} too"
        first.setdefault(name, each.place)


def _lines(file: Path) -> Iterator[bytes]:
    # Bytes end lines at \n alone: a JSON string may hold U+2028 and other separators.
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
        yield from lines


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "line"
