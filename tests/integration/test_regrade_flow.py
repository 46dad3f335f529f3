"""From a conclusion to the day's thermometer, by a real worker on a real broker, also when it is killed on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from redis import Redis
from sqlmodel import col, select, update

from tests import rows
from tests.graded import finish, grade, scores
from tests.integration.scripted_worker import DEADLINE_S, HOLDING, LET_GO
from tests.integration.working import finished, send, told, until, working
from yzindex.dimensions import Dimension
from yzindex.records.database import Database
from yzindex.records.migrating import migrate
from yzindex.records.runs import claim_conclusion
from yzindex.records.states import REGRADE_OPEN, RegradeState
from yzindex.records.tables import Answer, Regrade

FOUND = scores(execution=("0", "100"), grounding=(), judgment=(), communication=(), integrity=())
QUESTIONS = [rows.question(Dimension.EXECUTION, number) for number in (1, 2)]
RIGHT = "```python\ndef double(n):\n    return 2 * n\n```"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """With two answers of yesterday."""
    database = Database(f"sqlite:///{tmp_path / 'yz.sqlite3'}")
    migrate(database)
    with time_machine.travel(datetime.now(UTC) - timedelta(days=1)):
        finish(database, rows.submit(database, QUESTIONS, rows.FLEET.models[:1]), {"sim/agate": FOUND})
    with database.write() as session:
        session.exec(update(Answer).values(reply=RIGHT))
    yield database
    database.close()


def regrades(database: Database) -> list[Regrade]:
    with database.read() as session:
        return list(session.exec(select(Regrade).order_by(col(Regrade.id))))


def all_ended(database: Database) -> bool:
    return all(row.state not in REGRADE_OPEN for row in regrades(database))


def test_a_run_that_is_concluded_brings_the_days_thermometer_and_a_killed_worker_loses_none_of_it(
    database: Database, redis: Redis, valkey_url: str, tmp_path: Path
) -> None:
    number = rows.submit(database, QUESTIONS, rows.FLEET.models[:1])
    grade(database, number, "sim/agate", FOUND)
    attempt = claim_conclusion(database, number, lease_s=60)
    assert attempt

    with working(database, valkey_url, tmp_path) as worker:
        send(valkey_url, "yz.conclude", number, attempt)
        until(lambda: len(regrades(database)) == 2, "the thermometer planned")
        send(valkey_url, "yz.sweep")
        told(redis, HOLDING)  # the second of the two programs runs
        until(lambda: finished(redis).count("yz.regrade") == 1, "the first graded again")
        worker.kill()
        worker.wait(DEADLINE_S)
    assert not all_ended(database)

    redis.rpush(LET_GO, "1")
    with working(database, valkey_url, tmp_path):
        send(valkey_url, "yz.sweep")
        until(lambda: all_ended(database), "both graded again")

    found = regrades(database)
    assert [(row.state, row.score_before, row.score_now) for row in found] == [
        (RegradeState.GRADED, Decimal(0), Decimal(100)),
        (RegradeState.GRADED, Decimal(100), Decimal(100)),
    ]
    assert sorted(row.attempt for row in found) == [1, 2]
    assert {row.answer_id for row in found} == {1, 2}
