"""Mutants of a program for tests of graders: five of each, however short it is."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from yzindex.bank.importing.mutants import mutants

MADE = 5


def mutated(program: str, entry_point: str) -> list[str]:
    """Sources that differ from the program in one place, without repeats: first by the mistakes an importer makes."""
    found: dict[str, None] = {}
    for each in mutants(program, entry_point):
        if len(found) == MADE:
            break
        found[each.source] = None
    for mistake in (_dropped_line, _swapped_branches, _other_constant, _argument_for_call, *_OTHER_RESULTS):
        for source in _with(program, entry_point, mistake):
            if len(found) == MADE:
                return list(found)
            found[source] = None
    return list(found)


def _with(program: str, entry_point: str, mistake: Callable[[ast.AST], bool]) -> Iterator[str]:
    """The program with a mistake, at each place of the entry point that takes it."""
    for place in range(sum(1 for _ in ast.walk(_function(ast.parse(program), entry_point)))):
        tree = ast.parse(program)
        if mistake(list(ast.walk(_function(tree, entry_point)))[place]):
            yield ast.unparse(tree) + "\n"


def _function(tree: ast.Module, name: str) -> ast.FunctionDef:
    return next(node for node in reversed(tree.body) if isinstance(node, ast.FunctionDef) and node.name == name)


def _dropped_line(node: ast.AST) -> bool:
    body = getattr(node, "body", None)
    if not isinstance(body, list) or len(body) < 2 or isinstance(body[-2], ast.Expr):
        return False
    del body[-2]
    return True


def _swapped_branches(node: ast.AST) -> bool:
    if not isinstance(node, ast.If | ast.IfExp) or not node.orelse:
        return False
    node.body, node.orelse = node.orelse, node.body
    return True


def _other_constant(node: ast.AST) -> bool:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str | float | bool):
        return False
    node.value = {str: lambda value: f"{value}x", float: lambda value: value + 1, bool: lambda value: not value}[
        type(node.value)
    ](node.value)
    return True


def _argument_for_call(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or len(node.args) != 1:
        return False
    node.func = ast.parse("(lambda it: it)", mode="eval").body
    return True


def _result_in(template: str) -> Callable[[ast.AST], bool]:
    def mistake(node: ast.AST) -> bool:
        if not isinstance(node, ast.Return) or node.value is None:
            return False
        node.value = ast.parse(template.format(ast.unparse(node.value)), mode="eval").body
        return True

    return mistake


_OTHER_RESULTS = tuple(map(_result_in, ("not ({})", "({}) * 2", "[{}]", "({}) or None", "str({})", "({})[:-1]")))
