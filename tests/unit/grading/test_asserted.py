"""Comparisons as a benchmark asserts them: loose as Python's `==`, but only between plain data."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from sandbox import Opaque
from yzindex.grading.asserted import Equality, View
from yzindex.grading.code import CallCase, Calls
from yzindex.grading.code_grading import grade_result
from yzindex.ports import CaseResult, CodeResult, Ending


class Anything:
    """Equals everything."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__


class AnyInt(int):
    """An int that equals everything."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


def passes(returned: object, expected: str, **options: object) -> bool:
    case = CallCase.model_validate({"args": "()", "expected": expected, **options})
    done = CaseResult(ending=Ending.COMPLETED, value=returned)
    result = CodeResult(cases=(done,), engine="none", where="nowhere")
    return grade_result(Calls(entry_point="f", cases=(case,)), result, strict=True).score == 100


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        (1, "True"),
        (1.0, "1"),
        (True, "1.0"),
        ([1, 2.0], "[1.0, 2]"),
        ({1: True}, "{True: 1}"),
        ({1, 2}, "{1.0, 2.0}"),
        (frozenset({1}), "{1}"),
        ((1,), "(True,)"),
        (2**70, "1180591620717411303424.0"),
        (math.inf, "1e999"),
        (None, "None"),
        (1 + 0j, "1"),
    ],
)
def test_what_python_calls_equal_passes_with_its_equality_and_not_by_default(returned: object, expected: str) -> None:
    assert passes(returned, expected, equality=Equality.PYTHON)
    if returned is not None and returned != math.inf:
        assert not passes(returned, expected)


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        ([1], "(1,)"),
        ("1", "1"),
        (b"1", "'1'"),
        (None, "False"),
        (math.nan, "1.0"),
        ([1, 2], "[1]"),
        ({1}, "[1]"),
    ],
)
def test_what_python_calls_unequal_fails(returned: object, expected: str) -> None:
    assert not passes(returned, expected, equality=Equality.PYTHON)


@pytest.mark.parametrize("options", [{}, *({"view": view} for view in View), {"tolerance": 1e9}])
@pytest.mark.parametrize("value", [Anything(), AnyInt(1), Counter("a"), Opaque("A"), [Anything()], {AnyInt(1): 1}])
def test_an_object_that_claims_to_equal_everything_never_passes(value: object, options: dict[str, object]) -> None:
    for expected in ("1", "True", "[1]", "{1: 1}", "{1}", "(1,)"):
        assert not passes(value, expected, equality=Equality.PYTHON, **options)


def test_a_tolerance_of_a_case_is_absolute_and_not_reached() -> None:
    assert passes(1.5, "1", tolerance=0.6)
    assert passes(True, "1.25", tolerance=0.5)
    assert not passes(1.5, "1", tolerance=0.5)
    assert not passes(1e9 + 1, "1e9", tolerance=0.5)
    assert not passes(math.nan, "1.0", tolerance=1.0)
    assert not passes("1", "1", tolerance=1.0)
    assert not passes(10**400, "1.0", tolerance=1.0)


@pytest.mark.parametrize(
    ("returned", "view", "expected"),
    [
        ([1, 2], View.TUPLE, "(1, 2)"),
        ("ab", View.LIST, "['a', 'b']"),
        ([2, 1, 2], View.SORTED, "[1, 2, 2]"),
        ({"b": 1, "a": 2}, View.SORTED, "['a', 'b']"),
        ([2, 1, 2], View.SET, "{1, 2}"),
        ([], View.SET, "set()"),
        ([0], View.BOOL, "True"),
        ("", View.BOOL, "False"),
        (None, View.BOOL, "False"),
        (7, View.BOOL, "True"),
    ],
)
def test_a_view_is_taken_of_what_was_returned(returned: object, view: View, expected: str) -> None:
    assert passes(returned, expected, view=view, equality=Equality.PYTHON)
    assert not passes(returned, "'other'", view=view, equality=Equality.PYTHON)


@pytest.mark.parametrize(
    ("returned", "view"), [(1, View.TUPLE), (None, View.SORTED), ([1, "a"], View.SORTED), ([[1]], View.SET)]
)
def test_a_value_without_the_view_is_a_wrong_answer(returned: object, view: View) -> None:
    assert not passes(returned, "1", view=view, equality=Equality.PYTHON)


@pytest.mark.timeout(20)  # a set of all these members would take hours
def test_members_that_share_a_hash_do_not_make_a_view_slow() -> None:
    colliding = [number * (2**61 - 1) for number in range(200_000)]

    assert not passes(colliding, "{1, 2, 3}", view=View.SET, equality=Equality.PYTHON)


def test_options_that_a_question_does_not_use_leave_its_canonical_line_as_it_was() -> None:
    plain = Calls(entry_point="f", cases=(CallCase(args="(1,)", expected="2"),))
    used = Calls(
        entry_point="f",
        cases=(CallCase(args="(1,)", expected="2", equality=Equality.PYTHON, view=View.SET, tolerance=0.5),),
        prelude="import math\n",
        stub="def f(x):\n",
    )

    assert plain.model_dump_json() == (
        '{"type":"calls","entry_point":"f","cases":[{"args":"(1,)","expected":"2"}],'
        '"tolerance":0.0,"unordered":false,"cpu_s":10.0}'
    )
    assert Calls.model_validate_json(used.model_dump_json()) == used


@pytest.mark.parametrize(
    "given",
    [
        {"prelude": "import"},
        {"stub": "def g(x):\n"},
        {"stub": "def f(x):\n    return 1\n\nx = 1\n"},
        {"stub": "f("},
    ],
)
def test_given_code_that_no_reply_could_continue_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"prelude is no Python|stub must be the beginning"):
        Calls.model_validate({"entry_point": "f", "cases": [{"args": "()", "expected": "1"}], **given})
