"""Which sandbox is used, and what runs where there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from sandbox import Program, Record, SandboxUnavailable
from sandbox.program import MAX_PROGRAM_BYTES, MAX_STDIN_BYTES
from worker import choosing
from worker.choosing import NoSandbox, allowed, open_sandbox
from worker.known_answers import known_jobs
from worker.sandboxing import SandboxRunner
from yzindex.errors import CodeRunnerUnavailable, InvalidJob
from yzindex.ports import MOST_JOB_BYTES, MOST_STDIN_BYTES, CodeCase, CodeJob, Ending
from yzindex.settings import SandboxChoice, Settings

AUTO, DOCKER, BUBBLEWRAP = SandboxChoice


@dataclass
class Engines:
    """Stand-ins for both engines; those named in `down` refuse."""

    down: set[SandboxChoice] = field(default_factory=set)
    asked: list[SandboxChoice] = field(default_factory=list)

    def open(self, name: SandboxChoice) -> Opened:
        self.asked.append(name)
        if name in self.down:
            raise SandboxUnavailable(f"{name} is down")
        return Opened(name)


@dataclass
class Opened:
    name: SandboxChoice

    def run(self, program: Program) -> Record:
        return Record(cases=(), engine=f"{self.name} 1", container_id="c0ffee", image="", network=False, wall_s=0.0)

    def close(self) -> None: ...


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Engines:
    stand_ins = Engines()
    opening = {name: lambda *_, name=name: stand_ins.open(name) for name in (DOCKER, BUBBLEWRAP)}
    monkeypatch.setattr(choosing, "_OPEN", opening)
    return stand_ins


def job(source: str = "print('not in any bank')") -> CodeJob:
    return CodeJob(source=source, cases=(CodeCase(),))


def known_job() -> CodeJob:
    return next(known for known in known_jobs() if known.cases[0].entry_point)


@pytest.mark.parametrize(
    ("setting", "down", "used"),
    [
        (AUTO, set(), DOCKER),
        (AUTO, {DOCKER}, BUBBLEWRAP),
        (AUTO, {DOCKER, BUBBLEWRAP}, None),
        (DOCKER, {DOCKER}, None),
        (DOCKER, {BUBBLEWRAP}, DOCKER),
        (BUBBLEWRAP, {BUBBLEWRAP}, None),
        (BUBBLEWRAP, set(), BUBBLEWRAP),
    ],
)
def test_the_first_that_is_allowed_and_ready_is_used(engines, setting, down, used):
    engines.down = down
    settings = Settings(sandbox=setting)

    if used is None:
        with pytest.raises(NoSandbox) as refused:
            open_sandbox(settings)

        assert set(refused.value.reasons) == set(allowed(settings))
        assert all(f"{name}: {name} is down" in str(refused.value) for name in allowed(settings))
    else:
        opened = open_sandbox(settings)

        assert isinstance(opened, Opened)
        assert opened.name is used
    assert set(engines.asked) <= set(allowed(settings))


def test_one_that_was_ready_once_stays_in_use(engines):
    runner = SandboxRunner(Settings())
    runner.run(job())
    engines.down = {DOCKER}

    result = runner.run(job())

    assert (result.engine, engines.asked) == ("docker 1", [DOCKER])


def test_as_long_as_none_was_ready_each_job_looks_again(engines):
    engines.down = {DOCKER, BUBBLEWRAP}
    runner = SandboxRunner(Settings())
    with pytest.raises(CodeRunnerUnavailable):
        runner.run(job())
    engines.down = set()

    assert runner.run(job()).engine == "docker 1"


def test_without_a_sandbox_an_unknown_program_is_not_run_and_trying_again_cannot_help(engines, monkeypatch):
    engines.down = {DOCKER, BUBBLEWRAP}
    monkeypatch.setattr("subprocess.Popen", lambda *_, **__: pytest.fail("a process was started"))

    with pytest.raises(CodeRunnerUnavailable, match=r"install Docker: https://") as refused:
        SandboxRunner(Settings()).run(job())

    assert refused.value.final
    assert "docker is down" in refused.value.reason
    assert "bubblewrap is down" in refused.value.reason


def test_without_a_sandbox_a_known_answer_runs_and_the_record_says_so(engines):
    engines.down = {DOCKER, BUBBLEWRAP}

    result = SandboxRunner(Settings()).run(known_job())

    assert result.engine == "plain subprocess (known answer)"
    assert {case.ending for case in result.cases} == {Ending.COMPLETED}


def test_a_known_answer_with_one_more_character_is_unknown(engines):
    engines.down = {DOCKER, BUBBLEWRAP}
    known = known_job()

    with pytest.raises(CodeRunnerUnavailable):
        SandboxRunner(Settings()).run(
            CodeJob(source=known.source + " ", cases=known.cases, cpu_s=known.cpu_s, memory_mib=known.memory_mib)
        )


@pytest.mark.parametrize("setting", [DOCKER, BUBBLEWRAP])
def test_where_one_sandbox_is_demanded_nothing_runs_without_it_and_it_may_come_back(engines, setting):
    engines.down = {setting}

    with pytest.raises(CodeRunnerUnavailable) as refused:
        SandboxRunner(Settings(sandbox=setting)).run(known_job())

    assert not refused.value.final


def test_what_grading_takes_for_too_large_is_what_the_sandbox_refuses() -> None:
    assert (MOST_JOB_BYTES, MOST_STDIN_BYTES) == (MAX_PROGRAM_BYTES, MAX_STDIN_BYTES)


def test_a_job_that_is_too_large_for_any_sandbox_is_told_apart_from_a_sandbox_that_is_down() -> None:
    runner = SandboxRunner(Settings())

    with pytest.raises(InvalidJob, match=r"source and inputs are \d+ bytes") as refused:
        runner.run(CodeJob(source="#" * 40_000_000, cases=(CodeCase(),)))

    assert refused.value.final
