"""Compare as a benchmark's assertions do: Python's own `==`, a view such as `sorted(...)`, an absolute tolerance.

Looser than `yzindex.grading.equality`: 1, 1.0 and True are equal here, as they are to `assert`. What is compared is
still plain data of exact built-in types, so an overridden `__eq__` or a subclass is never asked and never equal.
"""

from collections.abc import Iterable
from enum import StrEnum

from yzindex.grading.equality import MAX_DEPTH

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_SEQUENCES = (list, tuple, set, frozenset)


class Equality(StrEnum):
    """When a returned value is the expected one."""

    #: Of the same types throughout: see `yzindex.grading.equality`.
    EXACT = "exact"
    #: Equal by Python's `==`.
    PYTHON = "python"


class View(StrEnum):
    """What is compared in place of the returned value: the built-in of this name applied to it."""

    TUPLE = "tuple"
    LIST = "list"
    SET = "set"
    SORTED = "sorted"
    BOOL = "bool"


class NoView(ValueError):
    """The value has no such view, as a number has no `sorted`."""


def is_plain(value: object, depth: int = 0) -> bool:
    """Say whether a value is made of exact built-in types throughout."""
    if depth > MAX_DEPTH:
        return False
    if type(value) in _PLAIN:
        return True
    if isinstance(value, dict) and type(value) is dict:
        return all(is_plain(part, depth + 1) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple | set | frozenset) and type(value) in _SEQUENCES:
        return all(is_plain(member, depth + 1) for member in value)
    return False


def equal_in_python(actual: object, expected: object) -> bool:
    """Say whether two plain values are equal by `==`.

    >>> equal_in_python([1, True], [1.0, 1]), equal_in_python([1], (1,))
    (True, False)
    """
    return is_plain(actual) and is_plain(expected) and actual == expected


def within(actual: object, expected: object, tolerance: float) -> bool:
    """Say whether `abs(actual - expected) < tolerance`.

    >>> within(1, 1.25, 0.5), within(1, 1.5, 0.5), within(None, 1.5, 0.5)
    (True, False, False)
    """
    numbers = (bool, int, float, complex)
    if type(actual) not in numbers or type(expected) not in numbers:
        return False
    assert isinstance(actual, complex | float | int) and isinstance(expected, complex | float | int)
    try:
        return abs(actual - expected) < tolerance
    except OverflowError:  # an int beyond all floats
        return False


def viewed(value: object, view: View, *, most: int) -> object:
    """Give the view of a plain value; raise `NoView` where it has none. A set of more than `most` members is cut short.

    >>> viewed([2, 1], View.SORTED, most=2), viewed("", View.BOOL, most=0)
    ([1, 2], False)
    """
    if not is_plain(value):
        raise NoView("not plain data")
    if view is View.BOOL:
        return bool(value)
    if not isinstance(value, str | bytes | dict | list | tuple | set | frozenset):
        raise NoView(f"{type(value).__name__} has no members")
    try:
        match view:
            case View.TUPLE:
                return tuple(value)
            case View.LIST:
                return list(value)
            case View.SORTED:
                return sorted(value)
            case View.SET:
                return _distinct(value, most)
    except TypeError as error:
        raise NoView(str(error)) from error


def _distinct(members: Iterable[object], most: int) -> set[object]:
    """Give the members once each, at most one too many: members chosen to share a hash would make a large set slow."""
    found = set[object]()
    for member in members:
        found.add(member)
        if len(found) > most:
            break
    return found
