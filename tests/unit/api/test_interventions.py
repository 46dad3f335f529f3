"""DELETE /v1/runs/{n} and POST /v1/runs/{n}/resume."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.graded import finish, grade, scores
from tests.unit.api.conftest import NotingBroker
from yzindex.records.database import Database


def order(api: TestClient) -> int:
    number = api.post("/v1/runs", json={"models": ["sim/agate"]}).json()["number"]
    assert isinstance(number, int)
    return number


def test_a_cancelled_run_says_what_it_has_and_why_the_rest_is_missing(api: TestClient, database: Database) -> None:
    number = api.post("/v1/runs", json={}).json()["number"]
    grade(database, number, "sim/agate", scores())

    response = api.delete(f"/v1/runs/{number}")

    run = response.json()
    assert (response.status_code, run["status"]) == (200, "cancelled")
    agate, opal = run["models"]
    assert agate["result"]["coverage"] == {"scored": 10, "asked": 10}
    assert opal["result"]["core_display"] is None
    assert {each["reason"] for each in opal["unscored"]} == {"the run was cancelled"}
    assert api.delete(f"/v1/runs/{number}").json() == run


def test_a_concluded_run_cannot_be_cancelled(api: TestClient, database: Database) -> None:
    number = order(api)
    finish(database, number, {"sim/agate": scores()})

    response = api.delete(f"/v1/runs/{number}")

    assert response.status_code == 409
    problem = response.json()
    assert (problem["type"], problem["detail"]) == (
        "urn:yz-index:problem:run-ended",
        f"Run #{number} is concluded already; its results stand",
    )
    assert api.get(f"/v1/runs/{number}").json()["status"] == "concluded"


def test_resuming_sends_the_message_that_starts_what_was_unscored(
    api: TestClient, database: Database, broker: NotingBroker
) -> None:
    number = order(api)
    finish(database, number, {"sim/agate": scores(execution=("100", None))})

    response = api.post(f"/v1/runs/{number}/resume")

    assert (response.status_code, response.headers["location"]) == (202, f"/v1/runs/{number}")
    assert {name: response.json()[name] for name in ("number", "reopened", "dispatched")} == {
        "number": number,
        "reopened": 1,
        "dispatched": True,
    }
    assert broker.dispatched == [number, number]
    run = api.get(f"/v1/runs/{number}").json()
    assert (run["status"], run["progress"]["ended"]) == ("running", 9)
    assert run["models"][0]["result"]["coverage"] == {"scored": 9, "asked": 10}


def test_resuming_a_run_without_unscored_questions_sends_nothing(
    api: TestClient, database: Database, broker: NotingBroker
) -> None:
    number = order(api)
    finish(database, number, {"sim/agate": scores()})

    response = api.post(f"/v1/runs/{number}/resume")

    assert (response.status_code, response.json()["reopened"], response.json()["dispatched"]) == (202, 0, None)
    assert broker.dispatched == [number]


@pytest.mark.parametrize("number", ["0", "-1", "99", "4294967296"])
@pytest.mark.parametrize(("method", "address"), [("DELETE", "/v1/runs/{}"), ("POST", "/v1/runs/{}/resume")])
def test_a_run_that_does_not_exist_is_a_problem(api: TestClient, method: str, address: str, number: str) -> None:
    response = api.request(method, address.format(number))

    assert response.status_code == 404
    assert response.json()["type"] == "urn:yz-index:problem:unknown-run"
