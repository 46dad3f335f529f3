"""What is done to a run from outside its flow: cancelled by hand, resumed by hand or by the clock, ended when overdue.

A graded answer is never touched: resuming opens the unscored ones alone, with the replies that were paid for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, literal, or_
from sqlmodel import Session, col, select, update

from yzindex.errors import YzIndexError
from yzindex.records.columns import clock_s
from yzindex.records.database import Database
from yzindex.records.evaluations import close_within
from yzindex.records.runs import find_run
from yzindex.records.states import IMPARTIAL, OPEN, AnswerState, RunStatus
from yzindex.records.tables import Answer, Evaluation, Run, now

CANCELLED_REASON = "the run was cancelled"
#: Unscored questions of a concluded run are asked again by the clock this often, waiting four times longer each time:
#: with a first wait of an hour, for the last time after 21 hours.
MOST_RESUMPTIONS = 3
LONGER_EACH_TIME = 4
#: From its order on; an older run is history, and an answer of today would be passed off as one of that day.
_OF_TODAY_S = 86_400.0


class RunEnded(YzIndexError):
    """A run that has been concluded cannot be cancelled; its results stand."""


@dataclass(frozen=True, kw_only=True)
class Resumption:
    """What was opened again: 0 where nothing was unscored."""

    run_number: int
    reopened: int


def cancel_run(database: Database, number: int) -> None:
    """End a run now: what is graded stands, the rest stays unscored. Cancelling a cancelled run changes nothing.

    A run that was concluded before and is asking again what was unscored goes back to its results. Raises `UnknownRun`,
    or `RunEnded` for one that is concluded.
    """
    with database.write() as session:
        run = find_run(session, number, for_update=True)
        if run.status is RunStatus.CANCELLED:
            return
        if run.status in (RunStatus.CONCLUDED, RunStatus.CONCLUDING):
            raise RunEnded(f"Run #{number} is concluded already; its results stand")
        session.exec(
            update(Answer)
            .where(col(Answer.run_number) == number, col(Answer.state).in_(OPEN))
            .values(state=AnswerState.UNSCORED, reason=CANCELLED_REASON, ended_at=now(), lease_until_s=None)
        )
        for evaluation_id in _open_evaluations(session, number):
            close_within(session, evaluation_id)
        run.status = RunStatus.CANCELLED if run.finished_at is None else RunStatus.CONCLUDED
        run.finished_at = run.finished_at or now()
        run.resumptions = MOST_RESUMPTIONS  # what a person has ended, only a person takes up
        session.add(run)


def resume_run(database: Database, number: int) -> Resumption:
    """Open a run's unscored answers to be tried again; one with a reply is only graded again. Raises `UnknownRun`.

    The results stand until the run is concluded anew. The rows are due at once; whoever calls sends the message.
    """
    with database.write() as session:
        return _resume(session, find_run(session, number, for_update=True))


def resume_by_the_clock(database: Database, *, after_s: float) -> list[Resumption]:
    """Resume the concluded runs whose unscored questions it is time to ask again; `after_s` is the first wait.

    Not those of a confirmation: what was concluded from it stands on the answers that there were.
    """
    resumed = []
    for number in resumptions_due(database, after_s=after_s):
        with database.write() as session:
            run = find_run(session, number, for_update=True)
            if run.status is RunStatus.CONCLUDED:  # somebody may have been here since
                run.resumptions += 1
                resumed.append(_resume(session, run))
    return resumed


def resumptions_due(database: Database, *, after_s: float) -> list[int]:
    """Runs that `resume_by_the_clock` would resume now."""
    time_has_come = or_(
        *(
            and_(col(Run.resumptions) == times, col(Run.finished_at) < _ago(after_s * LONGER_EACH_TIME**times))
            for times in range(MOST_RESUMPTIONS)
        )
    )
    is_of_today = col(Run.created_at) > _ago(_OF_TODAY_S)
    with_unscored = select(Answer.run_number).where(Answer.state == AnswerState.UNSCORED)
    with database.read() as session:
        found = session.exec(
            select(Run.number)
            .where(
                Run.status == RunStatus.CONCLUDED,
                col(Run.kind).in_(IMPARTIAL),
                is_of_today,
                time_has_come,
                col(Run.number).in_(with_unscored),
            )
            .order_by(col(Run.number))
        )
        return [number for number in found if number is not None]


def end_overdue(database: Database, *, within_s: float) -> int:
    """End what is still open so long after its run was ordered or resumed, unscored; return how many answers.

    Rows that a worker holds are left to it.
    """
    is_overdue = func.coalesce(col(Run.resumed_at), col(Run.created_at)) < _ago(within_s)
    overdue = select(Run.number).where(is_overdue, col(Run.status).in_((RunStatus.PENDING, RunStatus.RUNNING)))
    too_late = f"not done within {within_s / 3600:g} hours"
    with database.write() as session:
        ended = session.exec(
            update(Answer)
            .where(
                col(Answer.run_number).in_(overdue),
                col(Answer.state).in_(OPEN),
                or_(col(Answer.lease_until_s).is_(None), col(Answer.lease_until_s) < clock_s()),
            )
            .values(
                state=AnswerState.UNSCORED,
                reason=case(
                    (col(Answer.reason).is_(None), too_late), else_=literal(f"{too_late}; last: ") + col(Answer.reason)
                ),
                ended_at=now(),
                lease_until_s=None,
            )
        )
        return ended.rowcount


def _resume(session: Session, run: Run) -> Resumption:
    assert run.number is not None
    _lock_evaluations(session, run.number)
    reopened = _reopen_unscored(session, run.number)
    if reopened:
        _reopen_evaluations(session, run.number)
        if run.status is RunStatus.CANCELLED:
            run.finished_at = None
        run.status = RunStatus.PENDING if run.started_at is None else RunStatus.RUNNING
        run.attempt += 1
        run.lease_until_s, run.resumed_at = None, now()
        session.add(run)
    return Resumption(run_number=run.number, reopened=reopened)


def _lock_evaluations(session: Session, number: int) -> None:
    """Wait for whoever is closing one: it has counted no open row, and would close over one that is opened now."""
    rows = select(Evaluation.id).where(Evaluation.run_number == number).order_by(col(Evaluation.id))
    session.exec(rows.with_for_update()).all()


def _ago(seconds: float) -> datetime:
    return now() - timedelta(seconds=seconds)


def _reopen_unscored(session: Session, number: int) -> int:
    reopened = session.exec(
        update(Answer)
        .where(col(Answer.run_number) == number, col(Answer.state) == AnswerState.UNSCORED)
        .values(
            state=case((col(Answer.reply).is_(None), AnswerState.PENDING), else_=AnswerState.ANSWERED),
            reason=None,
            ended_at=None,
            owner=None,
            lease_until_s=None,
            not_before_s=0.0,
            given_back=0,
            published_s=None,
            publish_count=0,
        )
    )
    return reopened.rowcount


def _reopen_evaluations(session: Session, number: int) -> None:
    with_open_rows = select(Answer.evaluation_id).where(Answer.run_number == number, col(Answer.state).in_(OPEN))
    session.exec(
        update(Evaluation)
        .where(
            col(Evaluation.run_number) == number,
            col(Evaluation.id).in_(with_open_rows),
            col(Evaluation.closed_at).is_not(None),
        )
        .values(closed_at=None, reopened=True)
    )


def _open_evaluations(session: Session, number: int) -> list[int]:
    rows = select(Evaluation.id).where(Evaluation.run_number == number, col(Evaluation.closed_at).is_(None))
    return [found for found in session.exec(rows.order_by(col(Evaluation.id))) if found is not None]
