"""Write a value as the source of a Python literal, always the same for the same value."""

import math
from collections.abc import Iterable

from yzindex.grading.equality import MAX_DEPTH
from yzindex.wording import bounded_repr, shown


class NoLiteral(ValueError):
    """There is no literal for this value; the message says which."""


def literal(value: object, depth: int = 0) -> str:
    """Give a literal that evaluates to the value, types included; raise `NoLiteral`.

    >>> literal((1, [-float("inf")], {"b", "a"}))
    "(1, [-1e999], {'a', 'b'})"
    """
    if depth > MAX_DEPTH:
        raise NoLiteral("nested too deep")
    if value is None or type(value) in (bool, int, str, bytes):
        return _plain(value)
    if isinstance(value, float) and type(value) is float:
        return _float(value)
    if isinstance(value, dict) and type(value) is dict:
        pairs = [f"{literal(key, depth + 1)}: {literal(held, depth + 1)}" for key, held in value.items()]
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list) and type(value) is list:
        return f"[{_members(value, depth)}]"
    if isinstance(value, tuple) and type(value) is tuple:
        return f"({_members(value, depth)}{',' if len(value) == 1 else ''})"
    if isinstance(value, set) and type(value) is set:
        return f"{{{', '.join(sorted(literal(member, depth + 1) for member in value))}}}" if value else "set()"
    raise NoLiteral(shown(bounded_repr(value)))


def _members(values: Iterable[object], depth: int) -> str:
    return ", ".join(literal(member, depth + 1) for member in values)


def _plain(value: object) -> str:
    try:
        return repr(value)
    except ValueError:
        raise NoLiteral("an int of thousands of digits") from None


def _float(value: float) -> str:
    if math.isnan(value):
        raise NoLiteral("nan")
    return repr(value).replace("inf", "1e999")
