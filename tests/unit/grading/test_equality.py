"""What counts as the same value, the same rows, the same text."""

import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yzindex.grading.equality import MAX_DEPTH, MAX_PAIRWISE, same_rows, same_text, same_value

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(allow_nan=True), st.text(max_size=3), st.binary(max_size=3)
)
HASHABLE = st.recursive(SCALARS, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=4)
VALUES = st.recursive(
    HASHABLE | st.sets(HASHABLE, max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(HASHABLE, inner, max_size=3) | st.tuples(inner, inner),
    max_leaves=8,
)


@dataclass(frozen=True, eq=False)
class Foreign:
    """Stands for a value of a type that has no encoding; being asked for its equality is a fault."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError("the equality of a foreign value was asked for")

    def __hash__(self) -> int:
        return 7


def nested(depth: int, kind: type = list) -> object:
    value: object = 1
    for _ in range(depth):
        value = kind([value])
    return value


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (True, 1),
        (1, True),
        (0, False),
        (1.0, 1),
        (1, 1.0),
        ((1, 2), [1, 2]),
        ([1, 2], (1, 2)),
        ("1", 1),
        (b"a", "a"),
        (None, 0),
        ([], None),
        ({1}, frozenset({1})),
        ({True: "a"}, {1: "a"}),
        ({True}, {1}),
        ({1: [True]}, {1: [1]}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ([1], [1, 1]),
        ([(1, 2)], [[1, 2]]),
        (0.1 + 0.2, 0.3),
        (math.nan, 0.0),
        (-math.inf, math.inf),
        (2**53 + 1, float(2**53)),
    ],
)
def test_values_that_python_or_a_careless_eye_takes_for_equal_are_told_apart(actual, expected):
    assert not same_value(actual, expected)


@given(VALUES)
def test_every_value_is_the_same_as_itself_ordered_or_not(value):
    assert same_value(value, value)
    assert same_value(value, value, unordered=True)
    assert same_value(value, value, tolerance=1e-9, unordered=True)


@given(VALUES, VALUES)
def test_sameness_is_symmetric_without_a_tolerance(one, other):
    assert same_value(one, other) == same_value(other, one)


@given(st.lists(VALUES, max_size=6), st.randoms(use_true_random=False))
def test_a_list_in_any_order_is_the_same_when_unordered(members, random):
    shuffled = members.copy()
    random.shuffle(shuffled)

    assert same_value(shuffled, members, unordered=True)
    assert same_value(shuffled, members, tolerance=1e-6, unordered=True)


def test_unordered_holds_for_the_outermost_list_only():
    assert same_value([[3], [1, 2]], [[1, 2], [3]], unordered=True)
    assert not same_value([[2, 1], [3]], [[1, 2], [3]], unordered=True)
    assert not same_value((2, 1), (1, 2), unordered=True)


def test_unordered_counts_how_often_a_member_occurs():
    assert not same_value([1, 1, 2], [1, 2, 2], unordered=True)
    assert not same_value([1, True], [1, 1], unordered=True)


def test_unhashable_members_can_be_compared_without_order():
    assert same_value([{"a": [1]}, {"b": {2}}], [{"b": {2}}, {"a": [1]}], unordered=True)


def test_nan_equals_nan_wherever_it_stands():
    assert same_value([math.nan, {"x": math.nan}], [math.nan, {"x": math.nan}])
    assert same_value({math.nan}, {float("nan")})


def test_with_a_tolerance_a_whole_number_is_a_way_to_write_a_quantity_but_not_the_reverse():
    assert same_value(3, 3.0, tolerance=1e-9)
    assert not same_value(3.0, 3, tolerance=1e-9)
    assert not same_value(True, 1.0, tolerance=1e-9)
    assert not same_value(4, 3.0, tolerance=1e-9)


def test_a_tolerance_is_absolute_or_relative_whichever_allows_more():
    assert same_value(1e12 + 1, 1e12, tolerance=1e-9)
    assert same_value(1e-12, 0.0, tolerance=1e-9)
    assert not same_value(1.001, 1.0, tolerance=1e-4)


def test_a_tolerance_reaches_into_lists_dicts_sets_and_unordered_lists():
    assert same_value({"a": [(0.1 + 0.2,)]}, {"a": [(0.3,)]}, tolerance=1e-9)
    assert same_value({0.1 + 0.2, 5.0}, {5.0, 0.3}, tolerance=1e-9)
    assert same_value([("b", 0.1 + 0.2), ("a", 0.3)], [("a", 0.3), ("b", 0.3)], tolerance=1e-9, unordered=True)


def test_an_int_beyond_all_floats_is_no_float_and_no_error():
    assert not same_value(10**400, 1.0, tolerance=1e-9)


@pytest.mark.parametrize(
    "value", [Foreign(), [Foreign()], {"a": Foreign()}, {Foreign()}, {Foreign(): 1}, (1, Foreign())]
)
def test_a_value_of_an_unknown_type_equals_nothing_and_is_never_asked(value):
    for expected in ([1], {"a": 1}, {1}, {1: 1}, (1, 1), None):
        assert not same_value(value, expected)
        assert not same_value([value], [expected], unordered=True, tolerance=1e-9)
    assert not same_value(value, value, unordered=True)


def test_a_subclass_of_a_builtin_type_equals_nothing():
    class Sly(int):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = int.__hash__

    assert not same_value(Sly(1), 1)
    assert not same_value([Sly(1)], [1], unordered=True)


@pytest.mark.parametrize("kind", [list, tuple])
def test_values_nested_without_end_are_wrong_not_an_error(kind):
    deep = nested(100_000, kind)

    assert not same_value(deep, deep)
    assert not same_value([deep], [deep], unordered=True)
    assert not same_value({"a": deep}, {"a": [1]})
    assert same_value(nested(MAX_DEPTH, kind), nested(MAX_DEPTH, kind))


def test_a_list_that_contains_itself_is_wrong_not_an_error():
    loop: list[object] = []
    loop.append(loop)

    assert not same_value(loop, [[[1]]])
    assert not same_value(loop, [[[1]]], unordered=True)


def test_long_unordered_lists_of_noisy_floats_are_compared_without_trying_all_pairs():
    count = 50 * MAX_PAIRWISE
    expected = [(str(number), number / 7) for number in range(count)]
    noisy = [(name, value * (1 + 1e-13)) for name, value in reversed(expected)]

    assert same_value(noisy, expected, tolerance=1e-9, unordered=True)
    assert not same_value([*noisy[:-1], ("0", 1.0)], expected, tolerance=1e-9, unordered=True)


def test_numbers_in_rows_are_equal_by_value_and_integers_exactly():
    assert same_rows([[3.0, 2]], [(3, 2.0)], ordered=True)
    assert same_rows([[2.9999999999999996]], [(3,)], ordered=False)
    assert not same_rows([[10_000_000_001]], [(10_000_000_000,)], ordered=True)
    assert not same_rows([[2.99]], [(3,)], ordered=False)


def test_rows_tell_text_from_numbers_and_null_from_both():
    assert same_rows([[None, "a"]], [(None, "a")], ordered=True)
    for wrong in (["1"], [None], [""], [{"blob": "31"}]):
        assert not same_rows([wrong], [(1,)], ordered=True)
        assert not same_rows([wrong], [(1,)], ordered=False)


def test_rows_count_and_their_order_counts_only_if_asked_for():
    rows, expected = [["b", 0.1 + 0.2], ["a", 0.3]], [("a", 0.3), ("b", 0.3)]

    assert same_rows(rows, expected, ordered=False)
    assert not same_rows(rows, expected, ordered=True)
    assert not same_rows([["a"], ["a"]], [("a",)], ordered=False)
    assert not same_rows([["a"], ["a"], ["b"]], [("a",), ("b",), ("b",)], ordered=False)
    assert not same_rows([["a", 1]], [("a",)], ordered=True)


@pytest.mark.parametrize("printed", [b"1 2\n3\n", b"1 2\n3", b"1 2 \r\n3\t\r\n\r\n\n  "])
def test_white_space_at_line_ends_and_at_the_end_is_ignored(printed):
    assert same_text(printed, "1 2\n3\n")


@pytest.mark.parametrize(
    "printed", [b" 1 2\n3", b"1  2\n3", b"1 2\n\n3", b"1 2 3", b"\n1 2\n3", b"1 2\n3\n\xff", b"1 2\n3\n\0", b""]
)
def test_white_space_elsewhere_and_bytes_that_are_no_text_make_a_difference(printed):
    assert not same_text(printed, "1 2\n3\n")
