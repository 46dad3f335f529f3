"""Histories as CSV: columns `date,model,dimension,question,score`, and `version` where it is known.

Read in chunks whose columns are numbered at once; a chunk with a fault is gone through again row by row.
"""

import csv
import gzip
import sys
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from io import BufferedReader, RawIOBase, TextIOWrapper
from itertools import islice, repeat
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from yzindex.drift.histories.columns import Columns, ColumnsBeingRead, Unfit
from yzindex.drift.histories.faults import Faults
from yzindex.drift.histories.values import Days, Scores
from yzindex.wording import listed

if TYPE_CHECKING:
    from _csv import Reader

#: A file of this name is standard input.
STDIN = Path("-")
NEEDED = ("date", "model", "dimension", "question", "score")
OPTIONAL = ("version",)

_CHUNK_ROWS = 2_000
#: In characters. No more of a line is held; a field may be shorter still (`csv.field_size_limit`).
_LONGEST_LINE = 1_000_000
_GZIP = b"\x1f\x8b"


class _Header(NamedTuple):
    """Which column each field is in, and how many columns there are."""

    at: dict[str, int]
    width: int


@dataclass(frozen=True, kw_only=True)
class _Places:
    """Where each row stands."""

    files: list[str] = field(default_factory=list)
    #: Rows before the first of each file.
    starts: list[int] = field(default_factory=list)
    lines: "array[int]" = field(default_factory=lambda: array("I"))

    def begin(self, file: str) -> None:
        self.files.append(file)
        self.starts.append(len(self.lines))

    def place_of(self, row: int) -> str:
        return f"{self.files[bisect_right(self.starts, row) - 1]}:{self.lines[row]}"


def read_csv(files: Sequence[Path], faults: Faults) -> Columns:
    """Read CSV files one after the other, plain or gzipped; `STDIN` is standard input."""
    reading = _Reading(faults)
    for file in files:
        if not faults.are_enough:
            reading.read(file)
    return reading.columns.done(reading.places.place_of)


class _Reading:
    def __init__(self, faults: Faults) -> None:
        self.columns = ColumnsBeingRead()
        self.places = _Places()
        self._faults = faults
        self._days = Days()
        self._scores = Scores()

    def read(self, file: Path) -> None:
        name = "standard input" if file == STDIN else str(file)
        self.places.begin(name)
        before = len(self.columns), len(self._faults)
        try:
            with _opened(file) as text:
                rows = self._rows(csv.reader(iter(partial(text.readline, _LONGEST_LINE), ""), strict=True), name)
                what_is_missing = self._read_rows(rows, name)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self._faults.add(f"{name}: cannot be read: the gzip file is damaged: {error}")
        except OSError as error:
            self._faults.add(f"{name}: cannot be read: {error.strerror or error}")
        else:
            # A fault that was told says better why there are no rows.
            if before == (len(self.columns), len(self._faults)):
                self._faults.add(f"{name}: {what_is_missing}")

    def _rows(self, reader: "Reader", name: str) -> Iterator[tuple[int, list[str]]]:
        """Give the rows, blank lines aside, each with the line on which it begins."""
        line = 1
        try:
            for row in reader:
                if row:
                    yield line, row
                line = reader.line_num + 1
        except csv.Error as error:
            self._faults.add(f"{name}:{line}: line: is no CSV: {error}; is a quotation mark left open?")
            self._faults.end_reading(f"{name}:{line}")

    def _read_rows(self, rows: Iterator[tuple[int, list[str]]], name: str) -> str:
        """Read all rows; say what is missing if there are none."""
        first = next(rows, None)
        if first is None:
            return f"the file is empty; begin it with the line {','.join(NEEDED)}"
        header = self._header(name, *first)
        while header and not self._faults.are_enough and (chunk := list(islice(rows, _CHUNK_ROWS))):
            self._read_chunk(header, chunk, name)
        return "has a header and no rows; write one for each answer"

    def _header(self, name: str, line: int, cells: list[str]) -> _Header | None:
        found = [cell.strip().lower() for cell in cells]
        missing = [column for column in NEEDED if column not in found]
        twice = [column for column in (*NEEDED, *OPTIONAL) if found.count(column) > 1]
        if missing:
            self._faults.add(f"{name}:{line}: header: has no {listed(missing)}; {_what_is_there(cells)}")
        if twice:
            self._faults.add(f"{name}:{line}: header: has {listed(twice)} more than once; leave one of them")
        if missing or twice:
            return None
        at = {column: found.index(column) for column in (*NEEDED, *OPTIONAL) if column in found}
        return _Header(at, len(cells))

    def _read_chunk(self, header: _Header, chunk: list[tuple[int, list[str]]], name: str) -> None:
        lines, rows = zip(*chunk, strict=True)
        if set(map(len, rows)) == {header.width}:
            with suppress(Unfit):
                self._extend(header, rows)
                self.places.lines.extend(lines)
                return
        self._read_singly(header, chunk, name)

    def _read_singly(self, header: _Header, chunk: list[tuple[int, list[str]]], name: str) -> None:
        for line, row in chunk:
            try:
                if len(row) != header.width:
                    raise Unfit(f"line: has {len(row)} columns, the header {header.width}; quote fields with commas")
                self._extend(header, [row])
            except Unfit as unfit:
                self._faults.add(f"{name}:{line}: {unfit}")
                if self._faults.are_enough:
                    self._faults.end_reading(f"{name}:{line}")
                    return
            else:
                self.places.lines.append(line)

    def _extend(self, header: _Header, rows: Sequence[list[str]]) -> None:
        def numbered(column: str, numbers: Callable[[str], int]) -> Iterable[int]:
            return map(numbers, map(itemgetter(header.at[column]), rows))

        columns = self.columns
        versions = columns.versions
        columns.extend(
            day=numbered("date", self._days.__getitem__),
            model=numbered("model", columns.models.__getitem__),
            dimension=numbered("dimension", columns.dimensions.__getitem__),
            question=numbered("question", columns.questions.__getitem__),
            version=numbered("version", versions.__getitem__)
            if "version" in header.at
            else repeat(versions[""], len(rows)),
            score=map(self._scores.__getitem__, map(itemgetter(header.at["score"]), rows)),
        )


def _what_is_there(cells: list[str]) -> str:
    """Say what a header holds instead, and what it was probably meant to be."""
    there = f"it has {listed([cell or '(empty)' for cell in cells])}"
    whole = "".join(cells)
    if any(each == "\0" or "\ud800" <= each <= "\udfff" for each in whole):
        return "the file is not UTF-8 text; save it as UTF-8"
    if len(cells) == 1 and (other := next((each for each in ";\t|" if each in whole), None)):
        return f"{there}; separate columns by commas, not by {'tabs' if other == chr(9) else other}"
    return there


@contextmanager
def _opened(file: Path) -> Iterator[TextIOWrapper]:
    """Open a file as text in which bytes that are no UTF-8 stand as halves of surrogate pairs."""
    if file == STDIN:
        with _text(sys.stdin.buffer) as text:
            yield text
    else:
        with file.open("rb") as raw, _text(raw) as text:
            yield text


@contextmanager
def _text(raw: BinaryIO) -> Iterator[TextIOWrapper]:
    buffered = BufferedReader(cast("RawIOBase", raw))
    is_gzip = buffered.peek(len(_GZIP)).startswith(_GZIP)
    unpacked = gzip.GzipFile(fileobj=buffered) if is_gzip else buffered
    text = TextIOWrapper(cast("BinaryIO", unpacked), encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield text
    finally:
        # Left to themselves they would close standard input.
        text.detach()
        buffered.detach()
