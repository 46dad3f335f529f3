"""Programs that are right but for one small mistake, made from a right one. The same program gives the same mutants."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from yzindex.bank.importing.source import source_of
from yzindex.grading.scripts import function
from yzindex.syntax import parse

_COMPARISONS: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
    ast.In: ast.NotIn(),
    ast.NotIn: ast.In(),
}
_OPERATORS: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.Add(),
    ast.Div: ast.FloorDiv(),
    ast.FloorDiv: ast.Div(),
    ast.Mod: ast.FloorDiv(),
    ast.Pow: ast.Mult(),
}


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A program with one mistake, and the mistake in words."""

    source: str
    why: str


def mutants(program: str, entry_point: str) -> Iterator[Mutant]:
    """Give programs that differ from this one in one place of its entry point: the mistakes hardest to see first."""
    for mistake in (_boundary, _off_by_one, _operator, _other_connective, _negation, _no_result):
        for place in range(len(_places(parse(program), entry_point))):
            tree = parse(program)
            node = _places(tree, entry_point)[place]
            right = _first_line(node)
            if mistake(node):
                why = f"Has `{_first_line(node)}` where `{right}` is right."
                yield Mutant(source=source_of(tree) + "\n", why=why)


def _first_line(node: ast.AST) -> str:
    return source_of(node).partition("\n")[0]


def _places(tree: ast.Module, entry_point: str) -> list[ast.AST]:
    node = function(tree, entry_point)
    return [] if node is None else [inner for statement in node.body for inner in ast.walk(statement)]


# Each makes one mistake in a node, if it can, and says whether it did.


def _boundary(node: ast.AST) -> bool:
    if not isinstance(node, ast.Compare) or type(node.ops[0]) not in _COMPARISONS:
        return False
    node.ops[0] = _COMPARISONS[type(node.ops[0])]
    return True


def _off_by_one(node: ast.AST) -> bool:
    if not isinstance(node, ast.Constant) or type(node.value) is not int:
        return False
    node.value += 1
    return True


def _operator(node: ast.AST) -> bool:
    if not isinstance(node, ast.BinOp | ast.AugAssign) or type(node.op) not in _OPERATORS:
        return False
    node.op = _OPERATORS[type(node.op)]
    return True


def _other_connective(node: ast.AST) -> bool:
    if not isinstance(node, ast.BoolOp):
        return False
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    return True


def _negation(node: ast.AST) -> bool:
    if not isinstance(node, ast.If | ast.IfExp | ast.While):
        return False
    node.test = ast.UnaryOp(ast.Not(), node.test)
    return True


def _no_result(node: ast.AST) -> bool:
    if not isinstance(node, ast.Return) or node.value is None:
        return False
    node.value = None
    return True
