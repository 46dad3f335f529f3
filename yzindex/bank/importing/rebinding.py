"""Refuse a test that gives another meaning to a name by which its assertions are read."""

import ast
from collections.abc import Iterator

from yzindex.bank.importing.assertions import Names, refusal
from yzindex.bank.importing.task import Task
from yzindex.errors import TaskRefused
from yzindex.grading.asserted import View
from yzindex.grading.scripts import bound_at_top, bound_by, script

#: Built-ins that an assertion is read by.
_READ_BY = frozenset({*(view.value for view in View), "abs"})
#: Read as what they are in the standard library, so they may be imported.
_IMPORTED = frozenset({"math", "fabs"})
#: What the recorder's own names begin with.
_OURS = "yz"


def refuse_rebinding(task: Task, test: ast.Module, check: ast.FunctionDef, names: Names) -> None:
    """Raise `TaskRefused` where the test or the program it runs with gives such a name another meaning."""
    program = script(task.program)
    if changed := (program.defined & _READ_BY) | (program.made & _IMPORTED):
        raise TaskRefused(f"its program gives another meaning to {', '.join(sorted(changed))}")
    top = list(bound_at_top(test))
    if top.count(check.name) > 1:
        raise TaskRefused(f"its test gives `{check.name}` more than one meaning")
    if task.entry_point in top:
        raise TaskRefused(f"its test defines {task.entry_point} itself")
    for node, name in _bindings(test):
        is_import = isinstance(node, ast.alias)
        if name in _READ_BY or (name in _IMPORTED and not is_import) or name.lower().startswith(_OURS):
            raise refusal(node, f"gives another meaning to {name}")
    for node, name in _bindings(check):
        is_known = isinstance(node, ast.Name) or node is check.args.args[0]
        if not is_known and (name == names.candidate or name in names.held):
            raise refusal(node, f"gives another meaning to {name}")


def _bindings(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    return ((node, name) for node in ast.walk(tree) for name in bound_by(node))
