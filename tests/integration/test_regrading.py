"""A worker grades stored answers again: by today's graders, asking no model, and yielding to the day's runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from celery import Celery
from celery.schedules import maybe_schedule
from sqlmodel import col, select, update

from tests import rows
from tests.graded import finish, scores
from tests.integration.test_stages import NoSandbox
from worker import regrading
from worker.app import make_app
from worker.broker import waiting
from worker.runtime import Runtime
from worker.trouble import MOST_GIVEN_BACK
from yzindex.bank.question import Question
from yzindex.dimensions import Dimension
from yzindex.fleet import Fleet, Model
from yzindex.grading.grade import GRADER_VERSION
from yzindex.grading.spec import Needs
from yzindex.ports import CaseResult, CodeJob, CodeResult, Ending, ModelCall, ModelReply
from yzindex.records.columns import clock_s
from yzindex.records.migrating import migrate
from yzindex.records.regrade_plans import GradingDay, plan_regrades
from yzindex.records.regrade_views import Regraded, thermometer_readings
from yzindex.records.regrades import claim_regrade
from yzindex.records.states import Purpose, RegradePurpose, RegradeState
from yzindex.records.tables import Answer, Regrade, StoredCall, StoredQuestion
from yzindex.settings import Settings

RIGHT = "```python\ndef double(n):\n    return 2 * n\n```"
JUDGE = Model(slug="other/judge", provider="sim", vendor="other")
FLEET = Fleet(providers=rows.FLEET.providers, models=rows.FLEET.models, judges=(JUDGE,))
RUBRIC = {"type": "rubric", "items": [{"id": "risk", "shown": "names the risk of the change"}]}


class Sandbox:
    """A code runner whose programs all return this."""

    def __init__(self, value: int) -> None:
        self._value = value

    def run(self, job: CodeJob) -> CodeResult:
        done = CaseResult(ending=Ending.COMPLETED, value=self._value)
        return CodeResult(cases=(done,) * len(job.cases), engine="scripted", where="nowhere")


class Judge:
    """A gateway through which only the judge may be asked."""

    def ask(self, call: ModelCall) -> ModelReply:
        assert call.model == JUDGE.asked_as
        judgement = {"items": [{"id": "risk", "points": 2, "quote": "double n"}]}
        return replace(rows.model_reply(json.dumps(judgement)), cost_usd=Decimal("0.02"))


def judged(number: int) -> Question:
    changed = rows.question(Dimension.JUDGMENT, number).model_dump(mode="json") | {"grader": RUBRIC}
    return Question.model_validate(changed)


@pytest.fixture
def settings(tmp_path: Path, valkey_url: str) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'yz.sqlite3'}", redis_url=valkey_url, timezone="Pacific/Auckland"
    )


@pytest.fixture
def runtime(settings: Settings) -> Iterator[Runtime]:
    """A worker's runtime; yesterday, two models answered a question in code and a judged one."""
    runtime = Runtime(settings)
    migrate(runtime.database)
    runtime.redis.flushall()
    with time_machine.travel(datetime.now(UTC) - timedelta(days=1)):
        number = rows.submit(runtime.database, [rows.question(Dimension.EXECUTION, 1), judged(2)])
        found = scores(execution=("100",), judgment=("100",), grounding=(), integrity=(), communication=())
        finish(runtime.database, number, dict.fromkeys(("sim/agate", "sim/opal"), found))
    with runtime.database.write() as session:
        session.exec(update(Answer).values(reply=RIGHT))
    runtime.__dict__.update(gateway=Judge(), code_runner=Sandbox(4), fleet=FLEET)
    yield runtime
    runtime.redis.flushall()
    runtime.redis.close()
    runtime.database.close()


@pytest.fixture
def app(settings: Settings) -> Iterator[Celery]:
    with make_app(settings) as app:
        yield app


def readings(runtime: Runtime) -> list[Regraded]:
    with runtime.database.read() as session:
        return thermometer_readings(session, since=date.min)


def regrade_all(runtime: Runtime) -> None:
    with runtime.database.write() as session:
        session.exec(update(Regrade).values(not_before_s=0.0))
        ids = list(session.exec(select(Regrade.id).order_by(col(Regrade.id))))
    for regrade_id in ids:
        assert regrade_id is not None
        regrading.regrade(runtime, regrade_id)


def only_code(runtime: Runtime) -> int:
    """Plan one answer in code alone and give its row."""
    on = GradingDay(day=date(2026, 11, 20), grader_version=GRADER_VERSION, judge_set_version="none")
    with runtime.database.write() as session:
        code = session.exec(select(Answer.id).where(Answer.needs == Needs.SANDBOX)).first()
        plan_regrades(session, [code or 0], RegradePurpose.CONFIRMATION, on)
    with runtime.database.read() as session:
        return session.exec(select(Regrade.id)).one() or 0


def row(runtime: Runtime) -> Regrade:
    with runtime.database.read() as session:
        return session.exec(select(Regrade)).one()


def test_todays_graders_grade_yesterdays_answers_and_ask_no_candidate(runtime: Runtime) -> None:
    assert (regrading.plan_today(runtime), regrading.plan_today(runtime)) == (4, 0)

    regrade_all(runtime)

    found = {(each.dimension, each.score_before, each.score_now) for each in readings(runtime)}
    assert found == {
        (Dimension.EXECUTION, Decimal(100), Decimal(100)),
        (Dimension.JUDGMENT, Decimal(100), Decimal(50)),
    }
    assert {each.judge_set_version for each in readings(runtime)} == {FLEET.judge_set_version}


