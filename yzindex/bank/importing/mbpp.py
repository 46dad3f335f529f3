"""The file formats of MBPP (google-research/mbpp): the whole as JSON lines, the sanitized part as an array."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from yzindex.bank.importing.bare import asked, bare_test, called_by, check_function_of
from yzindex.bank.importing.rows import read_rows
from yzindex.bank.importing.source import source_of
from yzindex.bank.importing.task import Task, question_id
from yzindex.bank.importing.tiers import tiers_of
from yzindex.bank.question import Tier
from yzindex.errors import TaskRefused
from yzindex.ports import CodeRunner

_SOURCE = "google-research/mbpp"
_LICENCE = "CC-BY-4.0"


class _Row(BaseModel):
    """A line of the file, or a member of the array."""

    model_config = ConfigDict(frozen=True)

    task_id: Annotated[int, Field(ge=0, lt=10**9)]
    #: The sanitized part calls it `prompt`.
    text: Annotated[str, Field(min_length=1, validation_alias=AliasChoices("text", "prompt"))]
    code: Annotated[str, Field(min_length=1)]
    test_list: Annotated[tuple[str, ...], Field(min_length=1)]
    challenge_test_list: tuple[str, ...] = ()
    test_imports: tuple[str, ...] = ()
    test_setup_code: str = ""

    @property
    def name(self) -> str:
        return f"MBPP/{self.task_id}"


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """A task without the name of its function, which only its assertions tell."""

    row: _Row
    tier: Tier

    @property
    def name(self) -> str:
        return self.row.name

    def finished(self, runner: CodeRunner) -> Task:
        row = self.row
        solution = _with_line_ends(row.code)
        test = bare_test([*row.test_list, *row.challenge_test_list])
        entry_point = called_by(test, solution)
        if len(set(map(source_of, test.assertions))) == 1:
            raise TaskRefused("its prompt shows all that is expected")
        setup = (*row.test_imports, row.test_setup_code)
        return Task(
            name=self.name,
            question_id=question_id(self.name),
            text=asked(_with_line_ends(row.text), entry_point, test),
            entry_point=entry_point,
            solution=solution,
            test="\n".join((*map(_with_line_ends, setup), check_function_of(test, entry_point))),
            tier=self.tier,
            source=f"{_SOURCE} {self.name}",
            licence=_LICENCE,
        )


def read(file: Path) -> tuple[_Draft, ...]:
    """Give the tasks in the file's order; raise `InvalidFile` with every fault found."""
    rows = read_rows(file, _Row, lambda row: row.name, array_allowed=True)
    tiers = tiers_of([row.code for row in rows])
    return tuple(_Draft(row=row, tier=tier) for row, tier in zip(rows, tiers, strict=True))


def _with_line_ends(text: str) -> str:
    """Give a text with the line ends of Python; the file has those of Windows."""
    return text.replace("\r\n", "\n")
