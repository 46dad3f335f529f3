"""What an assertion expects of a call of the candidate, read from its syntax; nothing is run.

Of these forms, and of several joined by `and`, an assertion can be made outside (`c(x)` is the call, or a variable that
holds what it returned; sides may be swapped):

    c(x) == value           tuple(c(x)) == value, also list, set, sorted and bool      c(x) is None, True or False
    abs(c(x) - value) < tolerance, also <= and math.fabs                                c(x), not c(x)
"""

import ast
from collections.abc import Collection
from dataclasses import dataclass

from yzindex.bank.importing.source import source_of
from yzindex.errors import TaskRefused
from yzindex.grading.asserted import Equality, View

_ABSOLUTE = ("abs", "fabs", "math.fabs")
#: Characters of an assertion that a refusal quotes.
_QUOTED_CHARS = 80


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What is expected of one call."""

    #: The call itself, or the variable that holds what it returned.
    returned: ast.Call | ast.Name
    expected: ast.expr
    equality: Equality = Equality.PYTHON
    view: View | None = None
    tolerance: ast.expr | None = None
    #: Whether a difference of exactly the tolerance is allowed.
    inclusive: bool = False


@dataclass(frozen=True, kw_only=True)
class Names:
    """What stands for the candidate in a test: its own name, and variables that hold what it returned."""

    candidate: str
    held: Collection[str] = ()

    def occur_in(self, node: ast.AST) -> bool:
        names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        return self.candidate in names or not names.isdisjoint(self.held)

    def is_call(self, node: ast.AST) -> bool:
        """Say whether this calls the candidate, with arguments that have nothing to do with it."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != self.candidate:
            return False
        return not any(self.occur_in(part) for part in (*node.args, *node.keywords))

    def returned(self, node: ast.expr) -> ast.Call | ast.Name | None:
        """Give the node if it stands for what the candidate returned."""
        if isinstance(node, ast.Name) and node.id in self.held:
            return node
        return node if isinstance(node, ast.Call) and self.is_call(node) else None


def expectations(test: ast.expr, names: Names) -> list[Expectation]:
    """Give what an assertion expects of the candidate, nothing if it has no part in it; raise `TaskRefused`."""
    if not names.occur_in(test):
        return []
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [each for part in test.values for each in expectations(part, names)]
    found = _truth(test, names) or _compared(test, names)
    if found is None:
        raise refusal(test, "asks something else of what is returned than to equal a value or be close to one")
    return [found]


def refusal(node: ast.AST, reason: str) -> TaskRefused:
    """Refuse a task for a part of its test."""
    source = " ".join(source_of(node).split())
    shown = source if len(source) <= _QUOTED_CHARS else f"{source[: _QUOTED_CHARS - 3]}..."
    return TaskRefused(f"`{shown}` in line {getattr(node, 'lineno', '?')} of its test {reason}")


def _truth(test: ast.expr, names: Names) -> Expectation | None:
    expected = True
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, expected = test.operand, False
    returned = names.returned(test)
    if returned is None:
        return None
    return Expectation(returned=returned, expected=ast.Constant(expected), view=View.BOOL)


def _compared(test: ast.expr, names: Names) -> Expectation | None:
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    left, operation, right = test.left, test.ops[0], test.comparators[0]
    match operation:
        case ast.Eq():
            return _equal(left, right, names) or _equal(right, left, names)
        case ast.Is():
            return _identical(left, right, names) or _identical(right, left, names)
        case ast.Lt() | ast.LtE():
            return _close(left, right, names, inclusive=isinstance(operation, ast.LtE))
        case ast.Gt() | ast.GtE():
            return _close(right, left, names, inclusive=isinstance(operation, ast.GtE))
    return None


def _equal(mine: ast.expr, expected: ast.expr, names: Names) -> Expectation | None:
    view = None
    match mine:
        case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if name in set(View):
            view, mine = View(name), inner
    returned = names.returned(mine)
    if returned is None or names.occur_in(expected):
        return None
    return Expectation(returned=returned, expected=expected, view=view)


def _identical(mine: ast.expr, expected: ast.expr, names: Names) -> Expectation | None:
    returned = names.returned(mine)
    if returned is None or not isinstance(expected, ast.Constant) or not isinstance(expected.value, bool | None):
        return None
    return Expectation(returned=returned, expected=expected, equality=Equality.EXACT)


def _close(distance: ast.expr, tolerance: ast.expr, names: Names, *, inclusive: bool) -> Expectation | None:
    match distance:
        case ast.Call(func=function, args=[ast.BinOp(left=left, op=ast.Sub(), right=right)], keywords=[]) if (
            _is_absolute(function) and not names.occur_in(tolerance)
        ):
            for mine, expected in ((left, right), (right, left)):
                if (returned := names.returned(mine)) and not names.occur_in(expected):
                    return Expectation(returned=returned, expected=expected, tolerance=tolerance, inclusive=inclusive)
    return None


def _is_absolute(function: ast.expr) -> bool:
    return source_of(function) in _ABSOLUTE
