"""One smoke run on the whole stack, seen from outside: the API, Flower, the container engine and a second worker."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from fractions import Fraction
from pathlib import Path
from threading import Thread
from typing import Any

import docker
import pytest

from api.client import Client
from api.shapes.raw import RawAnswerBody
from api.shapes.runs import RunBody, RunRequest
from deploy.leftovers import writers
from deploy.stack import Simulation, Stack
from sandbox.owner import LABEL
from tests import engines
from yzindex.dimensions import Dimension
from yzindex.records.states import AnswerState
from yzindex.settings import Settings

pytestmark = [pytest.mark.end_to_end, pytest.mark.docker, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
DEADLINE_S = 120
CORES = os.cpu_count() or 1


class Containers:
    """Watches the engine: what a stack creates under our label, with which network, and what of it is gone again."""

    def __init__(self, stack: Stack) -> None:
        self._folder = stack.folder
        self._engine = docker.from_env()
        self._events = self._engine.events(decode=True, filters={"label": LABEL, "type": "container"})
        self.networks: dict[str, str] = {}
        self.destroyed: set[str] = set()
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        for event in self._events:
            container, labels = event["Actor"]["ID"], event["Actor"]["Attributes"]
            if event["Action"] == "create" and creator(labels) in writers(self._folder):
                found = self._engine.api.inspect_container(container)
                self.networks[container] = found["HostConfig"]["NetworkMode"]
            elif event["Action"] == "destroy" and container in self.networks:
                self.destroyed.add(container)

    def close(self) -> None:
        self._events.close()
        self._thread.join(10)
        self._engine.close()


def creator(labels: dict[str, str]) -> int:
    """The process that had a container created; other tests and other users of the engine have theirs."""
    return int(labels[f"{LABEL}.owner"].split()[2])


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """A redis-server and a PostgreSQL database of our own, as the settings name them."""
    with engines.empty_redis() as redis_url, engines.empty_postgres() as database_url:
        yield {"redis_url": redis_url, "database_url": database_url}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(nullcontext({}), id="own parts"),
        pytest.param(servers(), id="servers", marks=[pytest.mark.redis_server, pytest.mark.postgres]),
    ],
)
def watched(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Stack, Containers]]:
    """The one-machine stack, on its own Valkey and SQLite or on redis-server and PostgreSQL, and its containers.

    Of these none is left when it has stopped.
    """
    with request.param as addresses:
        folder = tmp_path_factory.mktemp("stack")
        settings = Settings(
            data_dir=folder, api_port=0, flower_port=0, sandbox_concurrency=2, daily_run=False, **addresses
        )
        with Stack(settings, simulation=Simulation(seed=31)) as stack:
            containers = Containers(stack)
            yield stack, containers
        until(lambda: containers.destroyed == set(containers.networks), "a stopped stack leaves no container")
        containers.close()


@pytest.fixture(scope="module")
def stack(watched: tuple[Stack, Containers]) -> Stack:
    return watched[0]


@pytest.fixture(scope="module")
def client(stack: Stack) -> Iterator[Client]:
    with Client(stack.api) as client:
        yield client


@pytest.fixture(scope="module")
def containers(watched: tuple[Stack, Containers]) -> Containers:
    """What this stack has the engine do."""
    return watched[1]


@pytest.fixture(scope="module")
def run(client: Client, containers: Containers) -> RunBody:
    """A concluded run, with the engine watched from before it began."""
    assert containers.networks == {}
    return concluded(client, client.submit(RunRequest()).number)


@pytest.fixture(scope="module")
def raw(client: Client, run: RunBody) -> list[RawAnswerBody]:
    return list(client.raw(run.number))


def concluded(client: Client, number: int) -> RunBody:
    deadline = time.monotonic() + DEADLINE_S
    *_, last = client.wait(number, sleep=lambda seconds: sleep_until(deadline, seconds))
    return last


def sleep_until(deadline: float, seconds: float) -> None:
    assert time.monotonic() < deadline, "the run did not conclude in time"
    time.sleep(seconds)


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {DEADLINE_S} s: {what}"
        time.sleep(0.1)


def flower_tasks(stack: Stack) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{stack.flower}/api/tasks?limit=100000") as answer:
        return list(json.load(answer).values())


def test_every_question_has_one_answer_and_every_answer_a_grade_or_a_reason(
    run: RunBody, raw: list[RawAnswerBody]
) -> None:
    asked = [(answer.model, answer.question_id) for answer in raw]

    assert len(run.models) >= 5
    assert len(set(asked)) == len(asked) == 10 * len(run.models)
    for answer in raw:
        if answer.state is AnswerState.GRADED:
            assert answer.score is not None
            assert answer.verdict
        else:
            assert answer.state is AnswerState.UNSCORED
            assert answer.score is None
            assert answer.reason


def test_every_model_gets_the_same_draw(raw: list[RawAnswerBody]) -> None:
    draws: dict[str, set[str]] = {}
    for answer in raw:
        draws.setdefault(answer.model, set()).add(answer.question_digest)

    assert len({frozenset(draw) for draw in draws.values()}) == 1


def test_the_scores_of_a_run_are_the_means_of_its_answers(run: RunBody, raw: list[RawAnswerBody]) -> None:
    for model in run.models:
        assert model.result
        means: dict[Dimension, Fraction] = {}
        for dimension in Dimension:
            scores = [
                Fraction(answer.score)
                for answer in raw
                if answer.model == model.model and answer.dimension is dimension and answer.score is not None
            ]
            shown = model.result.dimensions[dimension]
            assert shown.coverage.scored == len(scores)
            if scores:
                means[dimension] = sum(scores, Fraction(0)) / len(scores)
                assert shown.score is not None
                assert abs(Fraction(shown.score.exact) - means[dimension]) < Fraction(1, 10**8)
        if Dimension.EXECUTION in means and Dimension.GROUNDING in means:
            expected = (55 * means[Dimension.EXECUTION] + 45 * means[Dimension.GROUNDING]) / 100
            assert model.result.core_raw is not None
            assert abs(Fraction(model.result.core_raw.exact) - expected) < Fraction(1, 10**8)


def test_simulated_models_are_labelled_wherever_they_appear(run: RunBody, raw: list[RawAnswerBody]) -> None:
    assert all(model.simulated for model in run.models)
    assert all(answer.simulated for answer in raw)


def test_flower_shows_the_runs_tasks_on_every_queue(stack: Stack, run: RunBody, raw: list[RawAnswerBody]) -> None:
    until(lambda: "yz.conclude" in {task["name"] for task in flower_tasks(stack)}, "Flower saw the conclusion")

    seen = {(task["name"], task["routing_key"], task["args"]) for task in flower_tasks(stack)}
    queues = {queue for _, queue, _ in seen}
    first_arguments = {(name, str(args).strip("[](), ").partition(",")[0]) for name, _, args in seen}

    assert {"models.sim", "sandbox", "judge", "control"} <= queues
    assert ("yz.dispatch", str(run.number)) in first_arguments
    assert ("yz.conclude", str(run.number)) in first_arguments
    # A task that goes on from asking to grading keeps its id, so Flower shows it once, under either name.
    for answer in raw:
        assert first_arguments & {("yz.ask", str(answer.answer_id)), ("yz.grade", str(answer.answer_id))}


def test_each_executed_answer_had_a_container_of_its_own_none_with_network_and_only_those_that_wait_are_left(
    stack: Stack, raw: list[RawAnswerBody], containers: Containers
) -> None:
    executed = [answer.ran_in.split()[-1] for answer in raw if answer.ran_in]
    until(lambda: set(executed) <= containers.destroyed, "every container that was used is removed")

    assert executed
    assert len(set(executed)) == len(executed)
    assert set(executed) <= set(containers.networks)
    waiting = len(containers.networks) - len(containers.destroyed)
    assert waiting <= 2 * max(stack.settings.sandbox_concurrency, CORES)
    assert set(containers.networks.values()) == {"none"}
    assert {answer.dimension for answer in raw if answer.ran_in} == {Dimension.EXECUTION}


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on PATH; apt-get install curl")
def test_the_readmes_curl_submits_a_run_as_printed(stack: Stack, client: Client) -> None:
    printed = re.search(r"^curl .*$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert printed

    command = printed[0].replace("http://127.0.0.1:8000", stack.api)
    answered = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout

    assert answered.startswith("HTTP/1.1 202")
    location = re.search(r"(?im)^location: (\S+)", answered)
    assert location
    assert concluded(client, int(location[1].rpartition("/")[2])).progress.ended == 50


def test_a_second_worker_started_by_hand_with_two_addresses_joins_and_takes_work(
    stack: Stack, client: Client, tmp_path: Path
) -> None:
    command = re.search(r"^\.venv/bin/celery .*-Q sandbox.*$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert command
    by_hand = [sys.executable, "-m", *command[0].removeprefix(".venv/bin/").split()]
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "DOCKER_HOST") if name in os.environ}
    environment |= {"REDIS_URL": stack.settings.redis_address, "DATABASE_URL": stack.settings.database_address}

    with (tmp_path / "second.log").open("wb") as log:
        second = subprocess.Popen(by_hand, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        until(lambda: b" ready." in (tmp_path / "second.log").read_bytes(), "the second worker is ready")
        deadline = time.monotonic() + DEADLINE_S
        while not taken_by(stack, "second@"):
            assert time.monotonic() < deadline, "the second worker took no work"
            concluded(client, client.submit(RunRequest()).number)
    finally:
        second.terminate()
        second.wait(60)

    assert all(task["state"] == "SUCCESS" for task in taken_by(stack, "second@"))


def taken_by(stack: Stack, worker: str) -> list[dict[str, Any]]:
    """Tasks that a worker has finished."""
    return [
        task for task in flower_tasks(stack) if str(task["worker"]).startswith(worker) and task["succeeded"] is not None
    ]
