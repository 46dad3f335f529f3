"""A redelivered header job must not end a run early: the chord counts it, the rows do not believe it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Lock

import pytest
from celery.contrib.testing.worker import start_worker
from celery.signals import task_postrun
from redis import Redis
from sqlmodel import col, select

from tests import rows
from worker import tasks
from worker.addresses import redis_address
from worker.app import app
from worker.runtime import Runtime
from yzindex.dimensions import Dimension
from yzindex.ports import CaseResult, CodeJob, CodeResult, Ending, ModelCall, ModelReply
from yzindex.records.database import Database
from yzindex.records.migrating import migrate
from yzindex.records.states import AnswerState, RunStatus
from yzindex.records.tables import Answer, Run
from yzindex.settings import Settings

DEADLINE_S = 30


class RightAway:
    """A gateway whose models always give the same program."""

    def ask(self, call: ModelCall) -> ModelReply:
        return rows.model_reply("```python\ndef double(n):\n    return 2 * n\n```")


class HeldRunner:
    """A code runner that keeps the last of its expected jobs until it is let go."""

    def __init__(self, jobs: int) -> None:
        self._left = jobs
        self._lock = Lock()
        self.holding = Event()
        self.let_go = Event()

    def run(self, job: CodeJob) -> CodeResult:
        with self._lock:
            self._left -= 1
            last = self._left == 0
        if last:
            self.holding.set()
            assert self.let_go.wait(DEADLINE_S)
        done = CaseResult(ending=Ending.COMPLETED, value=4)
        return CodeResult(cases=(done,) * len(job.cases), engine="scripted", where="nowhere")


@pytest.fixture
def runtime(valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """A worker's runtime on a real broker and a scripted model and sandbox."""
    settings = Settings(redis_url=valkey_url, database_url=f"sqlite:///{tmp_path / 'yz.sqlite3'}")
    runtime = Runtime(settings)
    migrate(runtime.database)
    monkeypatch.setattr(tasks, "runtime", lambda: runtime)
    app.conf.update(broker_url=valkey_url, result_backend=valkey_url)
    runtime.__dict__.update(gateway=RightAway(), code_runner=HeldRunner(jobs=2), fleet=rows.FLEET)
    yield runtime
    runtime.leases.close()
    runtime.database.close()
    runtime.redis.close()


@pytest.fixture
def finished(runtime: Runtime) -> Iterator[list[str]]:
    """Names of the tasks that a real worker has finished, in order."""
    names: list[str] = []

    def note(task: object, **_: object) -> None:
        names.append(getattr(task, "name", ""))

    task_postrun.connect(note)
    with start_worker(
        app, pool="threads", concurrency=8, perform_ping_check=False, queues="control,sandbox,models.sim"
    ):
        yield names
    task_postrun.disconnect(note)


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {DEADLINE_S} s: {what}"
        time.sleep(0.02)


def redeliver_everything_unacknowledged(redis: Redis) -> int:
    """Do what the broker does when the visibility timeout passes: put the messages on their queues once more."""
    messages = [json.loads(kept) for kept in redis.hgetall("unacked").values()]
    for message, _, queue in messages:
        redis.lpush(queue, json.dumps(message))
    return len(messages)


def status(database: Database, number: int) -> RunStatus:
    with database.read() as session:
        return session.exec(select(Run).where(Run.number == number)).one().status


def test_a_chord_whose_header_is_redelivered_does_not_conclude_before_its_last_grade(
    runtime: Runtime, finished: list[str]
) -> None:
    questions = [rows.question(Dimension.EXECUTION, 1), rows.question(Dimension.EXECUTION, 2)]
    number = rows.submit(runtime.database, questions, rows.FLEET.models[:1])
    runner = runtime.code_runner
    assert isinstance(runner, HeldRunner)

    tasks.dispatch.delay(number)
    assert runner.holding.wait(DEADLINE_S)
    until(lambda: finished.count("yz.grade") == 1, "the first grade")
    assert redeliver_everything_unacknowledged(Redis.from_url(redis_address(runtime.settings.redis_address))) == 1

    # The copy loses its claim and returns; now the chord has counted every header job, and calls back.
    until(lambda: "yz.aggregate" in finished, "the callback, too early")
    assert status(runtime.database, number) is RunStatus.RUNNING

    runner.let_go.set()
    until(lambda: status(runtime.database, number) is RunStatus.CONCLUDED, "the run concluded")
    with runtime.database.read() as session:
        run = session.exec(select(Run).where(Run.number == number)).one()
        answers = session.exec(select(Answer).order_by(col(Answer.id))).all()
    assert [answer.state for answer in answers] == [AnswerState.GRADED] * 2
    assert [answer.score for answer in answers] == [100, 100]
    assert finished.count("yz.conclude") == 1
    assert run.finished_at is not None
    assert all(answer.ended_at is not None and answer.ended_at <= run.finished_at for answer in answers)
