"""What the first week brings: something dies in the middle of a run. The run concludes all the same, with one answer
and one grade for every question, within 90 s.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import httpx2
import pytest

from tests.chaos.conftest import Site
from yzindex.records.states import AnswerState

pytestmark = [pytest.mark.end_to_end, pytest.mark.docker, pytest.mark.timeout(300)]

MODELS, QUESTIONS = 3, 10
servers_too = [pytest.mark.redis_server, pytest.mark.postgres_programs]


@pytest.fixture(params=["own_parts", pytest.param("on_servers", marks=servers_too)])
def site(request: pytest.FixtureRequest) -> Site:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Site)
    return found


def kill(site: Site, child: str) -> None:
    os.kill(site.stack.child(child).pid, signal.SIGKILL)


def assert_whole(site: Site, number: int, *, paid_once: bool) -> None:
    """Every question of every model has exactly one answer and one grade."""
    run, answers = site.concluded(number), site.answers(number)
    assert len(answers) == len({(answer.evaluation_id, answer.question_digest) for answer in answers})
    assert Counter(answer.state for answer in answers) == {AnswerState.GRADED: MODELS * QUESTIONS}
    assert all(answer.reply is not None and answer.score is not None and answer.verdict for answer in answers)
    assert all(model.result and model.result.coverage.scored == QUESTIONS for model in run.models)
    replies = site.paid_replies(number)
    assert min(replies) >= 1
    if paid_once:
        assert max(replies) == 1


def asking(number: int) -> Callable[[Site], bool]:
    return lambda site: site.states(number)[AnswerState.ASKING] > 0


def grading_in_the_sandbox(number: int) -> Callable[[Site], bool]:
    return lambda site: any(
        answer.state is AnswerState.GRADING and answer.dimension == "execution" for answer in site.answers(number)
    )


def half_answered(number: int) -> Callable[[Site], bool]:
    return lambda site: sum(answer.reply is not None for answer in site.answers(number)) >= MODELS * QUESTIONS // 2


@pytest.mark.parametrize(
    ("worker", "moment"),
    [
        pytest.param("models", asking, id="models, as it takes the first questions"),
        pytest.param("models", half_answered, id="models, half way"),
        pytest.param("sandbox", grading_in_the_sandbox, id="sandbox, with a program running"),
        pytest.param("control", asking, id="control"),
    ],
)
def test_a_worker_killed_in_the_middle_of_a_run_costs_nothing(
    site: Site, worker: str, moment: Callable[[int], Callable[[Site], bool]]
) -> None:
    number = site.order()
    site.until(lambda: moment(number)(site), "the moment of the fault")

    kill(site, worker)

    assert_whole(site, number, paid_once=worker != "models")


def test_a_queue_that_dies_and_comes_back_costs_nothing(own_parts: Site) -> None:
    number = own_parts.order()
    own_parts.until(lambda: half_answered(number)(own_parts), "half of the run")

    kill(own_parts, "valkey")

    assert_whole(own_parts, number, paid_once=True)


@pytest.mark.redis_server
@pytest.mark.postgres_programs
def test_a_queue_that_comes_back_without_its_memory_costs_nothing(on_servers: Site) -> None:
    number = on_servers.order()
    on_servers.until(lambda: half_answered(number)(on_servers), "half of the run")

    on_servers.servers["redis"].stop(signal.SIGKILL)
    on_servers.servers["redis"].start()

    assert_whole(on_servers, number, paid_once=True)


@pytest.mark.parametrize("moment", [asking, half_answered])
def test_a_queue_that_is_emptied_costs_nothing(site: Site, moment: Callable[[int], Callable[[Site], bool]]) -> None:
    number = site.order()
    site.until(lambda: moment(number)(site), "the moment of the fault")

    site.redis.flushall()

    assert_whole(site, number, paid_once=True)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "as by a crash"])
@pytest.mark.redis_server
@pytest.mark.postgres_programs
def test_a_database_that_is_restarted_costs_nothing(on_servers: Site, how: signal.Signals) -> None:
    number = on_servers.order()
    on_servers.until(lambda: half_answered(number)(on_servers), "half of the run")

    on_servers.servers["postgres"].stop(how)
    on_servers.servers["postgres"].start()

    assert_whole(on_servers, number, paid_once=True)


def test_an_api_killed_between_commit_and_message_costs_nothing(site: Site) -> None:
    environment = dict(site.stack.child("api").recipe.environment) | {"YZ_API_PORT": "0"}
    dying = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.api_that_dies"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    assert dying.stdout
    address = json.loads(dying.stdout.readline())["listening"]

    with pytest.raises(httpx2.TransportError):
        httpx2.post(f"{address}/v1/runs", json={}, trust_env=False, timeout=30)

    assert dying.wait(30) == -signal.SIGKILL
    dying.stdout.close()
    (number, *_) = [
        int(run["number"]) for run in httpx2.get(f"{site.stack.api}/v1/runs", trust_env=False).json()["items"]
    ]
    assert_whole(site, number, paid_once=True)
