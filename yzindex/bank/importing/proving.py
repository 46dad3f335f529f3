"""Find wrong replies to a task, and prove that its cases catch them.

Several programs go into one container: each case still has a process of its own, which loads one of them. They are the
benchmark's own or made of it, so there is nothing to hide from one another.
"""

import ast
from collections.abc import Iterator, Sequence
from itertools import islice

from yzindex.bank.importing.mutants import mutants
from yzindex.bank.importing.source import source_of
from yzindex.bank.importing.task import Task, fenced
from yzindex.bank.question import REFERENCE_SCORE, WRONG_BELOW, WrongReply
from yzindex.errors import TaskRefused
from yzindex.grading.code import Calls
from yzindex.grading.code_grading import code_of, grade_code, grade_result, last_line
from yzindex.grading.grade import Grade, Verdict
from yzindex.grading.scripts import function
from yzindex.ports import CodeCase, CodeJob, CodeResult, CodeRunner, Ending
from yzindex.syntax import parse

#: Wrong programs tried at once, one round after the other until there is a near miss.
_ROUNDS = (5, 6, 6)
#: Cases and CPU seconds that each of them gets: one that never ends must not hold up the import.
_QUICK_CASES = 5
_QUICK_CPU_S = 1.0
_ENTRY_POINT = "yz_try"
#: Loads one of the programs in the place where it would have been loaded alone.
_LOADER = """
YZ_PROGRAMS = {programs!r}


def {entry_point}(number, args):
    exec(compile(YZ_PROGRAMS[number], "program.py", "exec"), globals())
    return {function}(*args)
"""


def prove_reference(spec: Calls, reference: str, runner: CodeRunner) -> None:
    """Refuse a task whose own solution does not pass."""
    grade = grade_code(spec, reference, runner, strict=True)
    if grade.score != REFERENCE_SCORE:
        raise TaskRefused(f"its canonical solution fails its own test: {grade.reason}")


def prove_test(task: Task, runner: CodeRunner) -> None:
    """Refuse a task whose own solution does not pass its test as the benchmark wrote it.

    This is what catches a test that means something else than was read from it.
    """
    source = f"{task.program}\n\n{task.test}\n\ncheck({task.entry_point})\n"
    (done,) = runner.run(CodeJob(source=source, cases=(CodeCase(),))).cases
    if done.ending is not Ending.COMPLETED:
        why = f"{done.ending}: {last_line(done.stderr)}".rstrip(": ")
        raise TaskRefused(f"its canonical solution fails its test as it stands: {why}")


def wrong_replies(task: Task, spec: Calls, runner: CodeRunner) -> tuple[WrongReply, WrongReply]:
    """Give a reply with an empty body, and a near miss: one that passes some cases, if there is any such."""
    candidates = _candidates(task)
    empty, near_miss = next(candidates), None
    tried = [empty]
    for size in _ROUNDS:
        tried += islice(candidates, size - len(tried))
        for reply, grade in zip(tried, _quickly_graded(spec, tried, runner), strict=True):
            if reply is empty:
                _check_empty(spec, empty, grade, runner)
            elif _is_caught(grade):
                near_miss = near_miss or reply
                if any(case.passed for case in grade.cases):
                    return empty, reply
        tried = []
    if near_miss is None:
        raise TaskRefused("no small mistake in its canonical solution is caught by its test")
    return empty, near_miss


def _candidates(task: Task) -> Iterator[WrongReply]:
    yield WrongReply(reply=fenced(_without_body(task)), why="Gives the function no body.")
    for mutant in mutants(task.program, task.entry_point):
        yield WrongReply(reply=fenced(mutant.source), why=mutant.why, near_miss=True)


def _without_body(task: Task) -> str:
    """Give the program up to the function's body; where the prompt does not begin it, all but that body."""
    if task.prompt:
        return f"{task.prompt.rstrip()}\n    pass\n"
    tree = parse(task.program)
    node = function(tree, task.entry_point)
    if node is not None:
        node.body = [ast.Pass()]
    return source_of(tree) + "\n"


def _check_empty(spec: Calls, empty: WrongReply, grade: Grade, runner: CodeRunner) -> None:
    if not _is_caught(grade) and grade_code(spec, empty.reply, runner, strict=True).score >= WRONG_BELOW:
        raise TaskRefused("an empty body passes its test")


def _is_caught(grade: Grade) -> bool:
    """Whether a case went wrong for certain: a limit that was reached might have been wider."""
    return any(case.verdict in (Verdict.WRONG_ANSWER, Verdict.RUNTIME_ERROR) for case in grade.cases)


def _quickly_graded(spec: Calls, replies: Sequence[WrongReply], runner: CodeRunner) -> list[Grade]:
    """Grade replies on the first cases, all in one container."""
    if not replies:
        return []
    quick = spec.model_copy(update={"cases": spec.cases[:_QUICK_CASES]})
    programs = tuple(code_of(spec, each.reply) or "" for each in replies)
    source = _LOADER.format(programs=programs, entry_point=_ENTRY_POINT, function=spec.entry_point)
    cases = tuple(
        CodeCase(entry_point=_ENTRY_POINT, args=f"({number}, {case.args})")
        for number in range(len(programs))
        for case in quick.cases
    )
    done = runner.run(CodeJob(source=source, cases=cases, cpu_s=_QUICK_CPU_S))
    return [
        grade_result(
            quick,
            CodeResult(cases=done.cases[start : start + len(quick.cases)], engine=done.engine, where=done.where),
            strict=True,
        )
        for start in range(0, len(cases), len(quick.cases))
    ]
