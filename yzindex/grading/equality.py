"""Compare what a program gave with what was expected. Only plain data is equal to anything, and only the comparisons of
built-in types are ever called.

What a fair grader does where types and numbers meet:

- True is not 1, a tuple is not a list, "1" is not 1, and 1.0 is wrong where the integer 1 is expected.
- 1 is wrong where the float 1.0 is expected too, unless the question has a tolerance: a tolerance says that the answer
  is a quantity, and then a whole number is a way to write it.
- A tolerance is absolute or relative, whichever allows more. It holds for floats anywhere but in the keys of a dict.
- nan equals nan, 0.0 equals -0.0, an infinity equals itself.
- A value of any other type, or nested deeper than `MAX_DEPTH`, equals nothing.
- SQL has no such types for numbers: there 3 and 3.0 are equal, and two integers are equal only if exactly so.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

#: Values nested in values.
MAX_DEPTH = 100
#: Members that have no exact equal are tried pair by pair up to this many, in sorted order beyond it.
MAX_PAIRWISE = 300
#: By how much numbers in SQL rows may differ, absolutely or relatively.
SQL_TOLERANCE = 1e-9

_PLAIN = (type(None), bool, int, str, bytes)
_Key = tuple[str, Any]


class _Incomparable(Exception):
    """A value that equals nothing, met where its equal is looked up."""


def same_value(actual: object, expected: object, *, tolerance: float = 0.0, unordered: bool = False) -> bool:
    """Say whether a returned value is the expected one; `unordered` frees the order of the outermost list.

    >>> same_value([1, True], [1, 1])
    False
    >>> same_value([[2], [1]], [[1], [2]], unordered=True)
    True
    >>> same_value({"mean": 3}, {"mean": 3.0}, tolerance=1e-9)
    True
    """
    try:
        if unordered and type(actual) is list and type(expected) is list:
            return _same_members(actual, expected, _key, partial(_same, tolerance=tolerance, depth=1))
        return _same(actual, expected, tolerance, depth=0)
    except _Incomparable:
        return False


def same_rows(actual: Sequence[Sequence[object]], expected: Sequence[Sequence[object]], *, ordered: bool) -> bool:
    """Say whether two results of SQL queries have the same rows, each as often.

    >>> same_rows([["b", 2.0], ["a", None]], [["a", None], ["b", 2]], ordered=False)
    True
    """
    if not ordered:
        return _same_members(actual, expected, _row_key, _same_row)
    return len(actual) == len(expected) and all(map(_same_row, actual, expected))


def same_text(actual: bytes, expected: str) -> bool:
    """Say whether a script printed the expected text, white space at line ends and at the end aside."""
    return _lines(actual) == _lines(expected.encode())


def _lines(text: bytes) -> list[bytes]:
    return [line.rstrip() for line in text.rstrip().split(b"\n")]


def _same(actual: object, expected: object, tolerance: float, depth: int) -> bool:
    if depth > MAX_DEPTH:
        return False
    if type(expected) is float and (type(actual) is float or (type(actual) is int and tolerance > 0)):
        return _same_number(actual, expected, tolerance)
    if type(actual) is not type(expected):
        return False
    if type(expected) in _PLAIN:
        return actual == expected
    if isinstance(actual, dict) and isinstance(expected, dict):
        return _same_dict(actual, expected, tolerance, depth + 1)
    same = partial(_same, tolerance=tolerance, depth=depth + 1)
    if isinstance(actual, list | tuple) and isinstance(expected, list | tuple):
        return len(actual) == len(expected) and all(map(same, actual, expected))
    if isinstance(actual, set | frozenset) and isinstance(expected, set | frozenset):
        return _same_members(actual, expected, _key, same)
    return False


def _same_number(actual: float, expected: float, tolerance: float) -> bool:
    if actual == expected:
        return True
    try:
        both_nan = math.isnan(actual) and math.isnan(expected)
        return both_nan or math.isclose(actual, expected, rel_tol=tolerance, abs_tol=tolerance)
    except OverflowError:  # an int beyond all floats
        return False


def _same_dict(actual: dict[object, object], expected: dict[object, object], tolerance: float, depth: int) -> bool:
    if len(actual) != len(expected):
        return False
    # Looked up by keys of ours, since {True: "a"} holds something at 1 for Python but not for us.
    held = {_key(key, depth): value for key, value in actual.items()}
    wanted = {_key(key, depth): value for key, value in expected.items()}
    return held.keys() == wanted.keys() and all(_same(held[key], wanted[key], tolerance, depth) for key in wanted)


def _same_row(actual: Sequence[object], expected: Sequence[object]) -> bool:
    return len(actual) == len(expected) and all(map(_same_cell, actual, expected))


def _same_cell(actual: object, expected: object) -> bool:
    if isinstance(actual, int | float) and isinstance(expected, int | float):
        both_whole = isinstance(actual, int) and isinstance(expected, int)
        return actual == expected if both_whole else _same_number(actual, expected, SQL_TOLERANCE)
    return type(actual) is type(expected) and actual == expected


def _row_key(row: Sequence[object]) -> _Key:
    return _key([int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in row])


def _same_members(
    actual: Collection[Any], expected: Collection[Any], key: Callable[[Any], _Key], same: Callable[[Any, Any], bool]
) -> bool:
    """Compare as multisets: members with equal keys cancel out, the rest are paired off by `same`.

    Each expected member takes the first that is close enough, which is exact unless expected members lie closer
    together than the tolerance.
    """
    if len(actual) != len(expected):  # so that what follows costs no more than the expected value is long
        return False
    mine, theirs = [(key(member), member) for member in actual], [(key(member), member) for member in expected]
    left, wanted = _without(mine, theirs), _without(theirs, mine)
    if len(left) > MAX_PAIRWISE:
        by_key = itemgetter(0)
        left, wanted = sorted(left, key=by_key), sorted(wanted, key=by_key)
        return all(same(one, other) for (_, one), (_, other) in zip(left, wanted, strict=True))
    return all(_take(left, other, same) for _, other in wanted)


def _without(members: list[tuple[_Key, Any]], others: list[tuple[_Key, Any]]) -> list[tuple[_Key, Any]]:
    """Give the members for which the others hold no equal of their own."""
    unused = Counter(key for key, _ in others)
    left = []
    for key, member in members:
        if unused[key]:
            unused[key] -= 1
        else:
            left.append((key, member))
    return left


def _take(left: list[tuple[_Key, Any]], wanted: object, same: Callable[[Any, Any], bool]) -> bool:
    """Remove the first member that is the same as the wanted one; False if none is."""
    place = next((place for place, (_, member) in enumerate(left) if same(member, wanted)), None)
    if place is not None:
        del left[place]
    return place is not None


def _key(value: object, depth: int = 0) -> _Key:
    """Give a form that is hashable and orderable, and the same for equal values only."""
    if depth > MAX_DEPTH:
        raise _Incomparable
    kind = type(value)
    inner = partial(_key, depth=depth + 1)
    if kind in _PLAIN:
        return kind.__name__, 0 if value is None else value
    if isinstance(value, float) and kind is float:
        return kind.__name__, (1, 0.0) if math.isnan(value) else (0, value)
    if isinstance(value, list | tuple) and kind in (list, tuple):
        return kind.__name__, tuple(map(inner, value))
    if isinstance(value, set | frozenset) and kind in (set, frozenset):
        return kind.__name__, tuple(sorted(map(inner, value)))
    if isinstance(value, dict) and kind is dict:
        return kind.__name__, tuple(sorted((inner(key), inner(held)) for key, held in value.items()))
    raise _Incomparable
