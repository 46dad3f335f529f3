"""The demo's story as a newcomer sees it: today, and the next morning."""

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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("story") / ".yz"


@pytest.fixture(scope="module")
def today(folder: Path) -> str:
    return demo(folder)


@pytest.fixture(scope="module")
def morning(today: str, folder: Path) -> str:
    return demo(folder)


def demo(folder: Path) -> str:
    """Run the demo to its end, which must be a good one, and return what it printed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("YZ_", "REDIS", "DATABASE"))}
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.demo", "--seed", "0"],
        env=inherited | {"YZ_DATA_DIR": str(folder), "YZ_API_PORT": "0", "YZ_FLOWER_PORT": "0"},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def account(printed: str) -> dict[str, str]:
    """Each model's line of the provider's own account."""
    told = printed[printed.index("What the simulated provider really did") :]
    return {model: line.strip() for line in told.splitlines() for model in MODELS if line.strip().startswith(model)}


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
