"""Checks of a reply with a Markdown table or CSV: columns, rows, and cells that follow from the prompt."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from itertools import pairwise
from typing import Literal

from pydantic import Field

from yzindex.grading.checks import Check, plain, shown
from yzindex.grading.replies import layout, payload

#: Cells by row; the first row is the header.
Rows = list[list[str]]

_RULE_CELL = re.compile(r":?-+:?")


class Table(Check):
    """One Markdown table with exactly these columns and so many rows."""

    check: Literal["table"] = "table"
    columns: tuple[str, ...] = Field(min_length=2)
    rows: int = Field(ge=1)

    def rule(self) -> str:
        return f"Give one Markdown table with the columns {shown(self.columns)} in this order and {self.rows} rows."

    def fault(self, text: str) -> str:
        tables = list(_tables(text))
        if len(tables) != 1:
            return f"{len(tables)} tables"
        return _shape_fault(tables[0], self.columns, self.rows)


class Csv(Check):
    """CSV (alone, or in the only fenced block) with exactly this header and so many rows."""

    check: Literal["csv"] = "csv"
    columns: tuple[str, ...] = Field(min_length=2)
    rows: int = Field(ge=1)

    def rule(self) -> str:
        return (
            f"Give CSV with the header line `{','.join(self.columns)}` and {self.rows} rows; "
            "quote a field that holds a comma or a quotation mark."
        )

    def fault(self, text: str) -> str:
        return _shape_fault(_csv_rows(text), self.columns, self.rows)


class Column(Check):
    """The cells of a column, from the top; the prompt gives them, so the model is not told."""

    check: Literal["column"] = "column"
    stated: bool = False
    of: Literal["table", "csv"]
    column: str
    cells: tuple[str, ...] = Field(min_length=1)

    def rule(self) -> str:
        return f"Column `{self.column}` has the values that the task gives, in the order it asks for."

    def fault(self, text: str) -> str:
        rows = _csv_rows(text) if self.of == "csv" else next(_tables(text), [])
        if not rows or self.column not in rows[0]:
            return f"no column {self.column}"
        place = rows[0].index(self.column)
        found = [plain(row[place]) if place < len(row) else "" for row in rows[1:]]
        return "" if found == [plain(cell) for cell in self.cells] else f"column {self.column} has other cells"


def _shape_fault(rows: Rows, columns: tuple[str, ...], count: int) -> str:
    if not rows or tuple(rows[0]) != columns:
        return f"the columns are not {shown(columns)}"
    if any(len(row) != len(columns) for row in rows):
        return "a row with more or fewer cells"
    return "" if len(rows) == count + 1 else f"{len(rows) - 1} rows"


def _csv_rows(text: str) -> Rows:
    """Read CSV; nothing where it is not."""
    try:
        return [row for row in csv.reader(StringIO(payload(text), newline=""), strict=True) if row]
    except csv.Error:
        return []


def _tables(text: str) -> Iterator[Rows]:
    """Give the Markdown tables outside fences: a header, a line of dashes, and the lines with bars that follow."""
    lines = [line.strip() for line in layout(text).prose.split("\n")]
    inside: Rows = []
    for before, line in pairwise(["", *lines, ""]):
        if inside and "|" in line:
            inside.append(_cells(line))
        elif inside:
            yield inside
            inside = []
        elif "|" in before and "|" in line and _is_rule(_cells(line), _cells(before)):
            inside = [_cells(before)]


def _is_rule(cells: list[str], header: list[str]) -> bool:
    return len(cells) == len(header) and all(map(_RULE_CELL.fullmatch, cells))


def _cells(line: str) -> list[str]:
    inner = line.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.strip().strip("*`").replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]
