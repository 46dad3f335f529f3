"""Take a task's cases out of its test: as literals where it is plain, else by running it, rewritten, in the sandbox."""

import ast
import math

from pydantic import ValidationError

from yzindex.bank.importing.assertions import Expectation, expectations
from yzindex.bank.importing.literals import NoLiteral, literal
from yzindex.bank.importing.rebinding import refuse_rebinding
from yzindex.bank.importing.rewriting import ENTRY_POINT, check_function, names_of, recording_program
from yzindex.bank.importing.task import Task
from yzindex.errors import TaskRefused
from yzindex.grading.code import CallCase
from yzindex.grading.code_grading import last_line
from yzindex.grading.scripts import parsed
from yzindex.ports import CodeCase, CodeJob, CodeRunner, Ending
from yzindex.syntax import literal_value
from yzindex.wording import bounded_repr, reasons_of, shown

#: As many as a sandbox runs for one program.
MOST_CASES = 1000


def cases_of(task: Task, runner: CodeRunner) -> tuple[CallCase, ...]:
    """Give a task's cases in the order of its assertions, each once; raise `TaskRefused`."""
    test = parsed(task.test)
    if test is None:
        raise TaskRefused("its test is no Python code")
    check = check_function(test)
    refuse_rebinding(task, test, check, names_of(check))
    found = _plain_cases(check)
    if found is None:
        found = _recorded_cases(recording_program(task, test), runner)
    cases = tuple(dict.fromkeys(found))
    if not cases:
        raise TaskRefused("its test asserts nothing about the candidate")
    if len(cases) > MOST_CASES:
        raise TaskRefused(f"its test has {len(cases)} cases; at most {MOST_CASES} can be run")
    return cases


def _plain_cases(check: ast.FunctionDef) -> list[CallCase] | None:
    """Give the cases of a test that is nothing but assertions of literals, or None."""
    names = names_of(check)
    cases = list[CallCase]()
    for statement in check.body:
        if isinstance(statement, ast.Assert):
            found = [_plain_case(each) for each in expectations(statement.test, names)]
            if None in found:
                return None
            cases += filter(None, found)
        elif not (isinstance(statement, ast.Pass) or _is_text(statement)):
            return None
    return cases


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _plain_case(each: Expectation) -> CallCase | None:
    call = each.returned
    if not isinstance(call, ast.Call) or call.keywords:
        return None
    try:
        args = tuple(literal_value(arg) for arg in call.args)
        expected = literal_value(each.expected)
        tolerance = None if each.tolerance is None else literal_value(each.tolerance)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return None
    return _case(args, expected, each.equality, each.view, tolerance, each.inclusive)


def _recorded_cases(program: str, runner: CodeRunner) -> list[CallCase]:
    (done,) = runner.run(CodeJob(source=program, cases=(CodeCase(entry_point=ENTRY_POINT),))).cases
    if done.ending is not Ending.COMPLETED:
        raise TaskRefused(f"its test could not be unrolled: {done.ending}: {last_line(done.stderr)}".rstrip(": "))
    if not isinstance(done.value, list) or not all(isinstance(each, tuple) and len(each) == 6 for each in done.value):
        raise TaskRefused("its test could not be unrolled: it gave something else than cases")
    return [_case(*record) for record in done.value]


def _case(
    args: object, expected: object, equality: object, view: object, tolerance: object, inclusive: object
) -> CallCase:
    try:
        return CallCase.model_validate(
            {
                "args": literal(args),
                "expected": literal(expected),
                "equality": equality,
                "view": view,
                "tolerance": None if tolerance is None else _below(tolerance, inclusive=bool(inclusive)),
            }
        )
    except NoLiteral as error:
        raise TaskRefused(f"a value of its test has no literal: {error}") from error
    except ValidationError as invalid:
        raise TaskRefused(f"a case of its test cannot be used: {reasons_of(invalid)}") from invalid


def _below(tolerance: object, *, inclusive: bool) -> float:
    """Give the number that an allowed difference is less than."""
    if not isinstance(tolerance, int | float):
        raise TaskRefused(f"a tolerance of its test is no number: {shown(bounded_repr(tolerance))}")
    try:
        least = float(tolerance)
    except OverflowError:
        raise TaskRefused(f"a tolerance of its test is beyond all floats: {bounded_repr(tolerance)}") from None
    return math.nextafter(least, math.inf) if inclusive else least
