"""The demo as a newcomer types it, without a terminal: with Docker, then without, then without any sandbox."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.end_to_end, pytest.mark.docker, pytest.mark.timeout(700)]

ROOT = Path(__file__).parents[2]
WITHIN_S = 300.0
MODELS = ("sim/agate", "sim/opal", "sim/flint", "sim/jasper", "sim/onyx")
COLUMNS = ("execution", "grounding", "judgment", "communication", "integrity", "core_raw", "core_display", "coverage")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / ".yz"


@pytest.fixture(scope="module")
def first(folder: Path) -> str:
    return demo(folder)


@pytest.fixture(scope="module")
def second(first: str, folder: Path) -> str:
    return demo(folder, DOCKER_HOST=f"unix://{folder}/no-engine.sock")


@pytest.fixture(scope="module")
def third(second: str, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    broken = tmp_path_factory.mktemp("broken") / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    path = f"{broken.parent}:{os.environ['PATH']}"
    return demo(folder, DOCKER_HOST=f"unix://{folder}/no-engine.sock", PATH=path)


def demo(folder: Path, **variables: str) -> str:
    """Run the demo to its end, which must be a good one, and return what it printed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("YZ_", "REDIS", "DATABASE"))}
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.demo", "--seed", "7"],
        env=inherited | {"YZ_DATA_DIR": str(folder)} | variables,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def row(printed: str, model: str) -> str:
    """A model's row in the table of the run."""
    table = printed[printed.index("core_raw") :]
    return next(line for line in table.splitlines() if line.strip().startswith(model))


def test_the_demo_says_first_that_its_models_are_simulated(first):
    assert re.match(r"yz-index \S+ · one-machine demo · models are SIMULATED · state in ", first)


def test_every_model_has_every_score_and_the_run_its_number(first):
    assert re.search(r"Run #\d+ smoke", first)
    assert all(column in first for column in COLUMNS)
    for model in MODELS:
        dimensions, label, main = r"(\d+\.\d\D+){4}", r"(pass|warn|FAIL)\s+", r"\d+\.\d\d\s+\d+\.\d\d\s"
        assert re.search(dimensions + label + main, row(first, model))


def test_the_programs_ran_in_containers_and_none_is_left(first):
    programs, containers = map(int, re.findall(r"(\d+) programs ran in (\d+) containers, all removed", first)[0])

    # Two execution questions of each model; a reply without a program needs no container.
    assert 0 < programs <= 2 * len(MODELS)
    assert containers == programs


def test_the_way_on_is_printed(first):
    assert re.search(r"Flower  http://127\.0\.0\.1:\d+", first)
    assert re.search(r"curl -X POST http://127\.0\.0\.1:\d+/v1/runs", first)


def test_a_second_demo_goes_on_with_later_runs(first, second):
    numbers = [int(re.findall(r"Run #(\d+) smoke", printed)[0]) for printed in (first, second)]

    assert numbers[0] < numbers[1]


@pytest.mark.bubblewrap
def test_without_docker_the_programs_run_in_bubblewrap_and_nothing_of_them_is_left(second):
    ran = re.findall(r"(\d+) programs ran in (\d+) bubblewrap sandboxes, all removed", second)

    assert re.search(r"sandbox  bubblewrap 0\.\d+\.\d+, throwaway namespaces", second)
    assert ran
    assert ran[0][0] == ran[0][1] != "0"
    assert "no container engine answers" not in second


def test_without_a_sandbox_the_demo_says_why_and_runs_known_answers_alone(third):
    ran = re.findall(r"(\d+) programs ran in (\d+) plain processes \(known answers\), all removed", third)

    assert re.search(r"sandbox  none: docker \(.*\), bubblewrap \(.*No permissions to create new namespace\)", third)
    assert "Install Docker" in third
    assert "The demo goes on: only programs that are byte for byte this bank's own" in third
    assert ran
    assert ran[0][0] == ran[0][1] != "0"
