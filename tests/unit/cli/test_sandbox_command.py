"""`yz sandbox run`: what it shows of a program, how it ends, and that it runs nothing where there is no sandbox."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox import CaseRecord, Limit, Outcome, Program, Record, SandboxUnavailable
from tests.unit.cli.conftest import Yz
from yzindex.settings import SandboxChoice

CLEAN = CaseRecord(
    outcome=Outcome.COMPLETED,
    limit=None,
    exit_status=0,
    stdout=b"42\n\xff",
    stderr=b"",
    value=None,
    cpu_s=0.004,
    wall_s=0.005,
)
STOPPED = replace(CLEAN, outcome=Outcome.TIME_LIMIT, limit=Limit.WALL, exit_status=-9)


class Scripted:
    """A sandbox that has seen this."""

    def __init__(self) -> None:
        self.case = CLEAN
        self.programs: list[Program] = []

    def run(self, program: Program) -> Record:
        self.programs.append(program)
        return Record(cases=(self.case,), engine="box 1", container_id="c0ffee", image="py", network=False, wall_s=0.1)

    def close(self) -> None: ...


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    sandbox = Scripted()
    monkeypatch.setattr("worker.choosing._OPEN", dict.fromkeys(SandboxChoice, lambda *_: sandbox))
    return sandbox


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text("print(int(input()) * 2)")
    return path


def test_a_program_that_completes_is_shown_and_ends_with_status_0(yz: Yz, scripted: Scripted, file: Path) -> None:
    (stdin := file.with_name("stdin")).write_bytes(b"21\n")

    result = yz("sandbox", "run", file, "--stdin", stdin, "--wall-s", 7, "--memory-mib", 128, "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "outcome": "completed",
        "limit": None,
        "exit_status": 0,
        "cpu_s": 0.004,
        "wall_s": 0.005,
        "engine": "box 1",
        "where": "c0ffee",
        "image": "py",
        "network": False,
        "stdout": "42\n\N{REPLACEMENT CHARACTER}",
        "stderr": "",
    }
    (program,) = scripted.programs
    assert (program.source, program.cases[0].stdin) == ("print(int(input()) * 2)", b"21\n")
    assert (program.limits.wall_s, program.limits.memory_mib) == (7, 128)


def test_a_program_that_does_not_complete_ends_with_status_1(yz: Yz, scripted: Scripted, file: Path) -> None:
    scripted.case = STOPPED

    result = yz("sandbox", "run", file)

    assert result.exit_code == 1
    assert "outcome      time_limit\nlimit        wall\nexit_status  -9\n" in result.stdout
    assert "--- stdout\n42\n" in result.stdout


@pytest.mark.parametrize("limit", [("--wall-s", "0"), ("--wall-s", "nan"), ("--memory-mib", "3"), ("--wall-s", "x")])
def test_a_limit_that_makes_no_sense_is_bad_usage(yz: Yz, scripted: Scripted, file: Path, limit) -> None:
    assert yz("sandbox", "run", file, *limit).exit_code == 2
    assert scripted.programs == []


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["absent", "not UTF-8"])
def test_a_file_that_cannot_be_read_as_a_program_is_bad_usage(yz: Yz, scripted: Scripted, file: Path, content) -> None:
    file.unlink()
    if content is not None:
        file.write_bytes(content)

    result = yz("sandbox", "run", file)

    assert result.exit_code == 2
    assert str(file) in result.stderr


def test_without_a_sandbox_nothing_is_run_and_the_status_is_3(
    yz: Yz, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise SandboxUnavailable("not here")

    monkeypatch.setattr("worker.choosing._OPEN", dict.fromkeys(SandboxChoice, refuse))
    monkeypatch.setattr("subprocess.Popen", lambda *_, **__: pytest.fail("a process was started"))

    result = yz("sandbox", "run", file)

    assert result.exit_code == 3
    assert "docker: not here; bubblewrap: not here" in result.stderr


def test_a_setting_that_names_no_sandbox_is_bad_usage(
    yz: Yz, scripted: Scripted, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YZ_SANDBOX", "none")

    assert yz("sandbox", "run", file).exit_code == 2
    assert scripted.programs == []
