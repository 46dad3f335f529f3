"""Problem documents: every error has one, it says what to do, and nothing is written for a request that is refused."""

from __future__ import annotations

import inspect

import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from sqlmodel import func, select
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from api import problems
from api.body_limit import MAX_BODY_BYTES
from api.problems import MEDIA_TYPE, Problem
from tests.unit.api.conftest import NotingBroker
from yzindex import asking_again, errors, ordering
from yzindex.records import interventions, run_views, runs
from yzindex.records.database import Database
from yzindex.records.tables import Answer, Evaluation, Run, StoredQuestion

JSON = {"content-type": "application/json"}


def problem(response, status: int, name: str) -> Problem:
    assert (response.status_code, response.headers["content-type"]) == (status, MEDIA_TYPE), response.text
    found = Problem.model_validate_json(response.content)
    assert (found.status, found.type) == (status, f"urn:yz-index:problem:{name}")
    assert found.title
    assert found.detail
    assert found.do
    return found


def rows(database: Database) -> int:
    with database.read() as session:
        counts = [session.exec(select(func.count()).select_from(table)).one() for table in _TABLES]
    return sum(counts)


_TABLES = (Run, Evaluation, Answer, StoredQuestion)


@pytest.mark.parametrize(
    ("body", "name", "field", "says"),
    [
        ({"models": ["sim/agate", "nope"]}, "invalid-order", "body.models", "known models are sim/agate, sim/opal"),
        ({"models": []}, "invalid-order", "body.models", "no models are named"),
        ({"models": ["sim/opal", "sim/opal"]}, "invalid-order", "body.models", "named twice: sim/opal"),
        ({"kind": "weekly"}, "invalid-request", "body.kind", "'smoke', 'full', 'calibration'"),
        ({"kind": "confirmation"}, "invalid-order", "body.kind", "use `yz confirm MODEL`"),
        ({"kind": "calibration", "seed": 7}, "invalid-order", "body.seed", "a calibration run asks every question"),
        ({"kind": "full", "seed": 1}, "invalid-order", "body.seed", "leave the seed out"),
        ({"kind": 5}, "invalid-request", "body.kind", ""),
        ({"models": "sim/opal"}, "invalid-request", "body.models", "list"),
        ({"models": [1]}, "invalid-request", "body.models.0", "string"),
        ({"seed": "7"}, "invalid-request", "body.seed", "integer"),
        ({"seed": True}, "invalid-request", "body.seed", "integer"),
        ({"seed": 1.5}, "invalid-request", "body.seed", "integer"),
        ({"seed": -1}, "invalid-request", "body.seed", "greater than or equal to 0"),
        ({"seed": 2**31}, "invalid-request", "body.seed", "less than or equal"),
        ({"sede": 7}, "invalid-request", "body.sede", "not permitted"),
        ([], "invalid-request", "body", "dictionary"),
        (None, "invalid-request", "body", ""),
    ],
)
def test_an_order_that_cannot_be_made_says_why_and_writes_nothing(
    api: TestClient, database: Database, broker: NotingBroker, body: object, name: str, field: str, says: str
) -> None:
    found = problem(api.post("/v1/runs", json=body), 422, name)

    assert [fault.field for fault in found.errors] == [field]
    assert says in found.errors[0].reason
    assert rows(database) == 0
    assert broker.dispatched == []


