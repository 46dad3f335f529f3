"""The file format of HumanEval (openai/human-eval)."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from yzindex.bank.importing.rows import read_rows
from yzindex.bank.importing.task import Task, question_id
from yzindex.bank.importing.tiers import tiers_of
from yzindex.bank.question import Tier
from yzindex.grading.code import function_name

_SOURCE = "openai/human-eval"
_LICENCE = "MIT"


class _Row(BaseModel):
    """A line of the file."""

    model_config = ConfigDict(frozen=True)

    task_id: Annotated[str, Field(pattern=r"^[A-Za-z][\w./ -]{2,60}$")]
    prompt: Annotated[str, Field(min_length=1)]
    entry_point: Annotated[str, AfterValidator(function_name)]
    canonical_solution: str
    test: Annotated[str, Field(min_length=1)]


def read(file: Path) -> tuple[Task, ...]:
    """Give the tasks in the file's order; raise `InvalidFile` with every fault found."""
    rows = read_rows(file, _Row, lambda row: question_id(row.task_id))
    return tuple(map(_task, rows, tiers_of([row.canonical_solution for row in rows])))


def _task(row: _Row, tier: Tier) -> Task:
    return Task(
        name=row.task_id,
        question_id=question_id(row.task_id),
        prompt=row.prompt,
        entry_point=row.entry_point,
        solution=row.canonical_solution,
        test=row.test,
        tier=tier,
        source=f"{_SOURCE} {row.task_id}",
        licence=_LICENCE,
    )
