"""Tests that are bare assertions about a function called by its name, as MBPP has them.

They become the body of a function `check` whose parameter has that function's name, so that they are split like any
other test and their text stays what it was.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from yzindex.bank.importing.source import source_of
from yzindex.bank.importing.task import fenced
from yzindex.errors import TaskRefused
from yzindex.grading.scripts import parsed
from yzindex.syntax import parse
from yzindex.wording import listed, shown


@dataclass(frozen=True, kw_only=True)
class BareTest:
    """Statements, of which the assertions are what a task is graded by."""

    statements: tuple[ast.stmt, ...]

    @property
    def assertions(self) -> list[ast.Assert]:
        return [each for each in self.statements if isinstance(each, ast.Assert)]


def bare_test(assertions: Iterable[str]) -> BareTest:
    """Read assertions; raise `TaskRefused` where one is no Python, or none is there."""
    statements = list[ast.stmt]()
    for each in assertions:
        tree = parsed(each.strip())
        if tree is None:
            raise TaskRefused(f"`{shown(each)}` of its test is no Python code")
        statements += tree.body
    test = BareTest(statements=tuple(statements))
    if not test.assertions:
        raise TaskRefused("its test asserts nothing")
    return test


def called_by(test: BareTest, program: str) -> str:
    """Give the one function of a program that the assertions call; raise `TaskRefused` if there is no such one."""
    tree = parsed(program)
    if tree is None:
        raise TaskRefused("its canonical solution is no Python program")
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    called = sorted({name for each in test.assertions for name in _calls(each) if name in defined})
    if not called:
        raise TaskRefused("its test calls no function of its canonical solution")
    if len(called) > 1:
        raise TaskRefused(f"its test calls {len(called)} functions of its canonical solution: {listed(called)}")
    return called[0]


def check_function_of(test: BareTest, entry_point: str) -> str:
    """Give the source of a `check(candidate)` that makes the assertions, its parameter called like the function."""
    tree = parse(f"def check({entry_point}):\n    pass\n")
    (check,) = tree.body
    assert isinstance(check, ast.FunctionDef)
    check.body = list(test.statements)
    return source_of(tree) + "\n"


def asked(text: str, entry_point: str, test: BareTest) -> str:
    """Put a task to a model: the benchmark's text, the function's name and the first assertion, and no other."""
    example = fenced(source_of(test.assertions[0]))
    return f"{text.strip()}\n\nThe function is called `{entry_point}`. One of its tests:\n\n{example}"


def _calls(node: ast.AST) -> Iterable[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
            yield inner.func.id
