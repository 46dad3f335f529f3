"""The tasks: each takes ids, calls one function, and sends what follows. An error of a header job is a stored row.

dispatch ─► chord of [ask ─► grade] ─► aggregate ─► conclude ─► thermometer, dispatch of what is asked again
sweep: whatever of this is due
daily_run: orders the run of today, if it is due and there is none ─► dispatch; the sweep does the same
thermometer: plans what is graded again today ─► sweep ─► regrade
sight: what the board can see today, a portion of it ─► sight
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

import structlog
from celery import Task
from celery.exceptions import Ignore
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from worker import closing, daily, regrading, seeing, stages
from worker.app import app
from worker.holder import release_rows_of_the_dead
from worker.publishing import grade_message, publish_due, publish_lost
from worker.runtime import runtime
from yzindex.grading.spec import Needs
from yzindex.records.answers import ended_evaluation, note_handed_over, standing
from yzindex.records.database import OUTAGES
from yzindex.records.interventions import end_overdue, resume_by_the_clock
from yzindex.records.regrades import end_overdue_regrades
from yzindex.records.run_claims import RunClaim
from yzindex.records.runs import aggregates_due, conclusions_due
from yzindex.records.sights import SightClaim
from yzindex.records.states import AnswerState

log = structlog.get_logger()

_OUTAGE_WAIT_S = 5


@app.task(name="yz.dispatch", bind=True, max_retries=None)
def dispatch(self: Task, run_number: int) -> None:
    """Put a submitted run's questions on the queue."""
    with outage_retried(self):
        published = publish_due(app, runtime(), run_number)
        log.info("run dispatched", run=run_number, questions=published)


@app.task(name="yz.ask", bind=True, max_retries=None)
def ask(self: Task, answer_id: int) -> None:
    """Ask a model; a reply that rules can grade is graded here, any other goes on in this task's place."""
    with outage_retried(self):
        stages.ask(runtime(), answer_id)
        stands = standing(runtime().database, answer_id)
        if stands.state is AnswerState.ANSWERED and stands.needs is Needs.RULES:
            stages.grade(runtime(), answer_id)
        _close_if_last(answer_id)
    if stands.state is AnswerState.ANSWERED and stands.needs is not Needs.RULES and stands.is_due:
        with outage_retried(self):
            try:
                self.replace(grade_message(app, answer_id, stands.needs))
            except Ignore:  # Celery's way to say that the other message is sent
                note_handed_over(runtime().database, answer_id)
                raise


@app.task(name="yz.grade", bind=True, max_retries=None)
def grade(self: Task, answer_id: int) -> None:
    """Grade a stored reply with a sandbox or a judge."""
    with outage_retried(self):
        stages.grade(runtime(), answer_id)
        _close_if_last(answer_id)


@app.task(name="yz.aggregate", bind=True, max_retries=None)
def aggregate(self: Task, evaluation_id: int) -> None:
    """Close an evaluation if its last row has ended; with open rows, whoever ends the last one sends this again."""
    with outage_retried(self):
        _send_conclusion(closing.aggregate(runtime(), evaluation_id))


@app.task(name="yz.conclude", bind=True, max_retries=None)
def conclude(self: Task, run_number: int, attempt: int) -> None:
    """End a run whose evaluations are all closed; a day without a thermometer gets one now."""
    with outage_retried(self):
        filed = closing.conclude(runtime(), RunClaim(run_number=run_number, attempt=attempt))
        if filed is not None:
            thermometer.delay()
            _dispatch(filed)


@app.task(name="yz.thermometer", bind=True, max_retries=None)
def thermometer(self: Task) -> None:
    """Plan which stored answers are graded again today; fired twice or late, it does no harm."""
    with outage_retried(self):
        if planned := regrading.plan_today(runtime()):
            log.info("thermometer planned", answers=planned)


@app.task(name="yz.daily_run", bind=True, max_retries=None)
def daily_run(self: Task) -> None:
    """Order the run of today; fired twice, early or late, it does no harm."""
    with outage_retried(self):
        _order_daily_run()


