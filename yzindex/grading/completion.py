"""Continue a function that a prompt began with the body that a reply gives.

A body comes as it stands, or with its indentation lost: of the first line, as where a reply was trimmed, or of all of
it, as in a fence. What follows the function, such as the next one that a model began, is left off if it is broken.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache
from textwrap import dedent, indent

from yzindex.grading.scripts import Script, function, parsed, script

_ENDS = ast.Return | ast.Yield | ast.YieldFrom
_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


def is_stub(stub: str, entry_point: str) -> bool:
    """Say whether a text is the beginning of this function, so that a body can follow."""
    return _begun(stub, entry_point) is not None


def completed(stub: str, entry_point: str, body: str) -> Script | None:
    r"""Give the function with this body, or None where the text is no body of it.

    >>> completed("def f(x):\n", "f", "if x:\n        return 1\n    return 2").text
    'def f(x):\n    if x:\n        return 1\n    return 2'
    """
    begun = _begun(stub, entry_point)
    lines = body.lstrip("\n").split("\n")
    if begun is None or not body.strip():
        return None
    for form in dict.fromkeys(_forms(lines, _margin(stub, begun))):
        found = script(f"{stub.rstrip()}\n{form}")
        node = function(found.tree, entry_point) if found.tree else None
        if node and _continues(node, begun, is_indented=lines[0][:1].isspace()):
            return found
    return None


@lru_cache(maxsize=256)
def _begun(stub: str, entry_point: str) -> ast.FunctionDef | None:
    """Read a stub, with a body that says nothing where it has no docstring. The tree is shared: only to be read."""
    for text in (stub, f"{stub.rstrip()}\n    pass\n"):
        tree = parsed(text)
        if tree is not None:
            node = function(tree, entry_point)
            return node if node and tree.body[-1] is node else None
    return None


def _margin(stub: str, begun: ast.FunctionDef) -> str:
    """Give the indentation of the function's body."""
    first = begun.body[0]
    lines = stub.split("\n")
    margin = lines[first.lineno - 1][: first.col_offset] if first.lineno <= len(lines) else ""
    return margin if margin and not margin.strip() else "    "


def _forms(lines: list[str], margin: str) -> Iterator[str]:
    """Give the ways to read a body, the most likely first."""
    text = "\n".join(lines)
    if lines[0][:1].isspace():
        yield text
    yield indent(dedent(text), margin)
    trimmed = [margin + lines[0].lstrip(), *lines[1:]]
    yield "\n".join(trimmed)
    end = next((place for place, line in enumerate(lines) if place and line and not line[0].isspace()), len(lines))
    yield "\n".join([lines[0] if lines[0][:1].isspace() else trimmed[0], *lines[1:end]])


def _continues(node: ast.FunctionDef, begun: ast.FunctionDef, *, is_indented: bool) -> bool:
    """Tell a body from other code that can be indented, such as a call of the function: it was indented, or returns."""
    goes_on = len(node.body) > len(begun.body) or isinstance(begun.body[-1], ast.Pass)
    return goes_on and (is_indented or _returns(node))


def _returns(node: ast.FunctionDef) -> bool:
    open_nodes: list[ast.AST] = [*node.body]
    while open_nodes:
        inner = open_nodes.pop()
        if isinstance(inner, _ENDS):
            return True
        if not isinstance(inner, _SCOPES):
            open_nodes.extend(ast.iter_child_nodes(inner))
    return False
