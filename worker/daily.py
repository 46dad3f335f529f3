"""Orders the daily run when it is due: whoever looks, on however many machines, it is one run for a date."""

import structlog

from worker.runtime import Runtime
from yzindex import clock
from yzindex.errors import YzIndexError
from yzindex.ordering import DAILY, order_daily_run
from yzindex.records.schedules import due_on, is_news, note_trouble, tell

log = structlog.get_logger()


def order_today(runtime: Runtime) -> int | None:
    """Order the run of today if it is due and there is none; return its number if this call made it.

    A bank or a fleet that cannot be used is logged once and kept for whoever looks; the next call tries again.
    """
    schedule = runtime.settings.schedule
    _keep_told(runtime)
    if schedule is None:
        return None
    with runtime.database.read() as session:
        day = due_on(session, DAILY.kind, schedule, clock.now())
    if day is None:
        return None
    try:
        ordered = order_daily_run(runtime.database, runtime.bank, runtime.fleet, schedule)
    except YzIndexError as trouble:
        with runtime.database.write() as session:
            if note_trouble(session, DAILY.kind, day, str(trouble)):
                log.warning("daily run not ordered", day=day.isoformat(), reason=str(trouble))
        return None
    return ordered.number if ordered is not None and ordered.created else None


def _keep_told(runtime: Runtime) -> None:
    """Note since when the schedule is known, as soon as it is another one."""
    schedule, moment = runtime.settings.schedule, clock.now()
    with runtime.database.read() as session:
        if not is_news(session, DAILY.kind, schedule, moment):
            return
    with runtime.database.write() as session:
        is_new = tell(session, DAILY.kind, schedule, moment)
    if is_new:
        at = None if schedule is None else f"{schedule.at:%H:%M} {schedule.zone.key}"
        log.info("daily run scheduled", at=at)