def test_a_sandbox_that_has_moved_shows_as_a_difference(runtime: Runtime) -> None:
    regrading.plan_today(runtime)
    runtime.__dict__["code_runner"] = Sandbox(5)

    regrade_all(runtime)

    assert {each.difference for each in readings(runtime) if each.dimension is Dimension.EXECUTION} == {Decimal(-100)}


def test_a_judges_calls_are_kept_apart_from_those_of_the_run(runtime: Runtime) -> None:
    regrading.plan_today(runtime)

    regrade_all(runtime)

    with runtime.database.read() as session:
        calls = session.exec(select(StoredCall).where(StoredCall.purpose == Purpose.REGRADE)).all()
    assert [(call.cost_usd, call.text is not None) for call in calls] == [(Decimal("0.02"), True)] * 2


def test_the_day_is_that_of_the_configured_zone_and_its_own_answers_wait_for_the_next(runtime: Runtime) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(days=1)):
        assert regrading.plan_today(runtime) == 0

    regrading.plan_today(runtime)

    assert {each.day for each in readings(runtime)} == {datetime.now(runtime.settings.zone).date()}


def test_trouble_of_ours_is_tried_again_and_then_a_missing_reading_never_a_score(runtime: Runtime) -> None:
    only_code(runtime)
    runtime.__dict__["code_runner"] = NoSandbox()

    for _ in range(MOST_GIVEN_BACK):
        regrade_all(runtime)
        assert row(runtime).state is RegradeState.PENDING
    regrade_all(runtime)

    assert (row(runtime).state, row(runtime).score_now) == (RegradeState.UNSCORED, None)
    assert row(runtime).reason == "no container engine answers"


def test_a_program_that_runs_longer_than_a_lease_is_not_given_to_another(runtime: Runtime) -> None:
    regrade_id = only_code(runtime)
    others: list[object] = []

    class LongProgram(Sandbox):
        def run(self, job: CodeJob) -> CodeResult:
            with runtime.database.write() as session:
                session.exec(update(Regrade).values(lease_until_s=clock_s() - 1))
            assert runtime.regrade_leases.renew_now()
            others.append(claim_regrade(runtime.database, regrade_id, owner="other", lease_s=60))
            return super().run(job)

    runtime.__dict__["code_runner"] = LongProgram(4)

    regrade_all(runtime)

    assert others == [None]
    assert (row(runtime).state, row(runtime).attempt) == (RegradeState.GRADED, 1)


def test_a_question_that_this_version_cannot_read_is_a_missing_reading(runtime: Runtime) -> None:
    only_code(runtime)
    with runtime.database.write() as session:
        session.exec(update(StoredQuestion).values(body='{"id": "of-a-later-version"}'))

    for _ in range(MOST_GIVEN_BACK + 1):
        regrade_all(runtime)

    assert row(runtime).reason == "internal error: ValidationError"


def test_graders_of_another_version_leave_a_row_to_those_it_is_for(runtime: Runtime) -> None:
    only_code(runtime)
    with runtime.database.write() as session:
        session.exec(update(Regrade).values(grader_version="next"))

    regrade_all(runtime)

    assert (row(runtime).state, row(runtime).score_now, row(runtime).given_back) == (RegradeState.PENDING, None, 1)
    assert "version next of the graders" in (row(runtime).reason or "")


def test_due_rows_go_to_the_queues_that_can_grade_them(runtime: Runtime, app: Celery) -> None:
    regrading.plan_today(runtime)

    assert regrading.publish_regrades(app, runtime) == 4

    assert {queue: waiting(runtime.redis, queue) for queue in ("sandbox", "judge")} == {"sandbox": 2, "judge": 2}


def test_a_queue_on_which_anything_waits_gets_nothing_more(runtime: Runtime, app: Celery) -> None:
    regrading.plan_today(runtime)
    runtime.redis.lpush("sandbox", "the day's run")

    assert [regrading.publish_regrades(app, runtime) for _ in range(2)] == [2, 0]

    assert {queue: waiting(runtime.redis, queue) for queue in ("sandbox", "judge")} == {"sandbox": 1, "judge": 2}


def test_messages_that_the_broker_lost_are_sent_again_and_rows_that_ended_are_not(
    runtime: Runtime, app: Celery
) -> None:
    regrading.plan_today(runtime)
    regrading.publish_regrades(app, runtime)
    runtime.redis.flushall()

    assert regrading.publish_regrades(app, runtime) == 4
    regrade_all(runtime)
    runtime.redis.flushall()
    assert regrading.publish_regrades(app, runtime) == 0


def test_no_more_is_put_onto_a_queue_at_once_than_a_run_can_wait_for(
    runtime: Runtime, app: Celery, monkeypatch: pytest.MonkeyPatch
) -> None:
    regrading.plan_today(runtime)
    monkeypatch.setattr(regrading, "MOST_AT_ONCE", 1)

    assert regrading.publish_regrades(app, runtime) == 2


@pytest.mark.parametrize(("utc", "is_due"), [((12, 59), False), ((13, 0), True)])
def test_the_clock_plans_the_thermometer_at_two_in_the_configured_zone(
    app: Celery, utc: tuple[int, int], is_due: bool
) -> None:
    entry = app.conf.beat_schedule["thermometer"]
    schedule = maybe_schedule(entry["schedule"], app=app)

    with time_machine.travel(datetime(2026, 11, 20, *utc, tzinfo=UTC), tick=False):
        found = schedule.is_due(datetime(2026, 11, 20, 12, tzinfo=UTC))

    assert found.is_due is is_due
    assert (entry["task"], entry["options"]) == ("yz.thermometer", {"queue": "control"})
