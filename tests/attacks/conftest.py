"""Every attack on every sandbox; one of each for all of them: what one attack breaks, the next would notice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox import Call, Case, CaseRecord, Limits, Program, Sandbox

Attack = Callable[..., CaseRecord]
#: Tight, so that what runs into a limit does so at once.
LIMITS = Limits(cpu_s=1, wall_s=2, total_wall_s=20, memory_mib=96, output_kib=256, pids=32, tmp_mib=16)


@pytest.fixture
def attack(sandbox: Sandbox) -> Attack:
    """Run one hostile source as a program; afterwards, the next program must run as if nothing had been."""

    def run(source: str, stdin: bytes = b"") -> CaseRecord:
        (record,) = sandbox.run(Program(source=source, cases=(Case(stdin=stdin),), limits=LIMITS)).cases
        return record

    return run


@pytest.fixture
def forgery(sandbox: Sandbox) -> Attack:
    """Call `answer(7)` of a source that does not compute it; the right value, 42, is known out here only."""

    def run(source: str) -> CaseRecord:
        case = Case(call=Call(entry_point="answer", args="(7,)"))
        (record,) = sandbox.run(Program(source=source, cases=(case,), limits=LIMITS)).cases
        return record

    return run
