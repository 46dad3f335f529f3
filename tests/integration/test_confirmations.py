"""Confirmation runs: filed once, run like any other, and no part of any figure but their own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlmodel import col, func, select, update

from tests import rows
from tests.graded import answer_all_open, finish, grade, scores
from yzindex.dimensions import Dimension
from yzindex.fleet import Fleet
from yzindex.ordering import RunOrder, plan_run
from yzindex.records import interventions, outbox
from yzindex.records.board_view import board_view
from yzindex.records.confirmations import Filed, submit_confirmation
from yzindex.records.database import Database
from yzindex.records.run_views import run_view
from yzindex.records.runs import claim_conclusion, conclude_within
from yzindex.records.states import AnswerState, ConfirmationStage, RunKind, RunStatus
from yzindex.records.tables import Answer, Run, StoredConfirmation, now

BANK = rows.small_bank(per_tier=1)
DRAW = list(BANK.questions)
AGATE = rows.FLEET.models[:1]
#: The questions of the main dimensions, as the analysis asks them.
MAIN = [question for question in DRAW if question.dimension in (Dimension.EXECUTION, Dimension.GROUNDING)]
BAD = scores(execution=("0", "0"), grounding=("0", "0"), judgment=(), communication=(), integrity=())


def a_day(database: Database, points: str) -> int:
    """A concluded smoke run in which the first model's main score is `points`."""
    number = rows.submit(database, DRAW, AGATE)
    finish(database, number, {"sim/agate": scores(execution=(points, points), grounding=(points, points))})
    return number


def runs(database: Database) -> int:
    with database.read() as session:
        return session.exec(select(func.count()).select_from(Run)).one()


def test_a_confirmation_is_filed_once_per_suspicion_stage_and_round(database: Database) -> None:
    first = rows.confirmation(MAIN)
    others = [
        rows.confirmation(MAIN, number=2),
        rows.confirmation(MAIN, ConfirmationStage.FRESH),
        rows.confirmation(MAIN, suspicion="second"),
    ]

    numbers = [rows.confirm(database, each) for each in [first, *others, first]]

    assert numbers == [1, 2, 3, 4, 1]
    assert runs(database) == 4


def test_two_closers_of_one_moment_file_one_run(database: Database) -> None:
    barrier = Barrier(2)

    def file(_: int) -> Filed:
        barrier.wait()
        with database.write() as session:
            return submit_confirmation(session, rows.confirmation(MAIN), rows.FLEET, rows.VERSIONS)

    with ThreadPoolExecutor(2) as pool:
        filed = list(pool.map(file, range(2)))

    assert sorted((each.number, each.created) for each in filed) == [(1, False), (1, True)]


def test_a_confirmation_is_there_exactly_when_the_run_that_raised_it_is_concluded(database: Database) -> None:
    number = rows.submit(database, DRAW, AGATE)
    grade(database, number, "sim/agate", scores())
    attempt = claim_conclusion(database, number, lease_s=60)
    assert attempt

    def close(*, dies: bool) -> None:
        with database.write() as session:
            assert conclude_within(session, number, attempt)
            submit_confirmation(session, rows.confirmation(MAIN), rows.FLEET, rows.VERSIONS)
            if dies:
                raise RuntimeError("the closer dies")

    with pytest.raises(RuntimeError):
        close(dies=True)
    assert (runs(database), run_view(database, number).head.status) == (1, RunStatus.CONCLUDING)

    close(dies=False)

    assert (runs(database), run_view(database, number).head.status) == (2, RunStatus.CONCLUDED)
    assert [row.run_number for row in outbox.due(database, epoch="e")] == [2] * len(MAIN)