@pytest.mark.parametrize(
    ("content", "status", "name"),
    [
        (b"{", 400, "bad-request"),
        (b"", 422, "invalid-request"),
        (b'{"seed": "\xff"}', 400, "bad-request"),
        (b"[" * 200_000, 400, "bad-request"),
        (b'{"seed": ' + b"9" * 5_000 + b"}", 400, "bad-request"),
        (b" " * (MAX_BODY_BYTES + 1), 413, "body-too-large"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_and_writes_nothing(
    api: TestClient, database: Database, content: bytes, status: int, name: str
) -> None:
    problem(api.post("/v1/runs", content=content, headers=JSON), status, name)

    assert rows(database) == 0


def test_a_large_body_is_refused_also_if_its_length_is_not_announced(api: TestClient, database: Database) -> None:
    pieces = (b" " * 100_000 for _ in range(11))

    problem(api.post("/v1/runs", content=pieces, headers=JSON), 413, "body-too-large")

    assert rows(database) == 0


def test_a_body_of_the_largest_size_is_read(api: TestClient) -> None:
    response = api.post("/v1/runs", content=b"{}".ljust(MAX_BODY_BYTES), headers=JSON)

    assert response.status_code == 202


def test_a_body_without_the_json_header_is_told_how_to_be_sent(api: TestClient, database: Database) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}

    found = problem(api.post("/v1/runs", content=b'{"kind":"smoke"}', headers=headers), 415, "not-json")

    assert "content-type: application/json" in found.do
    assert rows(database) == 0


@pytest.mark.parametrize("number", ["1", "0", "-5", str(2**31), "9" * 100])
@pytest.mark.parametrize("below", ["", "/raw"])
def test_a_run_that_does_not_exist_is_not_found(api: TestClient, number: str, below: str) -> None:
    found = problem(api.get(f"/v1/runs/{number}{below}"), 404, "unknown-run")

    assert f"#{number}" in found.detail


def test_addresses_methods_and_types_that_do_not_exist_are_problems(api: TestClient) -> None:
    api.post("/v1/runs", json={})

    problem(api.get("/v2"), 404, "not-found")
    problem(api.get("/v1/runs/seven"), 422, "invalid-request")
    problem(api.get("/v1/runs", params={"limit": 0}), 422, "invalid-request")
    problem(api.get("/v1/runs/1/raw", headers={"accept": "image/png"}), 406, "not-acceptable")
    refused = api.delete("/v1/runs")

    problem(refused, 405, "method-not-allowed")
    assert refused.headers["allow"]


def test_an_empty_key_is_refused(api: TestClient, database: Database) -> None:
    problem(api.post("/v1/runs", json={}, headers={"idempotency-key": ""}), 422, "invalid-request")

    assert rows(database) == 0


def test_a_value_of_the_request_is_never_repeated(api: TestClient) -> None:
    response = api.post("/v1/runs", json={"seed": "sk-secret", "sk-other": 1, "kind": "sk-third"})

    assert "sk-secret" not in response.text
    assert "sk-third" not in response.text


def test_an_unexpected_error_shows_no_internals_and_names_its_place_in_the_log(
    app: FastAPI, api: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError("postgresql://user:password@host")

    response = api.get("/broken")

    found = problem(response, 500, "internal-error")
    assert "password" not in response.text
    assert "ZeroDivision" not in response.text
    assert found.incident
    assert found.incident in capsys.readouterr().out


def test_a_database_without_tables_is_ours_and_may_be_tried_again(
    app: FastAPI, api: TestClient, database: Database
) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE run RENAME TO run_gone")

    response = api.get("/v1/runs")

    problem(response, 503, "database-unavailable")
    assert "SELECT" not in response.text
    assert response.headers["retry-after"]


def test_every_error_that_a_route_can_meet_has_its_words() -> None:
    routes_meet = {
        error
        for module in (ordering, asking_again, runs, run_views, interventions)
        for _, error in inspect.getmembers(module, inspect.isclass)
        if issubclass(error, errors.YzIndexError) and error.__module__ == module.__name__
    } | {errors.InvalidDraw}

    assert routes_meet <= problems._KINDS.keys()


def test_the_one_handler_is_installed_for_every_sort_of_error(app: FastAPI) -> None:
    ours = {error for error, handler in app.exception_handlers.items() if handler is problems.handle}

    assert ours >= {Exception, HTTPException, RequestValidationError, errors.YzIndexError, *problems._KINDS}
    assert app.exception_handlers.keys() - ours == {WebSocketRequestValidationError}
