"""A piece of Python read without being run: what it defines and misses, and how several pieces become one program."""

import ast
import builtins
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from yzindex.syntax import PARSING, parse

_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, kw_only=True)
class Script:
    """A piece of Python; `tree` is None where it does not parse, `tag` names the language where somebody said."""

    text: str
    tag: str = ""
    tree: ast.Module | None

    @cached_property
    def defined(self) -> frozenset[str]:
        """Names bound at the top level, also below a top-level `if`, `try`, `with` or loop."""
        return frozenset(bound_at_top(self.tree)) if self.tree else frozenset()

    @cached_property
    def made(self) -> frozenset[str]:
        """Of these, what the piece makes itself: not what it imports, nor functions that have no body yet."""
        if self.tree is None:
            return frozenset()
        hollow = {node.name for node in self.tree.body if isinstance(node, ast.FunctionDef) and is_hollow(node)}
        return frozenset(bound_at_top(self.tree, imported=False)) - hollow

    @cached_property
    def missing(self) -> frozenset[str]:
        """Names used that are bound nowhere in the piece."""
        if self.tree is None:
            return frozenset()
        used = {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)}
        bound = {name for node in ast.walk(self.tree) for name in bound_by(node)}
        return frozenset(used - bound - _BUILTINS)

    @property
    def acts(self) -> bool:
        """Whether it does or defines anything, as a stray word or number that happens to parse does not."""
        return self.tree is not None and any(not _idle(statement) for statement in self.tree.body)


def script(text: str, tag: str = "") -> Script:
    """Read a piece of Python."""
    return Script(text=text, tag=tag, tree=parsed(text))


def parsed(text: str) -> ast.Module | None:
    """Parse a piece of Python, or give None."""
    with PARSING, warnings.catch_warnings():  # filters are of all threads as well
        warnings.simplefilter("ignore")  # about the candidate's escape sequences, which are no concern of ours
        try:
            return parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def function(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    """Give the last function of this name at the top level, or None."""
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    return found[-1] if found else None


def is_hollow(node: ast.FunctionDef) -> bool:
    """Say whether a function has no body but a docstring, imports, `pass` or `...`."""
    return all(
        isinstance(statement, ast.Pass | ast.Import | ast.ImportFrom)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in node.body
    )


def joined(scripts: Sequence[Script]) -> str:
    """Make one program of several pieces, in their order; imports from `__future__` go to its top."""
    if len(scripts) == 1:
        return scripts[0].text
    features = {alias.name for each in scripts for node in _futures(each) for alias in node.names}
    first = f"from __future__ import {', '.join(sorted(features))}\n" if features else ""
    return first + "\n\n".join(_without_futures(each) for each in scripts)


def _futures(each: Script) -> list[ast.ImportFrom]:
    body = each.tree.body if each.tree else []
    return [node for node in body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]


def _without_futures(each: Script) -> str:
    """Blank out the imports that only the top of a program may hold."""
    lines = each.text.encode().split(b"\n")
    for node in reversed(_futures(each)):
        last = (node.end_lineno or node.lineno) - 1
        kept = lines[node.lineno - 1][: node.col_offset] + b"pass" + lines[last][node.end_col_offset :]
        lines[node.lineno - 1 : last + 1] = [kept, *[b""] * (last + 1 - node.lineno)]
    return b"\n".join(lines).decode()


def _idle(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and not any(isinstance(node, ast.Call) for node in ast.walk(statement))


def bound_at_top(tree: ast.Module, *, imported: bool = True) -> Iterator[str]:
    """Give the names bound outside of functions and classes, each as often as it is."""
    open_nodes: list[ast.AST] = [tree]
    while open_nodes:
        node = open_nodes.pop()
        if imported or not isinstance(node, ast.alias):
            yield from bound_by(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            open_nodes.extend(ast.iter_child_nodes(node))


def bound_by(node: ast.AST) -> Iterator[str]:
    """Give the names that a node itself binds, in whichever scope."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.alias(name=name, asname=other):
            yield other or name.partition(".")[0]
        case ast.arg(arg=name):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