@app.task(name="yz.regrade", bind=True, max_retries=None)
def regrade(self: Task, regrade_id: int) -> None:
    """Grade a stored answer once more."""
    with outage_retried(self):
        regrading.regrade(runtime(), regrade_id)


@app.task(name="yz.sight", bind=True, max_retries=None)
def sight(self: Task, day: str, attempt: int) -> None:
    """Look for a few seconds at what the board can see; doubled, late or of a claim that has ended, it does no harm."""
    with outage_retried(self):
        _send_sight(seeing.look(runtime(), SightClaim(day=date.fromisoformat(day), attempt=attempt)))


@app.task(name="yz.sweep")
def sweep() -> None:
    """Take every step of the sweep, whatever becomes of the others; then raise what troubles there were."""
    troubles = []
    for step in _SWEEP:
        try:
            step()
        except Exception as trouble:  # noqa: BLE001  raised below
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup("sweep", troubles)


def _order_daily_run() -> None:
    number = daily.order_today(runtime())
    if number is not None:
        log.info("daily run ordered", run=number)
        _dispatch([number])


def _end_overdue() -> None:
    if ended := end_overdue(runtime().database, within_s=runtime().settings.run_within_s):
        log.warning("answers overdue, unscored", rows=ended)
    if ended := end_overdue_regrades(runtime().database, within_s=runtime().settings.run_within_s):
        log.warning("regrades overdue, without a score", rows=ended)


def _resume_by_the_clock() -> None:
    if after_s := runtime().settings.reask_after_s:
        for resumed in resume_by_the_clock(runtime().database, after_s=after_s):
            log.info("run resumed by the clock", run=resumed.run_number, questions=resumed.reopened)


def _release_rows_of_the_dead() -> None:
    if released := release_rows_of_the_dead(runtime().database):
        log.warning("rows of dead workers released", rows=released)


def _publish_due() -> None:
    if published := publish_due(app, runtime()):
        log.info("rows published by sweep", rows=published)


def _publish_lost() -> None:
    if published := publish_lost(app, runtime()):
        log.warning("rows published again, their messages were missing", rows=published)


def _publish_regrades() -> None:
    if published := regrading.publish_regrades(app, runtime()):
        log.info("regrades published by sweep", rows=published)


def _send_closings() -> None:
    for evaluation_id in aggregates_due(runtime().database):
        aggregate.delay(evaluation_id)
    for run_number in conclusions_due(runtime().database):
        _send_conclusion(closing.conclusion_of(runtime(), run_number))


def _analyse_again() -> None:
    _dispatch(closing.analyse_again(runtime()))


def _see() -> None:
    _send_sight(seeing.claim_today(runtime()))


_SWEEP = (
    _end_overdue,
    _resume_by_the_clock,
    _release_rows_of_the_dead,
    _publish_due,
    _publish_lost,
    _send_closings,
    _analyse_again,
    # Whatever beat and its clock did: a run that is due is ordered here at the latest.
    _order_daily_run,
    # Behind all that a run could be open for.
    _see,
    # Last, onto queues that stayed empty.
    _publish_regrades,
)


@contextmanager
def outage_retried(task: Task) -> Iterator[None]:
    """Put a task off while the database or the broker is away: its row could not even record the trouble."""
    try:
        yield
    except (*OUTAGES, BrokerError, RedisError) as error:
        log.warning("outage, task put off", task=task.name, error=type(error).__name__)
        raise task.retry(exc=error, countdown=_OUTAGE_WAIT_S) from error


def _close_if_last(answer_id: int) -> None:
    evaluation_id = ended_evaluation(runtime().database, answer_id)
    if evaluation_id is not None:
        aggregate.delay(evaluation_id)


def _dispatch(filed: Iterable[int]) -> None:
    for run_number in filed:
        dispatch.delay(run_number)


def _send_conclusion(conclusion: RunClaim | None) -> None:
    if conclusion is not None:
        conclude.delay(conclusion.run_number, conclusion.attempt)


def _send_sight(claim: SightClaim | None) -> None:
    if claim is not None:
        sight.delay(claim.day.isoformat(), claim.attempt)
