"""Ends evaluations and runs: recomputed from the rows, once, whoever notices first."""

from dataclasses import dataclass

import structlog

from worker.runtime import Runtime
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


def conclude(runtime: Runtime, conclusion: Conclusion) -> bool:
    """End a run and write what follows from it; without effect, and False, when the claim has gone to somebody else."""
    # Whatever has to be found out about the run is found out here, before the transaction that others wait for.
    with runtime.database.write() as session:
        if not conclude_within(session, conclusion.run_number, conclusion.attempt):
            return False
        # And here it is written: findings, and confirmations by `submit_confirmation`, as rows unique per run.
    log.info("run concluded", run=conclusion.run_number)
    return True
