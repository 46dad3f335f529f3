"""The filter of system calls, instruction by instruction."""

from __future__ import annotations

import os
import struct
from types import SimpleNamespace

import pytest

from sandbox import SandboxUnavailable, syscalls

LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOWED, REFUSED = "allowed", "refused"


def on(machine: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine=machine))
    return syscalls.filter_program()


def run(program: bytes, *, number: int, architecture: int, first_argument: int = 0xBAD) -> str:
    """Do what the kernel would do with a call."""
    words = {0: number, 4: architecture, 16: first_argument}
    steps = [*struct.iter_unpack("=HBBI", program)]
    at = taken = 0
    while True:
        code, if_so, if_not, operand = steps[at]
        at += 1
        if code == LOAD:
            taken = words[operand]
        elif code == RETURN:
            return ALLOWED if operand == 0x7FFF0000 else REFUSED
        else:
            at += if_so if (taken == operand if code == EQUAL else taken >= operand) else if_not


@pytest.mark.parametrize(("machine", "read"), [("x86_64", 0), ("aarch64", 63)])
def test_every_listed_call_is_refused_and_no_other(monkeypatch, machine, read):
    program = on(machine, monkeypatch)
    architecture, own = syscalls._ARCHITECTURES[machine]
    listed = {*own.values(), *syscalls._EVERYWHERE.values()}

    found = {number: run(program, number=number, architecture=architecture) for number in range(600)}

    assert {number for number, answer in found.items() if answer == REFUSED} == listed
    assert found[read] == ALLOWED


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize(
    ("call", "allowed"), [("socket", {1, 2, 10, 16}), ("socketpair", {1, 2, 10, 16}), ("prlimit64", {0})]
)
def test_sockets_have_a_family_of_the_network_inside_and_limits_are_ones_own(monkeypatch, machine, call, allowed):
    program = on(machine, monkeypatch)
    architecture, own = syscalls._ARCHITECTURES[machine]

    found = {
        argument: run(program, number=own[call], architecture=architecture, first_argument=argument)
        for argument in (*range(64), 0xFFFFFFFF)
    }

    assert {argument for argument, answer in found.items() if answer == ALLOWED} == allowed


def test_calls_of_another_architecture_or_of_the_second_set_are_refused(monkeypatch):
    program = on("x86_64", monkeypatch)
    own, _ = syscalls._ARCHITECTURES["x86_64"]

    assert run(program, number=0, architecture=0x40000003) == REFUSED
    assert run(program, number=0x40000000, architecture=own) == REFUSED


def test_a_machine_whose_numbers_are_unknown_is_refused(monkeypatch):
    with pytest.raises(SandboxUnavailable, match="not used on riscv64"):
        on("riscv64", monkeypatch)
