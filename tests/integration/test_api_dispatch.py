"""The API against a real broker and real databases: the message it sends, and orders at the same moment."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import redis
from sqlmodel import func, select
from starlette.testclient import TestClient

from api.app import create_app
from tests.rows import FLEET, small_bank
from yzindex.ordering import RunOrder, order_run
from yzindex.records.database import Database
from yzindex.records.migrating import migrate
from yzindex.records.tables import Answer, Run
from yzindex.settings import Settings


def test_an_order_puts_one_message_for_the_control_workers(valkey_url: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, redis_url=valkey_url)
    database = Database(settings.database_address)
    migrate(database)

    with TestClient(create_app(settings, bank=small_bank(), fleet=FLEET)) as api:
        ready = api.get("/readyz")
        response = api.post("/v1/runs", json={})

    assert ready.status_code == 200
    assert response.json()["dispatched"] is True
    with redis.Redis.from_url(valkey_url.replace("redis+socket", "unix")) as broker:
        messages = [json.loads(message) for message in broker.lrange("control", 0, -1)]
        broker.delete("control")
    (message,) = messages
    assert message["headers"]["task"] == "yz.dispatch"
    assert json.loads(base64.b64decode(message["body"]))[0] == [1]
    database.close()


def test_a_database_that_is_not_migrated_is_not_ready(valkey_url: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, redis_url=valkey_url)

    with TestClient(create_app(settings, bank=small_bank(), fleet=FLEET)) as api:
        response = api.get("/readyz")

    assert response.status_code == 503
    assert [fault["field"] for fault in response.json()["errors"]] == ["database"]


def test_orders_with_one_key_at_the_same_moment_make_one_run_on_every_database(database: Database) -> None:
    def order(_: int) -> tuple[int, bool]:
        ordered = order_run(database, small_bank(), FLEET, RunOrder(), idempotency_key="once", request_digest="d")
        return ordered.number, ordered.created

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(order, range(24)))

    assert {number for number, _ in answers} == {1}
    assert sum(created for _, created in answers) == 1
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(Run)).one() == 1
        assert session.exec(select(func.count()).select_from(Answer)).one() == 20
