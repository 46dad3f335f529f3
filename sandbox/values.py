"""Read the values that called functions return. The runner writes them (`sandbox.runner.wire.encode_value`).

An encoding of exact types: a list is never a tuple, True never 1, and an instance of any other type, subclasses of the
built-in ones included, is an `Opaque` that equals nothing. A program can write any bytes it likes here, so the reader
trusts none of them.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.errors import ValueUnreadable

#: Values nested in values. The runner writes deeper ones as `Opaque`.
MAX_DEPTH = 100
#: Bytes of one encoded value, whatever the program's limits say.
MAX_BYTES = 64 * 1024 * 1024
#: Members of one set or dict that may share a hash. A built-in type gets there only by intent: it makes lookups slow.
MAX_SAME_HASH = 100


@dataclass(frozen=True, eq=False)
class Opaque:
    """A value of a type that has no encoding. Equals nothing, not even itself: nobody can be right by returning one."""

    type_name: str

    def __eq__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return id(self)


def decode_value(raw: bytes) -> object:
    """Decode what a call returned.

    >>> decode_value(b'["tuple", [["int", "0x1"], ["float", "nan"], null]]')
    (1, nan, None)
    """
    if len(raw) > MAX_BYTES:
        raise ValueUnreadable(f"value has {len(raw)} bytes, more than {MAX_BYTES}")
    try:
        parsed = json.loads(
            raw.decode("ascii"), parse_int=_no_number, parse_float=_no_number, parse_constant=_no_number
        )
        return _decode(parsed, MAX_DEPTH + 1)  # one more for the Opaque in place of what is deeper
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ValueUnreadable(f"value is not in the runner's encoding: {error}") from error


def _no_number(_: str) -> None:
    raise ValueError("bare number")


def _decode(node: object, depth: int) -> object:
    if depth < 0:
        raise ValueError("nested too deep")
    if node is None or isinstance(node, bool):
        return node
    if isinstance(node, list) and len(node) == 2 and isinstance(node[0], str):
        tag, body = node
        if isinstance(body, str) and tag in _FROM_TEXT:
            return _FROM_TEXT[tag](body)
        if isinstance(body, list) and tag in _FROM_ITEMS:
            return _FROM_ITEMS[tag]([_decode(item, depth - 1) for item in body])
        if isinstance(body, list) and tag == "dict":
            return _dict([_pair(item, depth - 1) for item in body])
    raise ValueError("unknown form")


def _pair(node: object, depth: int) -> tuple[object, object]:
    if not isinstance(node, list) or len(node) != 2:
        raise ValueError("dict item is not a pair")
    return _decode(node[0], depth), _decode(node[1], depth)


def _int(text: str) -> int:
    number = int(text, 16)
    if hex(number) != text:
        raise ValueError("int not in its one form")
    return number


def _float(text: str) -> float:
    number = float.fromhex(text)
    if number.hex() != text:
        raise ValueError("float not in its one form")
    return number


def _str(text: str) -> str:
    text.encode("utf-8")  # a str with lone surrogates has a form of its own, "wtf8"
    return text


def _wtf8(text: str) -> str:
    return bytes.fromhex(text).decode("utf-8", "surrogatepass")


def _complex(items: list[object]) -> complex:
    real, imaginary = items
    if not isinstance(real, float) or not isinstance(imaginary, float):
        raise ValueError("complex number not of two floats")
    return complex(real, imaginary)


def _dict(pairs: list[tuple[object, object]]) -> dict[object, object]:
    _set([key for key, _ in pairs])
    return dict(pairs)


def _set(items: list[object]) -> set[object]:
    crowds = Counter(map(hash, items))
    if crowds and max(crowds.values()) > MAX_SAME_HASH:
        raise ValueError("too many members with the same hash")
    members = set(items)
    if len(members) != len(items):
        raise ValueError("repeated member")
    return members


def _frozenset(items: list[object]) -> frozenset[object]:
    return frozenset(_set(items))


_FROM_TEXT: dict[str, Callable[[str], object]] = {
    "int": _int,
    "float": _float,
    "str": _str,
    "wtf8": _wtf8,
    "bytes": bytes.fromhex,
    "other": Opaque,
}
_FROM_ITEMS: dict[str, Callable[[list[object]], object]] = {
    "list": list,
    "tuple": tuple,
    "set": _set,
    "frozenset": _frozenset,
    "complex": _complex,
}
