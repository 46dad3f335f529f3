"""Ends evaluations and runs: recomputed from the rows, once, whoever notices first."""

import structlog
from sqlmodel import Session

from worker.runtime import Runtime
from yzindex.records.analyses import analyses_standing, analysis_is_due, note_not_analysed
from yzindex.records.database import OUTAGES
from yzindex.records.evaluations import close_evaluation
from yzindex.records.run_claims import RunClaim, claim_analysis, release_run_claim, renew_run_claims
from yzindex.records.runs import claim_conclusion, conclude_within

log = structlog.get_logger()


def aggregate(runtime: Runtime, evaluation_id: int) -> RunClaim | None:
    """Close an evaluation whose rows have all ended; return the conclusion that falls to this caller, if any."""
    run_number = close_evaluation(runtime.database, evaluation_id)
    return None if run_number is None else conclusion_of(runtime, run_number)


def conclusion_of(runtime: Runtime, run_number: int) -> RunClaim | None:
    """Claim the conclusion of a run whose evaluations are all closed and which nobody is concluding."""
    attempt = claim_conclusion(runtime.database, run_number, lease_s=runtime.settings.lease_s)
    return None if attempt is None else RunClaim(run_number=run_number, attempt=attempt)


def conclude(runtime: Runtime, conclusion: RunClaim) -> tuple[int, ...] | None:
    """End a run and write what follows from it; return the runs that were filed to be asked next.

    Without effect, and None, when the claim has gone to somebody else; while it is judged, it does not. Trouble with
    the analysis is no reason not to end a run: its verdicts are then missing, and the sweeper tries again.
    """
    if not renew_run_claims(runtime.database, [conclusion], lease_s=runtime.settings.lease_s):
        return None
    # Its import takes seconds, which no other kind of worker should pay.
    from worker import analysing

    def end(session: Session) -> bool:
        return conclude_within(session, conclusion.run_number, conclusion.attempt)

    try:
        with runtime.run_leases.hold(conclusion):
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
    """Analyse what was left undone, or came out since; return the runs that were filed to be asked next.

    One caller at a time: whoever comes while another is at it has nothing to do.
    """
    if not analysis_is_due(runtime.database):
        return ()
    claim = claim_analysis(runtime.database, lease_s=runtime.settings.lease_s)
    if claim is None:
        return ()
    from worker import analysing

    filed: tuple[int, ...] | None = ()
    try:
        with runtime.run_leases.hold(claim):
            filed = analysing.analyse(runtime)
    except OUTAGES:
        raise
    except Exception as trouble:
        log.exception("analysis failed again")
        with runtime.database.write() as session:
            runs = analyses_standing(session, runtime.settings.zone).to_analyse
            note_not_analysed(session, runs, asks=runtime.settings.ask_again, trouble=_told(trouble))
    release_run_claim(runtime.database, claim)
    return filed or ()


def _told(trouble: Exception) -> str:
    return f"{type(trouble).__name__}: {trouble}"
