"""Turn a benchmark's tasks into questions, each proven in the sandbox before it is taken.

A question is taken only if the canonical solution passes its test as it stands, if it has one, and all the cases that
were split off it or worked out, an empty body passes too few, and a program with one small mistake is caught.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from io import StringIO

from pydantic import ValidationError

from yzindex.bank.importing.proving import prove_reference, prove_test, wrong_replies
from yzindex.bank.importing.splitting import cases_of
from yzindex.bank.importing.task import Draft, Task, fenced
from yzindex.bank.question import Kind, Question
from yzindex.dimensions import Dimension
from yzindex.errors import InvalidJob, TaskRefused
from yzindex.grading.code import Calls
from yzindex.grading.scripts import function, parsed
from yzindex.parallel import in_order
from yzindex.ports import CodeRunner
from yzindex.wording import reasons_of


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A task that became a question."""

    name: str
    question: Question
    #: How many of its inputs were left out and why; empty if none was.
    left_out: str = ""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A task that did not, and why."""

    name: str
    reason: str


def import_tasks(tasks: Iterable[Draft], runner: CodeRunner, *, at_once: int) -> Iterator[Taken | Refused]:
    """Import tasks, `at_once` at a time, and give what became of them in their order.

    Raises `CodeRunnerUnavailable`: trouble of ours is no reason to refuse a task.
    """
    return in_order(partial(_tried, runner=runner), tasks, at_once=at_once)


def import_task(draft: Draft, runner: CodeRunner) -> Taken:
    """Make a question of a task and prove it; raise `TaskRefused`."""
    try:
        task = draft.finished(runner)
        return Taken(name=task.name, question=_proven(task, runner), left_out=task.left_out)
    except ValidationError as invalid:
        raise TaskRefused(f"no question can be made of it: {reasons_of(invalid)}") from invalid
    except InvalidJob as invalid:
        raise TaskRefused(f"no sandbox can run it: {invalid}") from invalid
    except RecursionError:
        raise TaskRefused("its code is nested too deeply to be taken apart") from None


def _proven(task: Task, runner: CodeRunner) -> Question:
    prelude, stub = _given_code(task)
    cases = task.cases or cases_of(task, runner)
    if task.text and len(cases) == 1:
        raise TaskRefused("its prompt shows all that is expected")
    spec = Calls(entry_point=task.entry_point, cases=cases, tolerance=task.tolerance, prelude=prelude, stub=stub)
    reference = fenced(task.program)
    prove_reference(spec, reference, runner)
    if task.test:
        prove_test(task, runner)
    return Question(
        id=task.question_id,
        dimension=Dimension.EXECUTION,
        kind=Kind.ALGORITHM,
        prompt=task.text or f"Complete this Python function:\n\n{fenced(task.prompt)}",
        tier=task.tier,
        strict=True,
        grader=spec,
        reference=reference,
        wrong=wrong_replies(task, spec, runner),
        source=task.source,
        licence=task.licence,
    )


def _tried(draft: Draft, runner: CodeRunner) -> Taken | Refused:
    try:
        return import_task(draft, runner)
    except TaskRefused as refused:
        return Refused(name=draft.name, reason=str(refused))


def _given_code(task: Task) -> tuple[str, str]:
    """Split the prompt into what comes before the function, and the function's beginning; a text gives neither."""
    tree = parsed(task.program)
    if tree is None:
        raise TaskRefused("its prompt and canonical solution make no Python program")
    node = function(tree, task.entry_point)
    if task.text and node is None:
        raise TaskRefused(f"its canonical solution defines no function {task.entry_point}")
    if task.text:
        return "", ""
    lines = list(StringIO(task.prompt, newline=None))  # ends lines where Python does, and at nothing else
    if node is None or node.lineno > len(lines):
        raise TaskRefused(f"its prompt does not begin a function {task.entry_point}")
    start = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
    prelude = "".join(lines[:start]).strip()
    return f"{prelude}\n" if prelude else "", "".join(lines[start:]).rstrip() + "\n"
