"""The demo as a newcomer types it, without a terminal: with Docker, then without, then without any sandbox.

The second time is the next morning of the first one's story.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(700)]

ROOT = Path(__file__).parents[2]
WITHIN_S = 300.0
MODELS = ("sim/agate", "sim/opal", "sim/flint", "sim/jasper", "sim/onyx")
COLUMNS = ("execution", "grounding", "judgment", "communication", "integrity", "core_raw", "core_display", "coverage")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / ".yz"


@pytest.fixture(scope="module")
def today(folder: Path) -> str:
    return demo(folder)


@pytest.fixture(scope="module")
def morning(today: str, folder: Path) -> str:
    """The next one, where no Docker engine answers."""
    return demo(folder, DOCKER_HOST=f"unix://{folder}/no-engine.sock")


@pytest.fixture(scope="module")
def morning_after(morning: str, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One more, where bubblewrap is refused its namespaces as well."""
    broken = tmp_path_factory.mktemp("broken") / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    path = f"{broken.parent}:{os.environ['PATH']}"
    return demo(folder, DOCKER_HOST=f"unix://{folder}/no-engine.sock", PATH=path)


def demo(folder: Path, **variables: str) -> str:
    """Run the demo to its end, which must be a good one, and return what it printed."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("YZ_", "REDIS", "DATABASE", "SEED"))
    }
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.demo"],
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


def account(printed: str) -> dict[str, str]:
    """Each model's line of the provider's own account."""
    told = printed[printed.index("What the simulated provider really did") :]
    return {model: line.strip() for line in told.splitlines() for model in MODELS if line.strip().startswith(model)}


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_the_demo_says_first_that_its_models_are_simulated(today: str) -> None:
    assert re.match(r"yz-index \S+ · one-machine demo · models are SIMULATED · state in ", today)


def test_every_model_has_every_score_and_the_run_its_number(today: str) -> None:
    assert re.search(r"Run #\d+ smoke", today)
    assert all(column in today for column in COLUMNS)
    for model in MODELS:
        dimensions, label, main = r"(\d+\.\d\D+){4}", r"(pass|warn|FAIL)\s+", r"\d+\.\d\d\s+\d+\.\d\d\s"
        assert re.search(dimensions + label + main, row(today, model))


def test_the_way_on_is_printed(today: str) -> None:
    assert re.search(r"Flower  http://127\.0\.0\.1:\d+", today)
    assert re.search(r"curl -X POST http://127\.0\.0\.1:\d+/v1/runs", today)


def test_a_second_demo_goes_on_with_later_runs(today: str, morning: str) -> None:
    numbers = [int(re.findall(r"Run #(\d+) smoke", printed)[0]) for printed in (today, morning)]

    assert numbers[0] < numbers[1]


# --- where programs run ----------------------------------------------------------------------------------------------


@pytest.mark.docker
def test_the_programs_ran_in_containers_and_none_is_left(today: str) -> None:
    programs, containers = map(int, re.findall(r"(\d+) programs ran in (\d+) containers, all removed", today)[0])

    # Two execution questions of each model; a reply without a program needs no container.
    assert 0 < programs <= 2 * len(MODELS)
    assert containers == programs


@pytest.mark.bubblewrap
def test_without_docker_the_programs_run_in_bubblewrap_and_nothing_of_them_is_left(morning: str) -> None:
    ran = re.findall(r"(\d+) programs ran in (\d+) bubblewrap sandboxes, all removed", morning)

    assert re.search(r"sandbox  bubblewrap 0\.\d+\.\d+, throwaway namespaces", morning)
    assert ran
    assert ran[0][0] == ran[0][1] != "0"
    assert "no container engine answers" not in morning


def test_without_a_sandbox_the_demo_says_why_and_runs_known_answers_alone(morning_after: str) -> None:
    ran = re.findall(r"(\d+) programs ran in (\d+) plain processes \(known answers\), all removed", morning_after)

    assert re.search(
        r"sandbox  none: docker \(.*\), bubblewrap \(.*No permissions to create new namespace\)", morning_after
    )
    assert "Install Docker" in morning_after
    assert "The demo goes on: only programs that are byte for byte this bank's own" in morning_after
    assert ran
    assert ran[0][0] == ran[0][1] != "0"


# --- the story -------------------------------------------------------------------------------------------------------


def test_thirty_days_are_played_and_it_is_said_without_what(today: str) -> None:
    assert "30 days x 5 models played through draw, graders and analysis (not the queue)" in today


def test_three_models_fall_and_only_the_one_that_really_fell_is_asked_again(today: str) -> None:
    assert "Three models lost" in today
    assert re.findall(r"Run #\d+ confirmation · \d+ questions x (\S+)", today)[0] == "sim/flint"


def test_every_verdict_is_followed_by_what_the_provider_really_did(today: str) -> None:
    told = account(today)

    assert set(told) == set(MODELS)
    assert all(line.endswith(("right", "WRONG")) for line in told.values())
    assert "ability lowered on" in told["sim/flint"]
    assert all("nothing" in line and line.endswith("right") for model, line in told.items() if model != "sim/flint")


def test_on_the_next_morning_the_grader_has_moved_and_nobody_is_accused(morning: str) -> None:
    told = account(morning)

    assert re.search(r"stored answers graded again: \d+, on average -\d+\.\d points", morning)
    assert all("questions or grader moved" in line and line.endswith("right") for line in told.values())
    assert "SIMULATED here, not by the provider: the graders take 30% off every score" in morning
