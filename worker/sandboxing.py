"""The sandbox behind the index's `CodeRunner` port: the two packages do not know each other."""

import os
from functools import cache
from threading import Lock

from sandbox import (
    Call,
    Case,
    InvalidProgram,
    Limits,
    PlainSandbox,
    Program,
    Record,
    Sandbox,
    SandboxUnavailable,
    UnknownProgram,
)
from sandbox import CaseRecord as SandboxCase
from sandbox.values import decode_value
from worker.choosing import NoSandbox, open_sandbox
from worker.known_answers import known_jobs
from yzindex.errors import CodeRunnerUnavailable, InvalidJob
from yzindex.ports import CaseResult, CodeCase, CodeJob, CodeResult, Ending, Limit
from yzindex.settings import SandboxChoice, Settings
from yzindex.syntax import PARSING

#: A busy host must not turn a pass into a fail: wall time is this many times the CPU time, and no less than 30 s.
_WALL_PER_CPU = 3
_LEAST_WALL_S = 30.0
_TOTAL_WALL_S = 300.0


class SandboxRunner:
    """A `CodeRunner` on the sandbox of the settings. Looks for one anew as long as none was ready.

    Where none is, and the settings leave the choice to us, known answers run all the same; see `known_answers`.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sandbox: Sandbox | None = None
        self._lock = Lock()

    def run(self, job: CodeJob) -> CodeResult:
        """Run a job; raise `CodeRunnerUnavailable` for any trouble that is not the program's."""
        try:
            record = self._run(_program(job))
        except SandboxUnavailable as error:
            raise CodeRunnerUnavailable(str(error)) from error
        except InvalidProgram as error:
            raise InvalidJob(str(error)) from error
        return CodeResult(
            cases=tuple(_result(case) for case in record.cases), engine=record.engine, where=record.container_id
        )

    def close(self) -> None:
        if self._sandbox is not None:
            self._sandbox.close()

    def _run(self, program: Program) -> Record:
        try:
            sandbox = self._open()
        except NoSandbox as refusal:
            if self._settings.sandbox is not SandboxChoice.AUTO:
                raise
            return _run_known(program, refusal)
        return sandbox.run(program)

    def _open(self) -> Sandbox:
        with self._lock:
            if self._sandbox is None:
                # A worker's processes share the cores, and each has a pool of its own: one container to lend, and
                # one so that the next program need not wait for the engine either.
                pool_size = max(2, 2 * (os.cpu_count() or 1) // self._settings.sandbox_concurrency)
                self._sandbox = open_sandbox(self._settings, pool_size=pool_size)
            return self._sandbox


def _run_known(program: Program, refusal: NoSandbox) -> Record:
    try:
        return PlainSandbox(_known_digests()).run(program)
    except UnknownProgram as error:
        raise CodeRunnerUnavailable(f"{error}: {refusal}", final=True) from refusal


@cache
def _known_digests() -> frozenset[str]:
    return frozenset(_program(job).digest for job in known_jobs())


def _program(job: CodeJob) -> Program:
    limits = Limits(
        cpu_s=job.cpu_s,
        wall_s=max(_LEAST_WALL_S, _WALL_PER_CPU * job.cpu_s),
        total_wall_s=_TOTAL_WALL_S,
        memory_mib=job.memory_mib,
    )
    return Program(source=job.source, cases=tuple(_case(case) for case in job.cases), limits=limits)


def _case(case: CodeCase) -> Case:
    with PARSING:  # a Call parses its arguments
        call = None if case.entry_point is None else Call(entry_point=case.entry_point, args=case.args)
    return Case(stdin=case.stdin, call=call)


def _result(case: SandboxCase) -> CaseResult:
    return CaseResult(
        ending=Ending(case.outcome.value),
        limit=None if case.limit is None else Limit(case.limit.value),
        stdout=case.stdout,
        stderr=case.stderr,
        value=None if case.value is None else decode_value(case.value),
        cpu_s=case.cpu_s,
    )
