"""GET /v1/runs/{number}/events: what is told to whoever follows a run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api import run_events as following
from api.run_events import run_events
from api.services import Services
from tests.graded import finish, grade, scores
from yzindex.records.database import Database
from yzindex.records.interventions import cancel_run


def told(stream: str) -> list[tuple[str, dict[str, object]]]:
    """The events of a stream by name, with what they say."""
    found = []
    for block in stream.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


@pytest.fixture
def number(api: TestClient) -> int:
    return int(api.post("/v1/runs", json={"seed": 1}).json()["number"])


def test_a_run_that_has_ended_is_told_once(api: TestClient, database: Database, number: int) -> None:
    finish(database, number, {"sim/agate": scores(), "sim/opal": scores(execution=("100", None))})

    response = api.get(f"/v1/runs/{number}/events")

    assert response.headers["content-type"].startswith("text/event-stream")
    ((event, data),) = told(response.text)
    assert (event, data["status"]) == ("ended", "concluded")
    assert data["progress"] == {"asked": 20, "answered": 19, "graded": 19, "unscored": 1, "ended": 20}


def test_a_cancelled_run_has_ended_too(api: TestClient, database: Database, number: int) -> None:
    cancel_run(database, number)

    assert [event for event, _ in told(api.get(f"/v1/runs/{number}/events").text)] == ["ended"]


def test_a_run_that_nobody_knows_is_a_problem_and_no_stream(api: TestClient) -> None:
    assert api.get("/v1/runs/99/events").json()["status"] == 404


def test_each_change_is_told_and_nothing_twice(
    app: FastAPI, database: Database, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    services: Services = app.state.services
    looks = 0

    async def as_days_go_by(_: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            grade(database, number, "sim/agate", scores())
        elif looks == 6:
            finish(database, number, {"sim/opal": scores()})

    monkeypatch.setattr(following, "sleep", as_days_go_by)

    stream = asyncio.run(_whole(run_events(services, number)))

    events = told(stream)
    assert [event for event, _ in events] == ["progress", "progress", "ended"]
    assert [data["progress"]["graded"] for _, data in events] == [0, 10, 20]  # type: ignore[index]
    assert events[1][1]["models"]["sim/opal"]["graded"] == 0  # type: ignore[index]


def test_whoever_waits_for_long_gets_a_sign_of_life(
    app: FastAPI, database: Database, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    async def for_a_minute(seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks * seconds >= 60:
            cancel_run(database, number)

    monkeypatch.setattr(following, "sleep", for_a_minute)

    stream = asyncio.run(_whole(run_events(app.state.services, number)))

    assert stream.count(": ping\n\n") == 3
    assert [event for event, _ in told(stream)] == ["progress", "ended"]


def test_a_server_that_stops_lets_its_watchers_go(app: FastAPI, api: TestClient, number: int) -> None:
    app.state.services.stopping.set()

    assert [event for event, _ in told(api.get(f"/v1/runs/{number}/events").text)] == ["progress"]


async def _whole(stream: AsyncIterator[bytes]) -> str:
    return b"".join([part async for part in stream]).decode()
