"""What the runner receives and sends: blocks, each four bytes of length and then the bytes, and what is in them."""

from __future__ import annotations

import select
from _json import encode_basestring_ascii as quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from typing import Any

    Limits = dict[str, Any]
    Call = dict[str, str] | None
    Facts = dict[str, bool | int | float | str | None]
else:
    import posix as os

PROTOCOL = 4
#: First letter of what a case's own process reports.
REPORT_VALUE, REPORT_TOO_LARGE, REPORT_MEMORY_ERROR = b"V", b"O", b"M"
#: Same as `sandbox.values.MAX_DEPTH`.
MAX_DEPTH = 100


class TooLarge(Exception):
    """The value does not fit into the output limit."""


def read_exactly(size: int) -> bytes:
    """Read from the outside without reading ahead: what is still in the pipe is in no process's memory."""
    parts = []
    while size:
        part = os.read(0, min(size, 1 << 20))
        if not part:
            os._exit(71)  # the outside hung up
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_block() -> bytes:
    return read_exactly(int.from_bytes(read_exactly(4), "big"))


def await_program(idle_s: float) -> None:
    """Wait for the first bytes of a program; end where none is wanted, so that nobody's container stays for ever."""
    poll = select.poll()
    poll.register(0, select.POLLIN)
    if not poll.poll(idle_s * 1000):
        os._exit(72)


def write_blocks(*contents: bytes) -> None:
    """Write blocks in one go: whoever passes them on outside is woken once."""
    write_all(1, b"".join([len(content).to_bytes(4, "big") + content for content in contents]))


def write_all(fd: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(fd, left) :]


def read_literal() -> Any:
    """Read a block that the outside wrote as a Python literal, as it wrote the source of this file."""
    return eval(read_block(), {"__builtins__": {}})


def encode_facts(facts: Facts) -> bytes:
    """Encode facts as JSON; their numbers are finite."""

    def encode(value: float | str | None) -> str:
        if isinstance(value, str):
            return quoted(value)
        return {"None": "null", "True": "true", "False": "false"}.get(repr(value), repr(value))

    return f"{{{','.join([f'{quoted(name)}:{encode(value)}' for name, value in facts.items()])}}}".encode("ascii")


def encode_value(value: object, room_bytes: int) -> bytes:
    """Encode a value with its exact type, as JSON in `room_bytes` bytes or raise TooLarge. See `sandbox.values`."""
    room = [room_bytes]

    def take(amount: int) -> None:
        room[0] -= amount
        if room[0] < 0:
            raise TooLarge

    def encode(item: Any, depth: int) -> str:
        take(4)
        kind = type(item)
        if item is None:
            return "null"
        if kind is bool:
            return "true" if item else "false"
        if depth < 0:
            return '["other","nested too deep"]'
        if kind is int:
            take(item.bit_length() // 4)
            return f'["int","{item:#x}"]'
        if kind is float:
            return f'["float","{item.hex()}"]'
        if kind is complex:
            return f'["complex",[["float","{item.real.hex()}"],["float","{item.imag.hex()}"]]]'
        if kind is str:
            take(len(item))
            try:
                item.encode("utf-8")
            except UnicodeEncodeError:
                return f'["wtf8","{item.encode("utf-8", "surrogatepass").hex()}"]'
            return f'["str",{quoted(item)}]'
        if kind is bytes:
            take(2 * len(item))
            return f'["bytes","{item.hex()}"]'
        if kind is dict:
            pairs = [f"[{encode(key, depth - 1)},{encode(member, depth - 1)}]" for key, member in item.items()]
            return f'["dict",[{",".join(pairs)}]]'
        if kind is list or kind is tuple or kind is set or kind is frozenset:
            return f'["{kind.__name__}",[{",".join([encode(member, depth - 1) for member in item])}]]'
        return f'["other",{quoted(kind.__name__[:100])}]'

    encoded = encode(value, MAX_DEPTH).encode("ascii")
    if len(encoded) > room_bytes:
        raise TooLarge
    return encoded
