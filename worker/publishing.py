"""Publishes what is due. `dispatch` and the sweeper use the same function, so there is one way onto the queue."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from celery import Celery, chord
from celery.canvas import Signature

from worker.broker import broker_epoch, waiting
from worker.holder import holder_of_this_process
from worker.runtime import Runtime
from yzindex.grading.spec import Needs
from yzindex.records.outbox import MOST_AT_ONCE, DueAnswer, Route, due, lost, note_published, take_to_publish, unclaimed
from yzindex.records.runs import mark_running
from yzindex.records.states import AnswerState

_GRADE_QUEUES = {Needs.SANDBOX: "sandbox", Needs.JUDGE: "judge"}


def publish_due(app: Celery, runtime: Runtime, run_number: int | None = None) -> int:
    """Publish a chord per evaluation over its due rows; return how many rows were published."""
    epoch = broker_epoch(runtime.redis)
    return _publish(app, runtime, due(runtime.database, epoch=epoch, run_number=run_number), epoch)


def publish_lost(app: Celery, runtime: Runtime) -> int:
    """Publish rows whose messages are on no queue, as those that a dead worker took along; return how many."""
    epoch = broker_epoch(runtime.redis)
    return _publish(app, runtime, list(islice(_lost(runtime), MOST_AT_ONCE)), epoch)


def grade_message(app: Celery, answer_id: int, needs: Needs) -> Signature:
    """The message that has a stored reply graded, for the queue that can."""
    return app.signature("yz.grade", args=(answer_id,), queue=_GRADE_QUEUES[needs])


def _publish(app: Celery, runtime: Runtime, rows: Sequence[DueAnswer], epoch: str) -> int:
    """Publish rows that nobody else has taken meanwhile.

    A row is only noted as published once the broker has it. If the broker fails on the way, the error is the
    caller's, and the rows are due again when their short lease ends.
    """
    token = holder_of_this_process()
    taken = take_to_publish(runtime.database, rows, token=token, epoch=epoch)
    for evaluation_id, own in _by_evaluation(taken).items():
        callback = app.signature("yz.aggregate", args=(evaluation_id,), immutable=True, queue="control")
        chord([_message(app, row) for row in own], app=app)(callback)
    if taken:
        note_published(runtime.database, token=token)
    for number in {row.run_number for row in taken}:
        mark_running(runtime.database, number)
    return len(taken)


def _lost(runtime: Runtime) -> Iterator[DueAnswer]:
    # Rows before queues: a message published in between makes fewer look lost. One that a worker has taken and put off,
    # because the database is away from it, does look lost: its row is only published once more than it needs.
    counts = unclaimed(runtime.database)
    routes: dict[str, list[Route]] = defaultdict(list)
    for route in counts:
        routes[queue_of(route)].append(route)
    for queue, own in routes.items():
        missing = sum(counts[route] for route in own) - waiting(runtime.redis, queue)
        if missing > 0:
            yield from lost(runtime.database, own, missing)


def queue_of(route: Route) -> str:
    """The queue whose workers do what a row needs next."""
    return _GRADE_QUEUES[route.needs] if _is_grading(route) else f"models.{route.provider}"


def _is_grading(route: Route) -> bool:
    return route.state in (AnswerState.ANSWERED, AnswerState.GRADING) and route.needs in _GRADE_QUEUES


def _message(app: Celery, row: DueAnswer) -> Signature:
    if _is_grading(row.route):
        return grade_message(app, row.id, row.route.needs)
    return app.signature("yz.ask", args=(row.id,), queue=queue_of(row.route))


def _by_evaluation(rows: Sequence[DueAnswer]) -> dict[int, list[DueAnswer]]:
    grouped: dict[int, list[DueAnswer]] = defaultdict(list)
    for row in rows:
        grouped[row.evaluation_id].append(row)
    return grouped
