"""Claims of whoever judges: a run's conclusion, or an analysis that concludes none. Judging may outlast a lease."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import col, func, select, update

from yzindex.records.columns import clock_s
from yzindex.records.database import Database
from yzindex.records.runs import find_run, has_concluded
from yzindex.records.states import RunStatus
from yzindex.records.tables import Run


@dataclass(frozen=True, kw_only=True)
class RunClaim:
    """What the holder of this attempt at a run has claimed."""

    run_number: int
    attempt: int


def claim_analysis(database: Database, *, lease_s: float) -> RunClaim | None:
    """Let one caller analyse what was left undone: by the last run that was concluded and nobody is concluding."""
    with database.write() as session:
        number = session.exec(
            select(func.max(Run.number)).where(has_concluded(), col(Run.status) != RunStatus.CONCLUDING)
        ).one()
        if number is None:
            return None
        run = find_run(session, number, for_update=True)
        claim = RunClaim(run_number=number, attempt=run.attempt + 1)
        claimed = session.exec(
            update(Run)
            .where(
                col(Run.number) == number,
                col(Run.status) != RunStatus.CONCLUDING,
                or_(col(Run.lease_until_s).is_(None), col(Run.lease_until_s) < clock_s()),
            )
            .values(attempt=claim.attempt, lease_until_s=clock_s() + lease_s)
        )
        return claim if claimed.rowcount == 1 else None


def release_run_claim(database: Database, claim: RunClaim) -> None:
    """End a claim before its lease does, if it is still the caller's."""
    with database.write() as session:
        session.exec(
            update(Run)
            .where(col(Run.number) == claim.run_number, col(Run.attempt) == claim.attempt)
            .values(lease_until_s=None)
        )


def renew_run_claims(database: Database, claims: Iterable[RunClaim], *, lease_s: float) -> tuple[RunClaim, ...]:
    """Prolong the leases of claims, and return those that are still their holders'."""
    with database.write() as session:
        return tuple(
            claim
            for claim in claims
            if session.exec(
                update(Run)
                .where(
                    col(Run.number) == claim.run_number,
                    col(Run.attempt) == claim.attempt,
                    # Without one, the claim has ended.
                    col(Run.lease_until_s).is_not(None),
                )
                .values(lease_until_s=clock_s() + lease_s)
            ).rowcount
            == 1
        )
