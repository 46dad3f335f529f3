"""A worker's Celery app whose models and sandbox are scripted, for `celery -A tests.integration.scripted_worker`.

It tells the test through the broker what it does, and waits there to be let go.
"""

from __future__ import annotations

from threading import Lock

from celery.signals import task_postrun, worker_init

from tests import rows
from worker import seeing
from worker.app import app
from worker.runtime import runtime
from yzindex.ports import CaseResult, CodeJob, CodeResult, Ending, ModelCall, ModelReply

__all__ = ["app"]

#: Names of the finished tasks, in order.
FINISHED = "test:finished"
#: Gets an element when the last job is being held.
HOLDING = "test:holding"
#: An element here lets the last job go.
LET_GO = "test:let-go"
JOBS = 2
DEADLINE_S = 30
#: Of a day's sight; more would only take longer.
WORLDS = 3


class RightAway:
    """A gateway whose models always give the same program."""

    def ask(self, call: ModelCall) -> ModelReply:
        return rows.model_reply("```python\ndef double(n):\n    return 2 * n\n```")


class HeldRunner:
    """A code runner that keeps the last of its expected jobs until it is let go."""

    def __init__(self) -> None:
        self._left = JOBS
        self._lock = Lock()

    def run(self, job: CodeJob) -> CodeResult:
        with self._lock:
            self._left -= 1
            last = self._left == 0
        if last:
            runtime().redis.rpush(HOLDING, "1")
            # In short waits: the client gives up a connection that is silent for five seconds.
            assert any(runtime().redis.blpop([LET_GO], timeout=1) for _ in range(DEADLINE_S))
        done = CaseResult(ending=Ending.COMPLETED, value=4)
        return CodeResult(cases=(done,) * len(job.cases), engine="scripted", where="nowhere")


runtime().__dict__.update(gateway=RightAway(), code_runner=HeldRunner(), fleet=rows.FLEET)


@worker_init.connect
def _see_little(**_: object) -> None:
    seeing.WORLDS = WORLDS


@task_postrun.connect
def _note(task: object, **_: object) -> None:
    runtime().redis.rpush(FINISHED, getattr(task, "name", ""))
