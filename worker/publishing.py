"""Publishes what is due. `dispatch` and the sweeper use the same function, so there is one way onto the queue."""

from collections import defaultdict
from collections.abc import Sequence
from secrets import token_hex

from celery import Celery, chord
from celery.canvas import Signature

from worker.epoch import broker_epoch
from worker.runtime import Runtime
from yzindex.grading.spec import Needs
from yzindex.records.answers import DueAnswer, due, note_published, take_to_publish
from yzindex.records.runs import mark_running
from yzindex.records.states import AnswerState

_GRADE_QUEUES = {Needs.SANDBOX: "sandbox", Needs.JUDGE: "judge"}


def publish_due(app: Celery, runtime: Runtime, run_number: int | None = None) -> int:
    """Publish a chord per evaluation over its due rows; return how many rows were published.

    A row is only noted as published once the broker has it. If the broker fails on the way, the error is the
    caller's, and the rows are due again when their short lease ends.
    """
    epoch = broker_epoch(runtime.redis)
    token = f"publisher:{token_hex(8)}"
    rows = take_to_publish(
        runtime.database, due(runtime.database, epoch=epoch, run_number=run_number), token=token, epoch=epoch
    )
    for evaluation_id, own in _by_evaluation(rows).items():
        callback = app.signature("yz.aggregate", args=(evaluation_id,), immutable=True, queue="control")
        chord([_message(app, row) for row in own], app=app)(callback)
    note_published(runtime.database, token=token)
    for number in {row.run_number for row in rows}:
        mark_running(runtime.database, number)
    return len(rows)


def grade_message(app: Celery, answer_id: int, needs: Needs) -> Signature:
    """The message that has a stored reply graded, for the queue that can."""
    return app.signature("yz.grade", args=(answer_id,), queue=_GRADE_QUEUES[needs])


def model_queue(provider: str) -> str:
    return f"models.{provider}"


def _message(app: Celery, row: DueAnswer) -> Signature:
    if row.state in (AnswerState.ANSWERED, AnswerState.GRADING) and row.needs in _GRADE_QUEUES:
        return grade_message(app, row.id, row.needs)
    return app.signature("yz.ask", args=(row.id,), queue=model_queue(row.provider))


def _by_evaluation(rows: Sequence[DueAnswer]) -> dict[int, list[DueAnswer]]:
    grouped: dict[int, list[DueAnswer]] = defaultdict(list)
    for row in rows:
        grouped[row.evaluation_id].append(row)
    return grouped
