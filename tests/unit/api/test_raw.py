"""GET /v1/runs/{n}/raw: everything that was asked, given and graded, and nothing of what a right answer is."""

from __future__ import annotations

import csv
import io
import json

import pytest
from starlette.testclient import TestClient

from api.shapes.raw import COLUMNS
from tests.graded import finish, scores
from tests.rows import small_bank
from yzindex.records.database import Database

JSON_LINES = {"accept": "application/x-ndjson"}
CSV = {"accept": "text/csv"}


@pytest.fixture
def run(api: TestClient, database: Database) -> int:
    number = api.post("/v1/runs", json={}).json()["number"]
    wrong = scores(execution=("0", "100"), judgment=("50", None))
    finish(database, number, {"sim/agate": wrong, "sim/opal": scores()})
    assert isinstance(number, int)
    return number


def test_an_answer_shows_what_was_asked_given_and_graded(api: TestClient, run: int) -> None:
    answer = api.get(f"/v1/runs/{run}/raw").json()["items"][0]

    assert (answer["model"], answer["simulated"], answer["dimension"]) == ("sim/agate", True, "execution")
    assert [message["role"] for message in answer["prompt"]] == ["system", "user"]
    assert "Write `double`" in answer["prompt"][1]["content"]
    assert (answer["reply"], answer["finish_reason"]) == ("The reply.", "stop")
    assert (answer["model_asked"], answer["model_returned"]) == ("sim/agate", "sim/as-returned")
    assert (answer["state"], answer["verdict"], answer["score"]) == ("graded", "wrong_answer", "0")
    assert answer["ran_in"] == "docker 27.3 c0ffee"
    (call,) = answer["calls"]
    assert (call["attempts"], call["errors"], call["cost_usd"]) == (3, {"rate_limited": 2}, "0.001")


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson", "text/csv"])
def test_what_a_right_answer_is_is_withheld(api: TestClient, run: int, accept: str) -> None:
    text = api.get(f"/v1/runs/{run}/raw", headers={"accept": accept}).text

    assert "returned 5" in text or accept == "text/csv"
    assert "the right value is 4" not in text
    for question in small_bank().questions:
        assert question.reference not in text
        assert json.dumps(question.reference)[1:-1] not in text
        assert question.wrong[1].why not in text
    assert "2 * n" not in text


def test_an_unscored_question_has_no_score_and_a_reason(api: TestClient, run: int) -> None:
    items = api.get(f"/v1/runs/{run}/raw").json()["items"]

    (unscored,) = (item for item in items if item["state"] == "unscored")
    assert (unscored["score"], unscored["verdict"], unscored["reply"]) == (None, None, None)
    assert unscored["reason"]


def test_pages_lines_and_table_hold_the_same_answers(api: TestClient, run: int) -> None:
    paged, address = [], f"/v1/runs/{run}/raw?limit=7"
    while address:
        page = api.get(address).json()
        paged += page["items"]
        address = page["next"]
    lines = [json.loads(line) for line in api.get(f"/v1/runs/{run}/raw", headers=JSON_LINES).text.splitlines()]
    table = list(csv.DictReader(io.StringIO(api.get(f"/v1/runs/{run}/raw", headers=CSV).text, newline="")))

    assert len(paged) == 20
    assert lines == paged
    assert [int(row["answer_id"]) for row in table] == [item["answer_id"] for item in paged]
    assert tuple(table[0]) == COLUMNS
    assert (table[0]["score"], table[0]["attempts"], table[0]["reply"]) == ("0", "3", "The reply.")


def test_one_answer_can_be_asked_for(api: TestClient, run: int) -> None:
    items = api.get(f"/v1/runs/{run}/raw", params={"answer": 13}).json()["items"]

    assert [item["answer_id"] for item in items] == [13]
    assert api.get(f"/v1/runs/{run}/raw", params={"answer": 999}).json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("*/*", "application/json"),
        ("text/*", "text/csv; charset=utf-8"),
        ("text/csv;q=0.5, application/x-ndjson", "application/x-ndjson"),
        ("text/html, application/json;q=0.9, */*;q=0.8", "application/json"),
        ("text/csv;q=0, */*;q=0.1", "application/json"),
    ],
)
def test_the_type_that_is_liked_best_is_given(api: TestClient, run: int, accept: str, given: str) -> None:
    assert api.get(f"/v1/runs/{run}/raw", headers={"accept": accept}).headers["content-type"] == given
