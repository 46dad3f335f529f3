"""The encoding of returned values: written by the runner, read outside."""

from __future__ import annotations

import contextlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import Opaque, ValueUnreadable, decode_value, values
from sandbox.runner import wire

ROOM = 1 << 20

atoms = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters(exclude_categories=()))
    | st.binary()
)
hashables = st.recursive(atoms, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=4), max_leaves=6)
anything = st.recursive(
    hashables,
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(hashables, inner) | st.sets(hashables),
    max_leaves=12,
)


def through(value):
    return decode_value(wire.encode_value(value, ROOM))


def form(value):
    """A value as text that tells types, signs of zero and NaNs, which == does not."""
    kind = type(value)
    if kind in (set, frozenset):
        return kind.__name__, sorted(map(repr, map(form, value)))
    if kind is dict:
        return "dict", [(form(key), form(member)) for key, member in value.items()]
    if kind in (list, tuple):
        return kind.__name__, [form(member) for member in value]
    return kind.__name__, hex(value) if kind is int else repr(value)


@given(anything)
def test_every_value_comes_back_with_its_exact_types(value):
    assert form(through(value)) == form(value)


@pytest.mark.parametrize(
    "value",
    ["\ud800", "\ud83d\ude00", "\U0001f600", "\x00", 1 << 20_000, -0.0, math.inf, 1e-320, b"\xff"],
    ids=["lone surrogate", "pair of surrogates", "astral", "nul", "long", "-0.0", "inf", "subnormal", "bytes"],
)
def test_the_odd_ones_come_back_too(value):
    assert form(through(value)) == form(value)


class Sly(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize("value", [Sly(1), object(), print, int, range(3), bytearray(b"x"), type("L", (list,), {})()])
def test_any_other_type_is_opaque_and_equals_nothing(value):
    read = through(value)

    assert isinstance(read, Opaque)
    assert read != 1
    assert read != read
    assert read != Opaque(type_name=read.type_name)


def test_an_opaque_inside_keeps_the_whole_from_being_equal():
    assert through([1, Sly(2)]) != [1, 2]


def test_what_is_nested_too_deep_ends_in_an_opaque():
    value: list[object] = []
    for _ in range(150):
        value = [value]

    read = through(value)
    while isinstance(read, list):
        (read,) = read

    assert isinstance(read, Opaque)


@pytest.mark.parametrize(
    "value",
    ["x" * ROOM, [None] * ROOM, 1 << (8 * ROOM), "\x00" * (ROOM // 4)],
    ids=["text", "list", "int", "text that grows when escaped"],
)
def test_what_is_too_large_is_refused_by_the_writer(value):
    with pytest.raises(wire.TooLarge):
        wire.encode_value(value, ROOM)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"1",
        b"1.5",
        b"NaN",
        b'"x"',
        b"[]",
        b"{}",
        b"\xff",
        b'["int", 1]',
        b'["int", "1"]',
        b'["int", "0x01"]',
        b'["int", "0X1"]',
        b'["int", " 0x1"]',
        b'["float", "1.5"]',
        b'["float", "0x1p99999999999999999999"]',
        b'["str", "\\ud800"]',
        b'["str", null]',
        b'["wtf8", "zz"]',
        b'["bytes", "f"]',
        b'["complex", [["float", "nan"]]]',
        b'["complex", [null, null]]',
        b'["set", [null, null]]',
        b'["set", [["list", []]]]',
        b'["dict", [[null]]]',
        b'["dict", [[null, null], [null, null]]]',
        b'["eval", "1"]',
        b'["list", [1]]',
        b"[" * 100_000,
        b'["list", [' * 200 + b"null" + b"]]" * 200,
        b'["int", "0x2a"] ["int", "0x2a"]',
    ],
)
def test_garbage_is_unreadable_and_nothing_worse(raw):
    with pytest.raises(ValueUnreadable):
        decode_value(raw)


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.recursive(st.none() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_any_bytes_are_a_value_or_unreadable(raw):
    with contextlib.suppress(ValueUnreadable):
        decode_value(raw)


def test_members_made_to_share_a_hash_are_refused_instead_of_compared_for_minutes():
    prime = (1 << 61) - 1
    members = [["int", hex(n * prime)] for n in range(20_000)]

    with pytest.raises(ValueUnreadable):
        decode_value(json.dumps(["set", members]).encode())


def test_runner_and_reader_agree_on_the_depth():
    assert wire.MAX_DEPTH == values.MAX_DEPTH
