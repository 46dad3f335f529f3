"""Stored answers that are graded once more: planned once a day, claimed by one worker, written only under its claim."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlmodel import col, select, update

from tests import rows
from tests.graded import answer_all_open, finish, scores
from yzindex.dimensions import Dimension
from yzindex.grading.spec import Needs
from yzindex.records import interventions, leases, regrades
from yzindex.records.columns import clock_s
from yzindex.records.database import Database
from yzindex.records.regrade_plans import GradingDay, Thermometer, plan_regrades, plan_thermometer
from yzindex.records.regrade_views import Regraded, regraded_on, thermometer_readings
from yzindex.records.run_views import run_view
from yzindex.records.states import AnswerState, RegradePurpose, RegradeState, RunKind
from yzindex.records.tables import Answer, Regrade, Run, now

LEASE_S = 60.0
DRAW = list(rows.small_bank(per_tier=1).questions)
DAY = date(2026, 11, 20)
TODAY = GradingDay(day=DAY, grader_version="3", judge_set_version="none")
TOMORROW = GradingDay(day=DAY + timedelta(days=1), grader_version="3", judge_set_version="none")
#: Later than any run of these tests.
AFTER_ALL = datetime(2100, 1, 1, tzinfo=UTC)
DAILY = Thermometer(answers=20, judgements=40, judges_of=lambda vendor: 1)


def a_run(database: Database, kind: RunKind = RunKind.SMOKE) -> int:
    """Two models' answers to ten questions; one of each dimension is wrong, and one of agate's is unscored."""
    number = rows.submit(database, DRAW, kind=kind)
    wrong = scores(("100", "0"), ("100", "0"), ("100", "0"), ("100", "0"), ("100", "0"))
    finish(database, number, {"sim/agate": {**wrong, Dimension.EXECUTION: ("100", None)}, "sim/opal": wrong})
    return number


def plan(database: Database, on: GradingDay = TODAY, thermometer: Thermometer = DAILY) -> int:
    return plan_thermometer(database, on, thermometer, before=AFTER_ALL)


def planned(database: Database, answer_ids: list[int], purpose: RegradePurpose, on: GradingDay = TODAY) -> None:
    with database.write() as session:
        plan_regrades(session, answer_ids, purpose, on)


def judged_by(judges: int) -> Callable[[str], int]:
    return lambda vendor: judges


def readings(database: Database) -> list[Regraded]:
    with database.read() as session:
        return thermometer_readings(session, since=DAY)


def due(database: Database) -> list[int]:
    return regrades.regrades_due(database, tuple(Needs), limit=1000)


def answer_ids(database: Database) -> list[int]:
    with database.read() as session:
        return [each or 0 for each in session.exec(select(Answer.id).order_by(col(Answer.id)))]


def change(database: Database, **values: object) -> None:
    with database.write() as session:
        session.exec(update(Regrade).values(**values))


@pytest.fixture
def regrade_id(database: Database) -> int:
    """One row, of an answer that scored 100."""
    a_run(database)
    planned(database, answer_ids(database)[:1], RegradePurpose.CONFIRMATION)
    (found,) = due(database)
    return found


def test_every_dimensions_graded_answers_are_planned_with_the_scores_they_have(database: Database) -> None:
    a_run(database)

    assert plan(database) == 19

    found = readings(database)
    assert {each.dimension for each in found} == set(Dimension)
    assert {(each.state, each.score_now, each.difference) for each in found} == {(RegradeState.PENDING, None, None)}
    assert {each.score_before for each in found} == {Decimal(0), Decimal(100)}
    assert len(due(database)) == 19


def test_a_day_is_planned_once_and_every_day_alike(database: Database) -> None:
    a_run(database)

    assert [plan(database), plan(database), plan(database, TOMORROW)] == [19, 0, 19]

    by_day = {day: [each.answer_id for each in readings(database) if each.day == day] for day in (DAY, TOMORROW.day)}
    assert by_day[DAY] == by_day[TOMORROW.day]


def test_two_planners_of_one_moment_plan_each_answer_once(database: Database) -> None:
    a_run(database)
    barrier = Barrier(2)

    def at_once(_: int) -> int:
        barrier.wait()
        return plan(database)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(at_once, range(2)))

    assert len(readings(database)) == 19


def test_another_version_of_the_graders_grades_the_day_anew(database: Database) -> None:
    a_run(database)
    plan(database)

    assert plan(database, GradingDay(day=DAY, grader_version="4", judge_set_version="none")) == 19

    assert sorted(each.grader_version for each in readings(database)) == ["3"] * 19 + ["4"] * 19
    assert {each.grader_version_before for each in readings(database)} == {rows.VERSIONS.grader}


def test_a_sample_is_no_larger_than_it_may_be(database: Database) -> None:
    a_run(database)

    assert plan(database, thermometer=Thermometer(answers=2, judgements=0, judges_of=lambda vendor: 0)) == 10


def test_judged_answers_are_left_out_where_no_calls_are_allowed_or_no_judge_is_independent(database: Database) -> None:
    a_run(database)
    with database.write() as session:
        session.exec(update(Answer).where(col(Answer.dimension) == Dimension.JUDGMENT).values(needs=Needs.JUDGE))

    for number, (calls, judges) in enumerate([(0, 1), (40, 0), (40, 1), (4, 1)]):
        on = GradingDay(day=DAY, grader_version=str(number), judge_set_version="none")
        plan(database, on, Thermometer(answers=20, judgements=calls, judges_of=judged_by(judges)))

    with database.read() as session:
        judged = session.exec(select(Regrade.grader_version).where(Regrade.needs == Needs.JUDGE)).all()
    # Of four calls a day, two are for each of the two charts that judges have a part in.
    assert sorted(judged) == ["2"] * 4 + ["3"] * 2


@pytest.mark.parametrize(
    "unfit",
    [
        pytest.param(lambda: {"verdict": "empty"}, id="an empty reply, which needs no grader"),
        pytest.param(lambda: {"finish_reason": "content_filter"}, id="a reply that the provider withheld"),
        pytest.param(lambda: {"state": AnswerState.UNSCORED}, id="no grade"),
    ],
)
def test_an_answer_that_says_nothing_of_the_graders_is_not_taken(
    database: Database, unfit: Callable[[], dict[str, object]]
) -> None:
    a_run(database)
    with database.write() as session:
        session.exec(update(Answer).where(col(Answer.dimension) != Dimension.GROUNDING).values(**unfit()))

    plan(database)

    assert {each.dimension for each in readings(database)} == {Dimension.GROUNDING}


def test_only_answers_of_earlier_days_to_impartial_runs_are_taken(database: Database) -> None:
    number = a_run(database)
    finish(
        database,
        rows.confirm(database, rows.confirmation(DRAW)),
        {"sim/agate": scores()},
    )
    interventions.cancel_run(database, rows.submit(database, DRAW))

    assert plan_thermometer(database, TODAY, DAILY, before=run_view(database, number).head.created_at) == 0
    plan(database)

    assert {each.run_number for each in readings(database)} == {number}


def test_an_answer_planned_for_another_purpose_is_graded_once_and_serves_both(database: Database) -> None:
    a_run(database)
    ids = answer_ids(database)[:1]
    planned(database, ids, RegradePurpose.CONFIRMATION)
    plan(database)
    planned(database, ids, RegradePurpose.REPAIR)

    assert (len(due(database)), len(readings(database))) == (19, 19)
    with database.read() as session:
        (found,) = regraded_on(session, DAY, "3", ids)
    assert found.answer_id == ids[0]


def test_of_given_answers_those_without_a_grade_are_left_out(database: Database) -> None:
    a_run(database)

    planned(database, [*answer_ids(database), 10_000], RegradePurpose.CONFIRMATION)

    assert len(due(database)) == 19


def test_a_verdict_waits_for_no_thermometer_and_that_for_no_new_version(database: Database) -> None:
    a_run(database)
    ids = answer_ids(database)
    planned(database, ids[5:6], RegradePurpose.REPAIR)
    planned(database, ids[6:7], RegradePurpose.THERMOMETER)
    planned(database, ids[7:8], RegradePurpose.CONFIRMATION)

    planned_first, planned_second, planned_last = sorted(due(database))
    assert due(database) == [planned_last, planned_second, planned_first]


def test_of_many_that_claim_one_row_at_once_one_gets_it(database: Database, regrade_id: int) -> None:
    barrier = Barrier(6)

    def claim(number: int) -> object:
        barrier.wait()
        return regrades.claim_regrade(database, regrade_id, owner=f"worker-{number}", lease_s=LEASE_S)

    with ThreadPoolExecutor(6) as pool:
        claims = list(pool.map(claim, range(6)))

    assert sum(claim is not None for claim in claims) == 1
    assert due(database) == []


def test_a_row_whose_worker_died_is_due_again_and_the_dead_one_writes_nothing(
    database: Database, regrade_id: int
) -> None:
    dead = regrades.claim_regrade(database, regrade_id, owner="dead", lease_s=-1)
    assert dead
    assert due(database) == [regrade_id]

    heir = regrades.claim_regrade(database, regrade_id, owner="heir", lease_s=LEASE_S)

    assert heir
    assert (heir.given_back, heir.attempt) == (1, 2)
    assert not regrades.store_regrade(database, dead, Decimal(0))
    assert not regrades.give_regrade_back(database, dead, wait_s=0, reason="late")
    assert regrades.store_regrade(database, heir, Decimal(50))


def test_a_renewed_lease_keeps_others_out(database: Database, regrade_id: int) -> None:
    regrades.claim_regrade(database, regrade_id, owner="me", lease_s=-1)

    leases.renew(database, Regrade, [regrade_id], owner="me", lease_s=LEASE_S)

    assert regrades.claim_regrade(database, regrade_id, owner="other", lease_s=LEASE_S) is None


def test_the_score_of_today_stands_beside_the_answers_own_which_stays(database: Database, regrade_id: int) -> None:
    claim = regrades.claim_regrade(database, regrade_id, owner="me", lease_s=LEASE_S)
    assert claim
    assert claim.reply == "The reply."

    assert regrades.store_regrade(database, claim, Decimal("62.5"))

    with database.read() as session:
        (found,) = regraded_on(session, DAY, "3", [claim.answer_id])
        answer = session.exec(select(Answer).where(Answer.id == claim.answer_id)).one()
    assert (found.score_before, found.score_now, found.difference) == (Decimal(100), Decimal("62.5"), Decimal("-37.5"))
    assert (answer.score, answer.state) == (Decimal(100), AnswerState.GRADED)
    assert due(database) == []


def test_what_could_not_be_graded_has_a_reason_and_no_score(database: Database, regrade_id: int) -> None:
    claim = regrades.claim_regrade(database, regrade_id, owner="me", lease_s=LEASE_S)
    assert claim

    assert regrades.store_not_regraded(database, claim, "no sandbox")

    with database.read() as session:
        (found,) = regraded_on(session, DAY, "3", [claim.answer_id])
    assert (found.state, found.score_now, found.difference, found.reason) == (
        RegradeState.UNSCORED,
        None,
        None,
        "no sandbox",
    )


def test_a_row_that_was_given_back_waits_its_time(database: Database, regrade_id: int) -> None:
    claim = regrades.claim_regrade(database, regrade_id, owner="me", lease_s=LEASE_S)
    assert claim

    regrades.give_regrade_back(database, claim, wait_s=9, reason="busy")

    assert due(database) == []
    assert regrades.claim_regrade(database, regrade_id, owner="me", lease_s=LEASE_S) is None
    change(database, not_before_s=clock_s() - 1)
    assert due(database) == [regrade_id]


def test_what_is_open_after_a_day_ends_without_a_score_and_what_is_held_is_left(database: Database) -> None:
    a_run(database)
    planned(database, answer_ids(database)[:1] + answer_ids(database)[2:3], RegradePurpose.CONFIRMATION)
    held, waiting = due(database)
    regrades.claim_regrade(database, held, owner="busy", lease_s=LEASE_S)
    change(database, planned_at=now() - timedelta(hours=23))
    assert regrades.end_overdue_regrades(database, within_s=86_400) == 0

    change(database, planned_at=now() - timedelta(hours=25))

    assert regrades.end_overdue_regrades(database, within_s=86_400) == 1
    with database.read() as session:
        found = {row.id: (row.state, row.reason) for row in session.exec(select(Regrade))}
    assert found == {
        held: (RegradeState.GRADING, None),
        waiting: (RegradeState.UNSCORED, "not done within 24 hours"),
    }


def test_a_run_that_is_asked_again_gives_its_later_answers_too(database: Database) -> None:
    number = a_run(database)
    interventions.resume_run(database, number)
    answer_all_open(database, number)

    assert plan(database) == 20
    with database.read() as session:
        assert session.exec(select(Run.number)).all() == [number]
