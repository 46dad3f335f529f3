"""A sandbox that cannot start at all: the run concludes with those questions unscored and the reason, said by all."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from api.shapes.runs import RunBody
from tests.chaos.conftest import Site, site
from yzindex.dimensions import Dimension
from yzindex.records.states import AnswerState, RunStatus

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(300)]

NOWHERE = "unix:///nowhere/docker.sock"
#: Its questions are programs, of which a draw has so many.
BY_CODE, DRAWN = Dimension.EXECUTION, 2


@pytest.fixture(scope="module")
def without_a_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The stack as its owner set it up: for Docker, and for nothing in its place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", NOWHERE)
        patch.setenv("YZ_SANDBOX", "docker")
        with site(tmp_path_factory.mktemp("without"), {}) as found:
            yield found


@pytest.fixture(scope="module")
def run(without_a_sandbox: Site) -> RunBody:
    return without_a_sandbox.concluded(without_a_sandbox.order())


def test_the_run_concludes_with_those_questions_unscored_and_all_others_scored(
    without_a_sandbox: Site, run: RunBody
) -> None:
    assert run.status is RunStatus.CONCLUDED
    answers = without_a_sandbox.answers(run.number)
    by_code = [answer for answer in answers if answer.dimension is BY_CODE]

    assert len(by_code) == DRAWN * len(run.models)
    assert {answer.state for answer in answers if answer not in by_code} == {AnswerState.GRADED}
    assert {answer.state for answer in by_code} == {AnswerState.UNSCORED}
    assert {answer.score for answer in by_code} == {None}
    assert all(answer.reply for answer in by_code), "what was paid for is kept"


def test_no_main_score_comes_of_it(run: RunBody) -> None:
    assert run.models
    for model in run.models:
        assert model.result
        assert model.result.core_raw is None
        assert model.result.core_display is None
        assert (model.result.coverage.scored, model.result.coverage.asked) == (10 - DRAWN, 10)


def test_the_api_says_why(without_a_sandbox: Site, run: RunBody) -> None:
    for model in run.models:
        reasons = {each.question: each.reason for each in model.unscored}
        assert len(reasons) == DRAWN
        for reason in reasons.values():
            assert "no sandbox runs here (docker: connecting: no container engine answers" in reason
            assert "install Docker" in reason
    raw = [each for each in without_a_sandbox.client.raw(run.number) if each.dimension is BY_CODE]
    assert {each.state for each in raw} == {AnswerState.UNSCORED}
    assert all("no sandbox runs here" in (each.reason or "") for each in raw)


@pytest.mark.usefixtures("without_a_sandbox")
def test_doctor_says_so_and_what_to_do() -> None:
    command = [sys.executable, "-m", "api.cli", "doctor", "--json"]

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    found = {each["part"]: each for each in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 3, done.stderr
    assert not found["docker"]["ok"]
    assert "no engine answers" in found["docker"]["found"]
    assert "install and start Docker" in found["docker"]["do"]
    assert found["sandbox"]["found"] == "none of docker runs here: execution questions stay unscored"
