"""The file format of HumanEval (openai/human-eval)."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from yzindex.bank.importing.task import Task
from yzindex.bank.question import Tier
from yzindex.errors import InvalidFile
from yzindex.grading.code import function_name
from yzindex.jsonlines import read_models, repeated

_SOURCE = "openai/human-eval"
_LICENCE = "MIT"
_BEFORE_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NO_SLUG = re.compile(r"[^a-z0-9]+")


class _Row(BaseModel):
    """A line of the file."""

    model_config = ConfigDict(frozen=True)

    task_id: Annotated[str, Field(pattern=r"^[A-Za-z][\w./ -]{2,60}$")]
    prompt: Annotated[str, Field(min_length=1)]
    entry_point: Annotated[str, AfterValidator(function_name)]
    canonical_solution: str
    test: Annotated[str, Field(min_length=1)]


def read(file: Path) -> tuple[Task, ...]:
    """Give the tasks in the file's order; raise `InvalidFile` with every fault found.

    A task is easier if its canonical solution is in the shorter half of the file's, white space aside.
    """
    placed, faults = read_models(file, _Row, what="task")
    faults += repeated(placed, "task_id", lambda row: question_id(row.task_id))
    if faults:
        raise InvalidFile("\n".join(faults))
    rows = [each.value for each in placed]
    by_length = sorted(rows, key=lambda row: len("".join(row.canonical_solution.split())))
    easier = {row.task_id for row in by_length[: (len(rows) + 1) // 2]}
    return tuple(_task(row, Tier.EASIER if row.task_id in easier else Tier.HARDER) for row in rows)


def question_id(task_id: str) -> str:
    """Give the id of the question that a task becomes.

    >>> question_id("HumanEval/32")
    'human-eval-32'
    """
    return _NO_SLUG.sub("-", _BEFORE_CAPITAL.sub("-", task_id).lower()).strip("-")


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
