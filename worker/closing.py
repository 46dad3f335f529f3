"""Ends evaluations and runs: recomputed from the rows, once, whoever notices first."""

from dataclasses import dataclass

import structlog
from sqlmodel import Session

from worker.runtime import Runtime
from yzindex.records.analyses import analyses_standing, analysis_is_due, note_not_analysed
from yzindex.records.database import OUTAGES
from yzindex.records.evaluations import close_evaluation
from yzindex.records.runs import claim_conclusion, conclude_within

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """A run that the holder of this attempt is to conclude."""

    run_number: int
    attempt: int


def aggregate(runtime: Runtime, evaluation_id: int) -> Conclusion | None:
    """Close an evaluation whose rows have all ended; return the conclusion that falls to this caller, if any."""
    run_number = close_evaluation(runtime.database, evaluation_id)
    return None if run_number is None else conclusion_of(runtime, run_number)


def conclusion_of(runtime: Runtime, run_number: int) -> Conclusion | None:
    """Claim the conclusion of a run whose evaluations are all closed and which nobody is concluding."""
    attempt = claim_conclusion(runtime.database, run_number, lease_s=runtime.settings.lease_s)
    return None if attempt is None else Conclusion(run_number=run_number, attempt=attempt)


def conclude(runtime: Runtime, conclusion: Conclusion) -> tuple[int, ...] | None:
    """End a run and write what follows from it; return the runs that were filed to be asked next.

    Without effect, and None, when the claim has gone to somebody else. Trouble with the analysis is no reason not to
    end a run: its verdicts are then missing, and the sweeper tries again.
    """
    # Its import takes seconds, which no other kind of worker should pay.
    from worker import analysing

    def end(session: Session) -> bool:
        return conclude_within(session, conclusion.run_number, conclusion.attempt)

    try:
        filed = analysing.analyse(runtime, conclusion.run_number, end=end)
    except OUTAGES:
        raise
    except Exception as trouble:
        log.exception("analysis failed", run=conclusion.run_number)
        filed = ()
        with runtime.database.write() as session:
            if not end(session):
                return None
            note_not_analysed(session, [conclusion.run_number], asks=runtime.settings.ask_again, trouble=_told(trouble))
    if filed is not None:
        log.info("run concluded", run=conclusion.run_number, filed=filed)
    return filed


def analyse_again(runtime: Runtime) -> tuple[int, ...]:
    """Analyse what was left undone, or came out since; return the runs that were filed to be asked next."""
    if not analysis_is_due(runtime.database):
        return ()
    from worker import analysing

    try:
        return analysing.analyse(runtime) or ()
    except OUTAGES:
        raise
    except Exception as trouble:
        log.exception("analysis failed again")
        with runtime.database.write() as session:
            runs = analyses_standing(session, runtime.settings.zone).to_analyse
            note_not_analysed(session, runs, asks=runtime.settings.ask_again, trouble=_told(trouble))
    return ()


def _told(trouble: Exception) -> str:
    return f"{type(trouble).__name__}: {trouble}"
