"""Which outcome a case gets, and which requests are refused."""

from __future__ import annotations

import pytest

import sandbox
from sandbox import Call, Case, InvalidProgram, Limit, Limits, Outcome, Program
from sandbox.facts import Facts, judge

CLEAN = {
    "ticket": "",
    "started": True,
    "exit_status": 0,
    "cpu_s": 0.1,
    "wall_s": 0.1,
    "wall_exceeded": False,
    "overflow": None,
    "oom_killed": False,
    "memory_error": False,
}
#: Each a sign of one outcome, the one with the highest precedence first.
SIGNS: list[tuple[dict[str, object], Outcome, Limit | None]] = [
    ({"cpu_s": 10.0}, Outcome.TIME_LIMIT, Limit.CPU),
    ({"wall_exceeded": True}, Outcome.TIME_LIMIT, Limit.WALL),
    ({"oom_killed": True}, Outcome.MEMORY_LIMIT, Limit.MEMORY),
    ({"overflow": "stdout"}, Outcome.OUTPUT_LIMIT, Limit.OUTPUT),
    ({"exit_status": 1}, Outcome.RUNTIME_ERROR, None),
    ({}, Outcome.COMPLETED, None),
]


def outcome(value_missing=False, **changes):
    return judge(Facts(**{**CLEAN, **changes}), limits=Limits(cpu_s=10, wall_s=20), value_missing=value_missing)


@pytest.mark.parametrize("first", range(len(SIGNS)))
def test_of_several_signs_the_first_in_precedence_decides(first):
    changes = {name: value for sign, _, _ in SIGNS[first:] for name, value in sign.items()}

    assert outcome(**changes) == SIGNS[first][1:]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"started": False}, Outcome.TIME_LIMIT),
        ({"wall_s": 20.1}, Outcome.TIME_LIMIT),
        ({"wall_s": 19.9}, Outcome.COMPLETED),
        ({"memory_error": True, "exit_status": 1}, Outcome.MEMORY_LIMIT),
        ({"exit_status": 137}, Outcome.RUNTIME_ERROR),
        ({"exit_status": -9}, Outcome.RUNTIME_ERROR),
        ({"exit_status": -24}, Outcome.RUNTIME_ERROR),
        ({"exit_status": -24, "cpu_s": 9.99}, Outcome.TIME_LIMIT),
        ({"exit_status": -24, "cpu_s": 7.5}, Outcome.TIME_LIMIT),
        ({"exit_status": 0, "cpu_s": 9.99}, Outcome.COMPLETED),
        ({"exit_status": None}, Outcome.RUNTIME_ERROR),
        ({"value_missing": True}, Outcome.RUNTIME_ERROR),
    ],
)
def test_a_sign_alone_gives_its_outcome(changes, expected):
    assert outcome(**changes)[0] is expected


@pytest.mark.parametrize("args", ["", "1", "(1)", "[1]", "(f(),)", "(1,", "__import__('os')", "(" * 999, "(\x00,)"])
def test_args_that_are_no_literal_tuple_are_the_callers_mistake(args):
    with pytest.raises(InvalidProgram):
        Call(entry_point="f", args=args)


@pytest.mark.parametrize("name", ["", "a b", "f()", "a.b", "__import__('os')"])
def test_an_entry_point_is_one_name(name):
    with pytest.raises(InvalidProgram):
        Call(entry_point=name, args="()")


@pytest.mark.parametrize(
    "limits", [{"cpu_s": 0}, {"wall_s": float("nan")}, {"memory_mib": 8}, {"pids": 1}, {"tmp_mib": -1}]
)
def test_limits_that_nothing_could_run_in_are_the_callers_mistake(limits):
    with pytest.raises(InvalidProgram):
        Limits(**limits)


def test_a_program_has_cases_and_not_too_many_or_too_large():
    for cases in [(), (Case(),) * 1001, (Case(stdin=bytes(1 << 20)),) * 33]:
        with pytest.raises(InvalidProgram):
            Program(source="", cases=cases)


def test_a_stdin_that_no_container_could_hold_is_the_callers_mistake():
    with pytest.raises(InvalidProgram):
        Case(stdin=bytes(17 << 20))
    with pytest.raises(InvalidProgram):
        Program(source="", cases=(Case(stdin=bytes(9 << 20)),), limits=Limits(memory_mib=32))


def test_the_public_face_is_complete():
    public = {name for name, thing in vars(sandbox).items() if getattr(thing, "__module__", "").startswith("sandbox.")}

    assert public | {"IMAGE"} == set(sandbox.__all__)
