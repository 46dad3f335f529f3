"""Which sandbox the stack announces, what it installs, and what it says where none runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deploy import apt, engine
from sandbox import SandboxUnavailable
from yzindex.settings import SandboxChoice, Settings

DOCKER, BUBBLEWRAP = SandboxChoice.DOCKER, SandboxChoice.BUBBLEWRAP


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def down(monkeypatch: pytest.MonkeyPatch) -> set[SandboxChoice]:
    """Name here what is not to run."""
    names: set[SandboxChoice] = set()

    def prepare(name: SandboxChoice) -> str:
        if name in names:
            raise SandboxUnavailable(f"no {name} today")
        return f"{name} 1"

    monkeypatch.setattr(engine, "_PREPARE", {name: lambda *_, name=name: prepare(name) for name in SandboxChoice})
    monkeypatch.setenv("DOCKER_HOST", "tcp://nowhere")
    return names


def test_docker_comes_first(down, said):
    assert engine.prepare_sandbox(Settings(), said.append) == "docker 1"
    assert said == []


def test_where_docker_does_not_answer_bubblewrap_takes_its_place(down, said):
    down |= {DOCKER}

    assert engine.prepare_sandbox(Settings(), said.append) == "bubblewrap 1"
    assert said == []


def test_where_none_runs_both_reasons_are_said_and_what_becomes_of_programs(down, said):
    down |= {DOCKER, BUBBLEWRAP}

    assert engine.prepare_sandbox(Settings(), said.append, "demo") is None

    text = "\n".join(said)
    assert "none: docker (DOCKER_HOST=tcp://nowhere: no docker today), bubblewrap (no bubblewrap today)" in text
    assert "Install Docker:  https://docs.docker.com/engine/install/" in text
    assert "The demo goes on: only programs that are byte for byte this bank's own" in text


def test_where_one_is_demanded_no_other_is_tried_and_no_answer_is_run(down, said):
    down |= {DOCKER}

    assert engine.prepare_sandbox(Settings(sandbox=DOCKER), said.append) is None

    assert "bubblewrap" not in "\n".join(said)
    assert "execution questions stay unscored" in "\n".join(said)


class Apt:
    """An apt-get that ends with these statuses, one after the other, and installs a bwrap when it ends well."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self.log = folder / "log"
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def ends(self, *statuses: int) -> None:
        (self._folder / "statuses").write_text("".join(f"{status}\n" for status in statuses))
        (self._folder / "apt-get").write_text(
            f'#!/bin/sh\ncd {self._folder}; echo "$*" >>log; status=$(head -n 1 statuses); sed -i 1d statuses\n'
            'echo "E: apt says $status" >&2; exit "$status"\n'
        )
        (self._folder / "apt-get").chmod(0o755)

    def hangs(self) -> None:
        # As apt-get, it ends when it is interrupted, also where its parents do not.
        (self._folder / "apt-get").write_text(
            f"#!{sys.executable}\nimport signal, time\nsignal.signal(signal.SIGINT, signal.SIG_DFL)\ntime.sleep(60)\n"
        )
        (self._folder / "apt-get").chmod(0o755)

    @property
    def commands(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def apt_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Apt:
    return Apt(tmp_path, monkeypatch)


INSTALL = "install --yes --no-install-recommends bubblewrap"


@pytest.mark.parametrize(
    ("statuses", "commands", "trouble"),
    [
        ((0,), [INSTALL], None),
        ((100, 0, 0), [INSTALL, "update", INSTALL], None),
        ((100, 0, 100), [INSTALL, "update", INSTALL], "E: apt says 100"),
        ((100, 101), [INSTALL, "update"], "E: apt says 101"),
    ],
)
def test_a_package_is_installed_after_an_update_if_need_be(apt_get, statuses, commands, trouble):
    apt_get.ends(*statuses)

    assert apt.install("bubblewrap", within_s=30) == trouble
    assert apt_get.commands == commands


def test_an_apt_that_takes_too_long_is_given_up(apt_get):
    apt_get.hangs()

    assert apt.install("bubblewrap", within_s=0.2) == "apt-get install took too long"


@pytest.fixture
def without_bwrap(monkeypatch: pytest.MonkeyPatch) -> None:
    class Absent:
        def __init__(self) -> None:
            raise SandboxUnavailable("bubblewrap is not installed")

    monkeypatch.setattr(engine, "BubblewrapSandbox", Absent)
    monkeypatch.setattr("deploy.engine.shutil.which", lambda name: None if name == "bwrap" else f"/usr/bin/{name}")


@pytest.mark.parametrize(("user", "installs"), [(0, ["bubblewrap"]), (1000, [])])
def test_only_root_installs_it_and_says_so_first(monkeypatch, without_bwrap, said, user, installs):
    installed: list[str] = []

    def install(package: str, *, within_s: float) -> str:
        assert "installing bubblewrap" in said[-1]
        installed.append(package)
        return "E: no mirror"

    monkeypatch.setattr(engine, "install", install)
    monkeypatch.setattr("os.geteuid", lambda: user)

    result = engine.prepare_sandbox(Settings(sandbox=BUBBLEWRAP), said.append)

    assert (result, installed) == (None, installs)
    assert any("that failed: E: no mirror" in line for line in said) == bool(installs)
    assert "bubblewrap (bubblewrap is not installed)" in "\n".join(said)
