"""The file formats of EvalPlus (evalplus/evalplus): HumanEval+, whose prompts begin a function, and MBPP+.

A file has inputs and nothing that is expected of them. What it does not say is how what is returned is compared: by
`==`, floats within a tolerance, in MBPP+ through the view that the assertions of MBPP have. Those also show where an
input has tuples or sets, of which JSON makes lists.
"""

import ast
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from yzindex.bank.importing.bare import BareTest, asked, bare_test, check_function_of
from yzindex.bank.importing.rows import read_rows
from yzindex.bank.importing.shapes import arguments_like
from yzindex.bank.importing.splitting import cases_of
from yzindex.bank.importing.task import Task, question_id
from yzindex.bank.importing.tiers import tiers_of
from yzindex.bank.importing.working_out import Comparison, chosen, worked_out
from yzindex.bank.question import Tier
from yzindex.errors import TaskRefused
from yzindex.grading.code import CallCase, function_name
from yzindex.grading.scripts import parsed
from yzindex.ports import CodeRunner
from yzindex.syntax import literal_value

_SOURCE = "evalplus/evalplus"
_LICENCE = "Apache-2.0"
#: What EvalPlus allows where floats are returned and the file allows nothing.
FLOAT_TOLERANCE = 1e-6
#: Of these functions EvalPlus takes more than one answer, by code that is in no file.
SEVERAL_ANSWERS = frozenset({"find_zero", "are_equivalent", "sum_div", "surface_Area", "digit_distance_nums"})

_Inputs = tuple[tuple[JsonValue, ...], ...]
_NoInputs = Annotated[dict[str, JsonValue], Field(max_length=0)]


class _Row(BaseModel):
    """A line of the file."""

    model_config = ConfigDict(frozen=True)

    task_id: Annotated[str, Field(pattern=r"^(HumanEval|Mbpp)/\d{1,9}$")]
    prompt: Annotated[str, Field(min_length=1)]
    entry_point: Annotated[str, AfterValidator(function_name)]
    canonical_solution: Annotated[str, Field(min_length=1)]
    base_input: _Inputs
    #: MBPP+ writes `{}` where it has none.
    plus_input: _Inputs | _NoInputs = ()
    atol: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    #: The assertions of MBPP; only MBPP+ has them.
    assertion: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """A task without what is expected."""

    row: _Row
    tier: Tier

    @property
    def name(self) -> str:
        return self.row.task_id

    def finished(self, runner: CodeRunner) -> Task:
        row = self.row
        if row.entry_point in SEVERAL_ANSWERS:
            raise TaskRefused("EvalPlus takes several answers to it, and its file does not say which")
        task = Task(
            name=self.name,
            question_id=f"evalplus-{question_id(self.name)}",
            prompt=row.prompt,
            entry_point=row.entry_point,
            solution=row.canonical_solution,
            tier=self.tier,
            source=f"{_SOURCE} {self.name}",
            licence=_LICENCE,
        )
        if row.assertion is None:
            return _with_cases(task, row, (), runner)
        test = bare_test([row.assertion])
        task = replace(
            task,
            prompt="",
            solution=row.prompt + row.canonical_solution,
            text=asked(_text(row.prompt), row.entry_point, test),
        )
        return _with_cases(task, row, _asserted(task, test, row.atol, runner), runner)


def read(file: Path) -> tuple[_Draft, ...]:
    """Give the tasks in the file's order; raise `InvalidFile` with every fault found."""
    rows = read_rows(file, _Row, lambda row: row.task_id, nan_allowed=True)
    tiers = tiers_of([row.canonical_solution for row in rows])
    return tuple(_Draft(row=row, tier=tier) for row, tier in zip(rows, tiers, strict=True))


def _with_cases(task: Task, row: _Row, asserted: tuple[CallCase, ...], runner: CodeRunner) -> Task:
    """Give the task with the cases that its inputs make, compared as the assertions compare if they agree."""
    inputs = chosen(row.base_input, row.plus_input if isinstance(row.plus_input, tuple) else ())
    if asserted:
        example = literal_value(max((each.args for each in asserted), key=len))  # shows most
        assert isinstance(example, tuple)  # `CallCase` sees to it
        inputs = [arguments_like(each, example) for each in inputs]
    views = {each.view for each in asserted}
    comparison = Comparison(
        view=views.pop() if len(views) == 1 else None, tolerance=row.atol, float_tolerance=FLOAT_TOLERANCE
    )
    found = worked_out(task.program, task.entry_point, inputs, comparison, runner)
    return replace(task, cases=found.cases, tolerance=found.tolerance, left_out=found.left_out)


def _asserted(task: Task, test: BareTest, tolerance: float, runner: CodeRunner) -> tuple[CallCase, ...]:
    """Split the assertions of MBPP. Where the file has a tolerance, they need not say how to compare."""
    try:
        return cases_of(replace(task, test=check_function_of(test, task.entry_point)), runner)
    except TaskRefused:
        if tolerance:
            return ()
        raise


def _text(prompt: str) -> str:
    """Give what MBPP+ asks in its docstring, without the assertion that ends it."""
    tree = parsed(prompt)
    words = (ast.get_docstring(tree) if tree else None) or prompt
    return words.partition("\nassert ")[0]
