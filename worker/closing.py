"""Ends evaluations and runs: recomputed from the rows, once, whoever notices first."""

from dataclasses import dataclass

import structlog

from worker.runtime import Runtime
from yzindex.records.evaluations import close_evaluation
from yzindex.records.runs import claim_conclusion
from yzindex.records.runs import conclude as conclude_run

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


def conclude(runtime: Runtime, conclusion: Conclusion) -> None:
    """End a run; without effect when the claim has gone to somebody else."""
    if conclude_run(runtime.database, conclusion.run_number, conclusion.attempt):
        log.info("run concluded", run=conclusion.run_number)
