"""Rewrite a benchmark's test so that it notes its cases: each assertion becomes a note of what it expects."""

import ast
import inspect

from yzindex.bank.importing import recorder
from yzindex.bank.importing.assertions import Expectation, Names, expectations, refusal
from yzindex.bank.importing.source import source_of
from yzindex.bank.importing.task import Task
from yzindex.errors import TaskRefused
from yzindex.grading.scripts import function, parsed

#: What the rewritten program is called by.
ENTRY_POINT = "yz_cases"
_RECORDER = "yz_recorder"
_HELD = "yz_held_"


def check_function(test: ast.Module) -> ast.FunctionDef:
    """Give the function that holds a test's assertions; raise `TaskRefused` where there is none, or are others too."""
    check = function(test, "check")
    if check is None or len(check.args.args) != 1:
        raise TaskRefused("its test has no function `check` with one parameter, the candidate")
    for node in test.body:
        if node is not check and any(isinstance(inner, ast.Assert) for inner in ast.walk(node)):
            raise refusal(node, "makes assertions outside of `check`")
    return check


def names_of(check: ast.FunctionDef) -> Names:
    """Give what stands for the candidate: its parameter, and the variables that a call of it is assigned to."""
    names = Names(candidate=check.args.args[0].arg)
    return Names(candidate=names.candidate, held={name for node in ast.walk(check) if (name := _holder(node, names))})


def recording_program(task: Task, test: ast.Module) -> str:
    """Give a program whose `ENTRY_POINT` returns a task's cases; raise `TaskRefused`. Changes the tree."""
    check = check_function(test)
    names = names_of(check)
    _Rewriter(names).visit(check)
    check.args.args[0].arg = _RECORDER
    _refuse_other_uses(check, names)
    parts = (task.program, inspect.getsource(recorder), source_of(ast.fix_missing_locations(test)))
    call = f"def {ENTRY_POINT}():\n    return yz_record({task.entry_point}, check)\n"
    program = "\n\n\n".join((*parts, call))
    if parsed(program) is None:
        raise TaskRefused("its prompt, canonical solution and test make no Python program")
    return program


def _holder(node: ast.AST, names: Names) -> str | None:
    """Give the variable that a statement assigns a call of the candidate to, or None."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if names.is_call(value):
            return name
    return None


def _refuse_other_uses(check: ast.FunctionDef, names: Names) -> None:
    for statement in ast.walk(check):
        if isinstance(statement, ast.stmt) and statement is not check:
            own = [part for part in ast.iter_child_nodes(statement) if not isinstance(part, ast.stmt)]
            if any(names.occur_in(part) for part in own):
                raise refusal(statement, "uses the candidate or what it returned outside of an assertion")


class _Rewriter(ast.NodeTransformer):
    """Turns assertions into notes, and calls whose result is kept into their arguments."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        notes = [self._note(each) for each in expectations(node.test, self._names)]
        return [ast.copy_location(ast.Expr(note), node) for note in notes] or [ast.copy_location(ast.Pass(), node)]

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        if (name := _holder(node, self._names)) and isinstance(node.value, ast.Call):
            node.targets = [ast.Name(_HELD + name, ast.Store())]
            node.value = self._arguments(node.value)
        return node

    def visit_Try(self, node: ast.Try) -> ast.Try:
        if any(isinstance(inner, ast.Assert) for inner in ast.walk(node)):
            raise refusal(node, "may catch what an assertion raises")
        return node

    def _note(self, each: Expectation) -> ast.Call:
        returned = each.returned
        args = (
            self._arguments(returned) if isinstance(returned, ast.Call) else ast.Name(_HELD + returned.id, ast.Load())
        )
        compared: list[ast.expr] = [
            ast.Constant(each.equality.value),
            ast.Constant(None if each.view is None else each.view.value),
            ast.Constant(None) if each.tolerance is None else each.tolerance,
            ast.Constant(each.inclusive),
        ]
        return _method("expect", [args, each.expected, *compared], [])

    def _arguments(self, call: ast.Call) -> ast.Call:
        return _method("call", call.args, call.keywords)


def _method(name: str, args: list[ast.expr], keywords: list[ast.keyword]) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name(_RECORDER, ast.Load()), name, ast.Load()), args, keywords)
