"""Every attack on every sandbox; one of each for all of them: what one attack breaks, the next would notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sandbox import Call, Case, CaseRecord, Limits, Program, Record, Sandbox
from tests.sandboxes import TIGHT
from worker.sandboxing import SandboxRunner
from yzindex.ports import CodeJob, CodeResult
from yzindex.settings import Settings

Attack = Callable[..., CaseRecord]
#: For what is known to hit the wall limit and nothing else.
IMPATIENT = replace(TIGHT, wall_s=1)


@pytest.fixture
def attack(sandbox: Sandbox) -> Attack:
    """Run one hostile source as a program; afterwards, the next program must run as if nothing had been."""

    def run(source: str, stdin: bytes = b"", limits: Limits = TIGHT) -> CaseRecord:
        (record,) = sandbox.run(Program(source=source, cases=(Case(stdin=stdin),), limits=limits)).cases
        return record

    return run


@pytest.fixture
def forgery(sandbox: Sandbox) -> Attack:
    """Call `answer(7)` of a source that does not compute it; the right value, 42, is known out here only."""

    def run(source: str) -> CaseRecord:
        case = Case(call=Call(entry_point="answer", args="(7,)"))
        (record,) = sandbox.run(Program(source=source, cases=(case,), limits=TIGHT)).cases
        return record

    return run


class AttackedRunner(SandboxRunner):
    """The workers' own runner on a given sandbox with tight limits; a job that several graders ask for runs once."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(Settings())
        self._given = sandbox
        self.ran: dict[CodeJob, CodeResult] = {}

    def run(self, job: CodeJob) -> CodeResult:
        if job not in self.ran:
            self.ran[job] = super().run(job)
        return self.ran[job]

    def _run(self, program: Program) -> Record:
        return self._given.run(replace(program, limits=TIGHT))


@pytest.fixture
def runner(sandbox: Sandbox) -> AttackedRunner:
    """What the graders get in place of their `CodeRunner`."""
    return AttackedRunner(sandbox)
