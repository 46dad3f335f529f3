"""What follows from a run: verdicts, and what is asked and graded again before more is said. Decided by the rows alone.

Whoever concludes a run analyses it; whatever was left undone, or came out since, the sweeper finds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlmodel import Session

from worker.asking_again import file_requests
from worker.runtime import Runtime
from yzindex.days import beginning_of, day_of, today
from yzindex.errors import YzIndexError
from yzindex.ordering import current_graders
from yzindex.records.analyses import Standing, analyses_standing, note_analysed, take_stamp
from yzindex.records.judging import Judged, judged
from yzindex.records.ledger import settle
from yzindex.records.regrade_plans import answers_to_repair, plan_regrades
from yzindex.records.runs import find_run
from yzindex.records.states import RegradePurpose
from yzindex.records.verdicts import write_verdicts

log = structlog.get_logger()

#: Runs that end at one moment overtake each other so often at most; then the sweeper goes on.
_TRIES = 5
#: So much is repaired beside the calibration: twice what waits for the lag.
_REPAIRED_DAYS = 28


class Overtaken(YzIndexError):
    """Other runs ended again and again while this one was analysed; the sweeper will analyse all of them at once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Findings:
    standing: Standing
    judged: Judged
    #: First day whose verdicts are written.
    since: date
    run_number: int | None


def analyse(
    runtime: Runtime, run_number: int | None = None, *, end: Callable[[Session], bool] = lambda _: True
) -> tuple[int, ...] | None:
    """Write what the rows say now, and return the runs that were filed to be asked next.

    A run that is being concluded is named, and ended by `end` in the transaction that writes; where `end` says that it
    is no longer the caller's, nothing is written, and None returned.
    """
    for _ in range(_TRIES):
        # Everything that takes long, before the transaction that others wait for.
        findings = _find(runtime, run_number)
        if findings is None:
            return ()
        with runtime.database.write() as session:
            if not take_stamp(session, findings.standing):
                continue
            return _write(session, runtime, findings) if end(session) else None
    raise Overtaken(Overtaken.__doc__)


def _find(runtime: Runtime, run_number: int | None) -> _Findings | None:
    settings = runtime.settings
    with runtime.database.read() as session:
        standing = analyses_standing(session, settings.zone)
        concluding = None
        if run_number is not None:
            concluding = day_of(find_run(session, run_number).created_at, settings.zone)
        since = standing.since(concluding)
        if since is None:
            return None
        found = judged(
            session, settings.zone, asks=settings.ask_again, concluding=run_number, cache=runtime.judging_cache
        )
    return _Findings(standing=standing, judged=found, since=since, run_number=run_number)


def _write(session: Session, runtime: Runtime, findings: _Findings) -> tuple[int, ...]:
    settings, found = runtime.settings, findings.judged
    write_verdicts(session, settings.zone, found, since=findings.since)
    for day in found.days:
        if day.day >= findings.since:
            settle(session, day.day)
    runs = (
        findings.standing.to_analyse if findings.run_number is None else {*findings.standing.runs, findings.run_number}
    )
    note_analysed(session, runs, asks=settings.ask_again, read_at=findings.standing.read_at)
    if found.wants_repair:
        _plan_repair(session, runtime)
    return file_requests(session, runtime, found)


def _plan_repair(session: Session, runtime: Runtime) -> None:
    """Have everything that the analysis rests on graded again: a grader has moved."""
    zone = runtime.settings.zone
    day = today(zone)
    answers = answers_to_repair(session, beginning_of(day - timedelta(days=_REPAIRED_DAYS), zone))
    plan_regrades(session, answers, RegradePurpose.REPAIR, current_graders(runtime.fleet, day))
    log.warning("a grader has moved, repair planned", answers=len(answers))