def test_a_confirmation_runs_and_concludes_as_any_run_and_remembers_its_suspicion(database: Database) -> None:
    number = rows.confirm(database, rows.confirmation(MAIN, ConfirmationStage.FRESH, number=3, suspicion="s"))

    finish(database, number, {"sim/agate": scores(judgment=(), communication=(), integrity=())})

    found = run_view(database, number)
    assert (found.head.kind, found.head.status, found.head.seed) == (RunKind.CONFIRMATION, RunStatus.CONCLUDED, 7)
    assert [each.model for each in found.evaluations] == ["sim/agate"]
    with database.read() as session:
        kept = session.exec(select(StoredConfirmation)).one()
    assert (kept.run_number, kept.model, kept.suspicion, kept.stage, kept.round) == (
        number,
        "sim/agate",
        "s",
        ConfirmationStage.FRESH,
        3,
    )


@pytest.mark.parametrize("kind", [RunKind.CONFIRMATION, RunKind.CALIBRATION, RunKind.FULL])
def test_only_the_daily_runs_are_in_rank_mean_stability_and_todays_result(database: Database, kind: RunKind) -> None:
    for points in ("80", "82"):
        a_day(database, points)
    fleet = Fleet(providers=rows.FLEET.providers, models=AGATE)
    before = board_view(database, fleet)

    if kind is RunKind.CONFIRMATION:
        other = rows.confirm(database, rows.confirmation(MAIN))
        finish(database, other, {"sim/agate": BAD})
    else:
        other = rows.submit(database, DRAW, AGATE, kind=kind)
        finish(database, other, {"sim/agate": scores(execution=("0", "0"), grounding=("0", "0"))})

    after = board_view(database, fleet)
    assert after.health.spent_usd > before.health.spent_usd
    assert replace(after, health=before.health) == before
    assert before.standings[0].runs == (1, 2)


def test_a_confirmation_is_compared_with_nothing_and_nothing_with_it(database: Database) -> None:
    first = a_day(database, "80")
    for number in (1, 2):
        finish(database, rows.confirm(database, rows.confirmation(MAIN, number=number)), {"sim/agate": BAD})

    next_day = a_day(database, "90")

    changes = [run_view(database, number).evaluations[0].change for number in range(1, next_day + 1)]
    assert changes[:3] == [None, None, None]
    assert changes[3]
    assert changes[3].since_run == first


def test_what_a_confirmation_could_not_ask_stays_missing_unless_a_person_asks(database: Database) -> None:
    number = rows.confirm(database, rows.confirmation(MAIN))
    part = scores(execution=("100", None), judgment=(), communication=(), integrity=())
    finish(database, number, {"sim/agate": part})
    with database.write() as session:
        session.exec(update(Run).values(finished_at=now() - timedelta(hours=2)))

    assert interventions.resume_by_the_clock(database, after_s=3600) == []
    assert interventions.resume_run(database, number).reopened == 1
    answer_all_open(database, number)
    assert run_view(database, number).head.status is RunStatus.CONCLUDED


def test_a_calibration_asks_again_by_the_clock_what_it_lacks(database: Database) -> None:
    number = rows.submit(database, DRAW, AGATE, kind=RunKind.CALIBRATION)
    finish(database, number, {"sim/agate": scores(execution=("100", None))})
    with database.write() as session:
        session.exec(update(Run).values(finished_at=now() - timedelta(hours=2)))

    (resumed,) = interventions.resume_by_the_clock(database, after_s=3600)

    assert (resumed.run_number, resumed.reopened) == (number, 1)


def test_a_confirmation_that_nobody_works_on_ends_after_a_day(database: Database) -> None:
    number = rows.confirm(database, rows.confirmation(MAIN))
    with database.write() as session:
        session.exec(update(Run).values(created_at=now() - timedelta(hours=25)))

    assert interventions.end_overdue(database, within_s=86_400) == len(MAIN)

    with database.read() as session:
        states = session.exec(select(Answer.state).where(col(Answer.run_number) == number)).all()
    assert set(states) == {AnswerState.UNSCORED}


def test_other_kinds_leave_the_seed_of_the_daily_draw_alone(database: Database) -> None:
    rows.submit(database, DRAW)
    rows.submit(database, DRAW, kind=RunKind.CALIBRATION)
    rows.confirm(database, rows.confirmation(MAIN))

    assert plan_run(database, BANK, rows.FLEET, RunOrder()).seed == 2
