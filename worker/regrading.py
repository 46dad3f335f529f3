"""Grades stored answers once more: no model is asked, and the answers keep the scores they have."""

from functools import partial

import structlog
from celery import Celery

from worker.broker import waiting
from worker.grading import graded
from worker.patience import patiently
from worker.runtime import Runtime
from worker.trouble import next_try_s, refuse_deadly, trouble_told
from yzindex.days import beginning_of, today
from yzindex.errors import Unavailable
from yzindex.grading.grade import GRADER_VERSION
from yzindex.grading.spec import Needs
from yzindex.ordering import current_graders
from yzindex.records.regrade_plans import Thermometer, plan_thermometer
from yzindex.records.regrades import (
    RegradeClaim,
    claim_regrade,
    give_regrade_back,
    regrades_due,
    store_not_regraded,
    store_regrade,
)
from yzindex.records.states import Purpose

log = structlog.get_logger()

#: Rules too take processor time alone, and the sandbox's workers are as many as there are processors.
_QUEUES = {"sandbox": (Needs.SANDBOX, Needs.RULES), "judge": (Needs.JUDGE,)}
#: Messages put onto an empty queue at once. Few: a run that begins now waits behind them.
MOST_AT_ONCE = 32


def plan_today(runtime: Runtime) -> int:
    """Plan the day's thermometer from the answers of earlier days, unless it is planned; return how many answers."""
    settings, fleet = runtime.settings, runtime.fleet
    day = today(settings.zone)
    return plan_thermometer(
        runtime.database,
        current_graders(fleet, day),
        Thermometer(
            answers=settings.thermometer_answers,
            judgements=settings.thermometer_judgements,
            judges_of=lambda vendor: len(fleet.judges_of(vendor)),
        ),
        before=beginning_of(day, settings.zone),
    )


def publish_regrades(app: Celery, runtime: Runtime) -> int:
    """Put due rows onto those of their queues that are empty: they yield to the day's runs. Return how many.

    A message that is lost is made good by the next sweep, and one too many finds its row taken.
    """
    published = 0
    for queue, needs in _QUEUES.items():
        due = regrades_due(runtime.database, needs, limit=MOST_AT_ONCE)
        if due and not waiting(runtime.redis, queue):
            for regrade_id in due:
                app.signature("yz.regrade", args=(regrade_id,), queue=queue).apply_async()
                published += 1
    return published


def regrade(runtime: Runtime, regrade_id: int) -> None:
    """Grade a row's stored reply, if the row is free."""
    claim = claim_regrade(runtime.database, regrade_id, owner=runtime.owner, lease_s=runtime.settings.lease_s)
    if claim is None:
        return
    with runtime.regrade_leases.hold(regrade_id), trouble_told(claim, partial(_try_later, runtime, claim)):
        refuse_deadly(claim)
        _refuse_other_version(claim)
        found, _ = graded(runtime, claim, Purpose.REGRADE)
        patiently(store_regrade, runtime.database, claim, found.score)


def _refuse_other_version(claim: RegradeClaim) -> None:
    """Leave a row to the workers whose graders it is for, where not all are of one version."""
    if claim.grader_version != GRADER_VERSION:
        raise Unavailable(f"to be graded by version {claim.grader_version} of the graders; this worker has another")


def _try_later(runtime: Runtime, claim: RegradeClaim, trouble: Unavailable) -> None:
    """Give a row back, or end it without a score when it was tried often enough or another try cannot help."""
    wait_s = next_try_s(claim, trouble)
    if wait_s is None:
        if patiently(store_not_regraded, runtime.database, claim, trouble.reason):
            log.warning("answer not graded again", answer=claim.answer_id, reason=trouble.reason)
    elif patiently(give_regrade_back, runtime.database, claim, wait_s=wait_s, reason=trouble.reason):
        log.info("regrade given back", answer=claim.answer_id, wait_s=wait_s, reason=trouble.reason)
