"""A Docker engine that is killed while a program runs: trouble of ours, tried again, and the right grade in the end."""

from __future__ import annotations

import gc
import signal
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import docker
import pytest
from sqlmodel import select, update

from sandbox import IMAGE, ensure_image
from sandbox.engine import connect
from sandbox.owner import LABEL
from tests import rows
from tests.chaos.servers import Server, docker_engine
from worker import stages
from worker.runtime import Runtime
from worker.sandboxing import SandboxRunner
from yzindex.dimensions import Dimension
from yzindex.ports import ModelCall, ModelReply
from yzindex.records.migrating import migrate
from yzindex.records.states import AnswerState
from yzindex.records.tables import Answer
from yzindex.settings import SandboxChoice, Settings

pytestmark = [
    pytest.mark.docker,
    pytest.mark.docker_programs,
    pytest.mark.timeout(300),
    # The engine's client library forgets the sockets of a connection that broke.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SLOW = "```python\nimport time\ndef double(n):\n    time.sleep(4)\n    return 2 * n\n```"


class Answering:
    def ask(self, call: ModelCall) -> ModelReply:
        return rows.model_reply(SLOW)


@pytest.fixture(scope="module", autouse=True)
def _forgotten_sockets() -> Iterator[None]:
    """Have the client library's lost sockets collected here, and not in the middle of another module's test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """An engine of our own that has the sandbox's image."""
    with closing(connect()) as usual, docker_engine() as server:
        ensure_image(usual)
        with closing(docker.APIClient(base_url=server.address)) as own:
            own.load_image(b"".join(usual.get_image(IMAGE)))
        monkeypatch.setenv("DOCKER_HOST", server.address)
        yield server


@pytest.fixture
def runtime(engine: Server, tmp_path: Path) -> Iterator[Runtime]:
    """A worker's runtime whose one row has a reply that takes four seconds to run."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'yz.sqlite3'}", sandbox=SandboxChoice.DOCKER)
    runtime = Runtime(settings)
    migrate(runtime.database)
    rows.submit(runtime.database, [rows.question(Dimension.EXECUTION, 1)], rows.FLEET.models[:1])
    runtime.__dict__.update(gateway=Answering(), code_runner=SandboxRunner(settings), fleet=rows.FLEET)
    stages.ask(runtime, 1)
    yield runtime
    runtime.close()
    runtime.database.close()
    del runtime.__dict__["code_runner"]
    gc.collect()  # those sockets, while they are expected


def row(runtime: Runtime) -> Answer:
    with runtime.database.read() as session:
        return session.exec(select(Answer)).one()


def containers() -> int:
    with closing(connect()) as client:
        return len(client.containers(all=True, filters={"label": LABEL}))


@pytest.mark.parametrize("away_s", [0.0, 8.0], ids=["back at once", "away for a while"])
def test_an_engine_killed_mid_grade_costs_a_try_and_no_score(engine: Server, runtime: Runtime, away_s: float) -> None:
    grading = threading.Thread(target=stages.grade, args=(runtime, 1))
    grading.start()
    deadline = time.monotonic() + 60
    while not containers():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(2)
    assert row(runtime).state is AnswerState.GRADING
    engine.stop(signal.SIGKILL)
    time.sleep(away_s)
    engine.start()
    grading.join(120)

    assert not grading.is_alive()
    if row(runtime).state is not AnswerState.GRADED:
        assert (row(runtime).state, row(runtime).score) == (AnswerState.ANSWERED, None)
        with runtime.database.write() as session:
            session.exec(update(Answer).values(not_before_s=0.0))
        stages.grade(runtime, 1)

    assert (row(runtime).state, row(runtime).score) == (AnswerState.GRADED, Decimal(100))
    runtime.close()
    assert containers() == 0
