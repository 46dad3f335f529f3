"""Where bubblewrap does not run: nothing is started without walls, and the reason says what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandbox import BubblewrapSandbox, SandboxUnavailable
from sandbox.conversation import Greeting


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put a bwrap of this text first on PATH."""
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o755)  # who is not root any more must be able to start it
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def write(script: str) -> None:
        file = tmp_path / "bwrap"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    return write


def test_without_it_the_reason_names_the_package(monkeypatch):
    monkeypatch.setattr("sandbox.bwrap.walls.shutil.which", lambda name, path: None)

    with pytest.raises(SandboxUnavailable, match=r"not installed .*apt-get install bubblewrap"):
        BubblewrapSandbox()


def test_one_that_does_not_even_say_its_version_is_told_in_its_own_words(fake):
    fake("echo 'bwrap: error while loading libcap.so.2' >&2; exit 127")

    with pytest.raises(SandboxUnavailable, match="does not run here: bwrap: error while loading libcap"):
        BubblewrapSandbox()


@pytest.mark.bubblewrap
@pytest.mark.parametrize("words", ["No permissions to create new namespace", "Unknown option --disable-userns"])
def test_one_that_cannot_build_the_walls_is_told_in_its_own_words(fake, words):
    fake(f'[ "$1" = --version ] && echo bubblewrap 0.0 && exit; echo "bwrap: {words}" >&2; exit 1')

    with pytest.raises(SandboxUnavailable, match=f"does not run here: bwrap: {words}"):
        BubblewrapSandbox()


def test_without_a_python_for_programs_the_reason_names_the_package(monkeypatch, fake):
    fake("echo bubblewrap 0.0")
    monkeypatch.setattr("sandbox.bubblewrap_sandbox.pythons", lambda: iter(()))

    with pytest.raises(SandboxUnavailable, match=r"no Python of 3.11 .*apt-get install python3"):
        BubblewrapSandbox()


@pytest.mark.bubblewrap
def test_where_processes_cannot_be_limited_it_refuses(monkeypatch):
    monkeypatch.setattr("sandbox.bubblewrap_sandbox.find_places", lambda: ())
    monkeypatch.setattr("sandbox.bwrap.box.Greeting", lambda processes: Greeting())

    with pytest.raises(SandboxUnavailable, match="number of a program's processes cannot be limited here"):
        BubblewrapSandbox()
