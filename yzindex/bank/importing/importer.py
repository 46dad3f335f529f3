"""Turn a benchmark's tasks into questions, each proven in the sandbox before it is taken.

A question is taken only if the canonical solution passes all the cases that were split off its test, an empty body
passes too few, and a program with one small mistake is caught.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice

from yzindex.bank.importing.mutants import Mutant, mutants
from yzindex.bank.importing.splitting import cases_of
from yzindex.bank.importing.task import Task
from yzindex.bank.question import REFERENCE_SCORE, WRONG_BELOW, Kind, Question, WrongReply
from yzindex.dimensions import Dimension
from yzindex.errors import TaskRefused
from yzindex.grading.code import Calls
from yzindex.grading.code_grading import grade_code
from yzindex.grading.grade import Grade, Verdict
from yzindex.grading.scripts import function, parsed
from yzindex.parallel import in_order
from yzindex.ports import CodeRunner

#: Mutants tried for a near miss, and the cases and seconds each gets: one that never ends must not hold up the import.
_MOST_MUTANTS = 16
_MUTANT_CASES = 10
_MUTANT_CPU_S = 1.0
_TICKS = re.compile(r"`+")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A task that became a question."""

    name: str
    question: Question


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A task that did not, and why."""

    name: str
    reason: str


def import_tasks(tasks: Iterable[Task], runner: CodeRunner, *, at_once: int) -> Iterator[Taken | Refused]:
    """Import tasks, `at_once` at a time, and give what became of them in their order.

    Raises `CodeRunnerUnavailable`: trouble of ours is no reason to refuse a task.
    """
    return in_order(partial(_tried, runner=runner), tasks, at_once=at_once)


def import_task(task: Task, runner: CodeRunner) -> Question:
    """Make a question of a task and prove it; raise `TaskRefused`."""
    prelude, stub = _given_code(task)
    spec = Calls(entry_point=task.entry_point, cases=cases_of(task, runner), prelude=prelude, stub=stub)
    reference = _fenced(task.program)
    proof = grade_code(spec, reference, runner, strict=True)
    if proof.score != REFERENCE_SCORE:
        raise TaskRefused(f"its canonical solution fails its own test: {proof.reason}")
    return Question(
        id=task.question_id,
        dimension=Dimension.EXECUTION,
        kind=Kind.ALGORITHM,
        prompt=f"Complete this Python function:\n\n{_fenced(task.prompt)}",
        tier=task.tier,
        strict=True,
        grader=spec,
        reference=reference,
        wrong=(_empty_body(task, spec, runner), _near_miss(task, spec, runner)),
        source=task.source,
        licence=task.licence,
    )


def _tried(task: Task, runner: CodeRunner) -> Taken | Refused:
    try:
        return Taken(name=task.name, question=import_task(task, runner))
    except TaskRefused as refused:
        return Refused(name=task.name, reason=str(refused))


def _given_code(task: Task) -> tuple[str, str]:
    """Split the prompt into what comes before the function, and the function's beginning."""
    tree = parsed(task.program)
    if tree is None:
        raise TaskRefused("its prompt and canonical solution make no Python program")
    node = function(tree, task.entry_point)
    lines = task.prompt.splitlines(keepends=True)
    if node is None or node.lineno > len(lines):
        raise TaskRefused(f"its prompt does not begin a function {task.entry_point}")
    start = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
    prelude = "".join(lines[:start]).strip()
    return f"{prelude}\n" if prelude else "", "".join(lines[start:]).rstrip() + "\n"


def _empty_body(task: Task, spec: Calls, runner: CodeRunner) -> WrongReply:
    reply = _fenced(f"{task.prompt.rstrip()}\n    pass\n")
    grade = grade_code(spec, reply, runner, strict=True)
    if grade.score >= WRONG_BELOW:
        raise TaskRefused("an empty body passes its test")
    return WrongReply(reply=reply, why="Gives the function no body.")


def _near_miss(task: Task, spec: Calls, runner: CodeRunner) -> WrongReply:
    """Find a mutant that the cases catch, one that passes some of them if there is any."""
    quick = spec.model_copy(update={"cases": spec.cases[:_MUTANT_CASES], "cpu_s": _MUTANT_CPU_S})
    caught: list[Mutant] = []
    for mutant in islice(mutants(task.program, task.entry_point), _MOST_MUTANTS):
        grade = grade_code(quick, _fenced(mutant.source), runner, strict=True)
        if not _is_caught(grade):
            continue
        caught.append(mutant)
        if any(case.passed for case in grade.cases):
            return WrongReply(reply=_fenced(mutant.source), why=mutant.why, near_miss=True)
    if not caught:
        raise TaskRefused("no small mistake in its canonical solution is caught by its test")
    return WrongReply(reply=_fenced(caught[0].source), why=caught[0].why, near_miss=True)


def _is_caught(grade: Grade) -> bool:
    """Whether a case went wrong for certain: a limit that was reached might have been wider."""
    return any(case.verdict in (Verdict.WRONG_ANSWER, Verdict.RUNTIME_ERROR) for case in grade.cases)


def _fenced(code: str) -> str:
    longest = max((len(run) for run in _TICKS.findall(code)), default=0)
    fence = "`" * max(3, longest + 1)
    text = code.lstrip("\n").rstrip()
    return f"{fence}python\n{text}\n{fence}\n"
