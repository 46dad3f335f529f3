"""What a newcomer does first: clone into an empty folder and type `make demo`, with nothing of ours on the path."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.end_to_end, pytest.mark.docker, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
WITHIN_S = 300.0
#: How this machine reaches packages is not the project's business, and comes along.
KEPT = re.compile(r"HOME|LANG|TERM|USER|PIP_.*|UV_.*|SSL_CERT_.*|.*_proxy|.*_PROXY|DOCKER_.*")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of what is committed."""
    folder = tmp_path_factory.mktemp("newcomer") / "yz-index"
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    return folder


def make_demo(clone: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
    outside = [part for part in os.environ["PATH"].split(os.pathsep) if ".venv" not in part]
    ended = subprocess.run(
        ["make", "demo"],
        cwd=clone,
        env=environment | {"PATH": os.pathsep.join(outside)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_make_demo_in_a_fresh_clone_shows_a_run_and_a_second_one_the_next(clone: Path) -> None:
    first, second = make_demo(clone), make_demo(clone)

    ordered = [int(re.findall(r"(?m)^Run #(\d+) smoke", printed)[0]) for printed in (first, second)]
    assert ordered[0] < ordered[1]
    for printed in (first, second):
        assert "SIMULATED" in printed
        assert len(re.findall(r"(?m)^ sim/\S+.* \d+/10 ", printed)) >= 5
    assert (clone / ".venv").is_dir()
    assert subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, check=True).stdout == b""
