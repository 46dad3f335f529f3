"""What the board can see: worked out by a worker once a day in portions, and read by whoever shows the board."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, func, select, update

from yzindex.days import beginning_of, today
from yzindex.drift.rules import ANALYSIS_VERSION
from yzindex.drift.sight import Finds, Looked
from yzindex.records.columns import clock_s
from yzindex.records.database import Database
from yzindex.records.runs import has_concluded, lock_numbering
from yzindex.records.states import ENDED
from yzindex.records.tables import Evaluation, Run, SightOfFall, StoredSight, now

#: Always the same: what is seen then changes with the answers, and not with luck.
SEED = 1
#: Times it is begun that nothing comes of; a board that ends its workers does not end all of them.
MOST_TRIES = 5
_GIVEN_UP = "could not be worked out that day; the workers' logs say why"


@dataclass(frozen=True, kw_only=True)
class BoardSight:
    """What the board could see on a day: of each size of fall, or why nothing."""

    day: date
    finds: tuple[Finds, ...]
    reason: str | None
    simulated: bool
    asks: bool
    runs: int
    answers: int
    models: int
    daily_questions: int
    last_run: int
    analysis_version: str
    seed: int


@dataclass(frozen=True, kw_only=True)
class SightClaim:
    """What the holder of this attempt at a day has claimed."""

    day: date
    attempt: int


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A day's sight as it stands before the next portion."""

    claim: SightClaim
    last_run: int
    asks: bool
    seed: int
    worlds: int
    cpu_s: float


def claim_sight(database: Database, zone: ZoneInfo, *, asks: bool, lease_s: float) -> SightClaim | None:
    """Let one caller work out what the board can see today, if that is due.

    It is once a run of today has concluded, and none is open: it can wait, and what is asked and graded cannot.
    """
    day = today(zone)
    with database.read() as session:
        if not _is_due(session, day, zone):
            return None
    with database.write() as session:
        lock_numbering(session)
        if not _is_due(session, day, zone):
            return None
        stored = session.get(StoredSight, day) or _new(session, day, asks=asks)
        stored.attempt += 1
        stored.lease_until_s = session.exec(select(clock_s())).one() + lease_s
        session.add(stored)
        return SightClaim(day=day, attempt=stored.attempt)


def begin_portion(database: Database, claim: SightClaim, *, lease_s: float) -> Begun | None:
    """Go on with what is claimed; None where it is done, given up now, or has gone to somebody else."""
    with database.write() as session:
        begun = session.exec(
            update(StoredSight)
            .where(_is_own(claim))
            .values(lease_until_s=clock_s() + lease_s, tries=col(StoredSight.tries) + 1)
        )
        if begun.rowcount != 1:
            return None
        stored = session.get_one(StoredSight, claim.day)
        if stored.tries > MOST_TRIES:
            stored.reason, stored.finished_at, stored.lease_until_s = _GIVEN_UP, now(), None
            return None
        return Begun(
            claim=claim,
            last_run=stored.last_run,
            asks=stored.asks,
            seed=stored.seed,
            worlds=stored.worlds,
            cpu_s=stored.cpu_s,
        )


def store_portion(database: Database, begun: Begun, looked: Looked, *, cpu_s: float, ends: bool) -> bool:
    """Add what was seen to what is stored; return False, and write nothing, where somebody else has gone on meanwhile.

    `ends` says that nothing more is to come that day.
    """
    with database.write() as session:
        counted = session.exec(
            update(StoredSight)
            .where(_is_own(begun.claim), col(StoredSight.worlds) == begun.worlds)
            .values(
                worlds=begun.worlds + looked.worlds,
                cpu_s=begun.cpu_s + cpu_s,
                tries=0,
                runs=looked.runs,
                answers=looked.answers,
                models=looked.models,
                daily_questions=looked.daily_questions,
                reason=looked.reason,
                finished_at=now() if ends else None,
            )
        )
        if counted.rowcount != 1:
            return False
        for points, days in looked.found.items():
            _add(session, begun.claim.day, int(points), days)
        return True


def renew_sights(database: Database, claims: Iterable[SightClaim], *, lease_s: float) -> None:
    """Prolong the leases of claims that are still their holders'."""
    with database.write() as session:
        for claim in claims:
            session.exec(update(StoredSight).where(_is_own(claim)).values(lease_until_s=clock_s() + lease_s))


def release_sight(database: Database, claim: SightClaim) -> None:
    """End a claim before its lease does, if it is still the caller's: it is due again when no run is open."""
    with database.write() as session:
        session.exec(update(StoredSight).where(_is_own(claim)).values(lease_until_s=None))


def must_wait(database: Database) -> bool:
    """Whether a run is open."""
    with database.read() as session:
        return _has_open_run(session)


def board_sight(session: Session) -> BoardSight | None:
    """Read what the board could see on the last day of which that is worked out."""
    stored = session.exec(
        select(StoredSight)
        .where(col(StoredSight.finished_at).is_not(None))
        .order_by(col(StoredSight.day).desc())
        .limit(1)
    ).first()
    if stored is None:
        return None
    falls = session.exec(
        select(SightOfFall).where(SightOfFall.day == stored.day).order_by(col(SightOfFall.points))
    ).all()
    return BoardSight(
        day=stored.day,
        finds=()
        if stored.reason
        else tuple(Finds(points=each.points, replicates=each.replicates, days=tuple(each.days)) for each in falls),
        reason=stored.reason,
        simulated=stored.simulated,
        asks=stored.asks,
        runs=stored.runs,
        answers=stored.answers,
        models=stored.models,
        daily_questions=stored.daily_questions,
        last_run=stored.last_run,
        analysis_version=stored.analysis_version,
        seed=stored.seed,
    )


def _is_due(session: Session, day: date, zone: ZoneInfo) -> bool:
    of_today = select(Run.number).where(has_concluded(), col(Run.created_at) >= beginning_of(day, zone))
    if session.exec(of_today.limit(1)).first() is None or _has_open_run(session):
        return False
    is_taken = or_(col(StoredSight.finished_at).is_not(None), col(StoredSight.lease_until_s) >= clock_s())
    return session.exec(select(StoredSight.attempt).where(StoredSight.day == day, is_taken)).first() is None


def _has_open_run(session: Session) -> bool:
    return session.exec(select(Run.number).where(col(Run.status).not_in(ENDED)).limit(1)).first() is not None


def _new(session: Session, day: date, *, asks: bool) -> StoredSight:
    last_run = session.exec(select(func.max(Run.number)).where(has_concluded())).one()
    assert last_run is not None
    simulated = select(Evaluation.id).where(col(Evaluation.simulated), col(Evaluation.run_number) <= last_run)
    return StoredSight(
        day=day,
        last_run=last_run,
        asks=asks,
        simulated=session.exec(simulated.limit(1)).first() is not None,
        seed=SEED,
        analysis_version=ANALYSIS_VERSION,
    )


def _add(session: Session, day: date, points: int, found: list[int | None]) -> None:
    stored = session.get(SightOfFall, (day, points)) or SightOfFall(day=day, points=points, replicates=0, days=[])
    stored.replicates += len(found)
    # A new list: a change inside the old one would not be noticed.
    stored.days = sorted([*stored.days, *(each for each in found if each is not None)])
    session.add(stored)


def _is_own(claim: SightClaim) -> ColumnElement[bool]:
    # Without a lease, the claim has ended.
    return and_(
        col(StoredSight.day) == claim.day,
        col(StoredSight.attempt) == claim.attempt,
        col(StoredSight.finished_at).is_(None),
        col(StoredSight.lease_until_s).is_not(None),
    )
