"""GET /v1/questions and /v1/questions/{id}: the figures of the pages, and nothing of what is still asked."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.graded import OUTAGE, finish, scores
from tests.rows import small_bank
from yzindex.dimensions import Dimension
from yzindex.records.database import Database

AGATE, OPAL = "sim/agate", "sim/opal"


@pytest.fixture
def asked(api: TestClient, database: Database) -> str:
    """The first question of a draw that was asked twice."""
    for opal in ("0", None):
        number = api.post("/v1/runs", json={"seed": 1}).json()["number"]
        finish(database, number, {AGATE: scores(), OPAL: scores(execution=(opal, "100"))})
    question = api.get("/v1/runs/1/raw").json()["items"][0]["question_id"]
    assert isinstance(question, str)
    return question


def test_all_questions_are_listed_in_pages(api: TestClient) -> None:
    listed, address = [], "/v1/questions?limit=7"
    while address:
        page = api.get(address).json()
        listed += page["items"]
        address = page["next"]

    assert [each["question"] for each in listed] == [
        each.id for dimension in Dimension for each in small_bank().of(dimension)
    ]
    assert {each["figures"] for each in listed} == {None}


def test_a_listed_question_has_the_figures_of_its_own_page(api: TestClient, asked: str) -> None:
    listed = next(each for each in api.get("/v1/questions").json()["items"] if each["question"] == asked)
    (wording,) = api.get(f"/v1/questions/{asked}").json()["wordings"]

    assert wording["figures"] == listed["figures"]
    figures = listed["figures"]
    assert (figures["runs"], figures["asked"], figures["scored"]) == (2, 4, 3)
    assert (figures["mean"]["exact"], figures["passed_by"]["shown"]) == ("66.666666667", "50.0")
    assert (figures["models"], figures["simulated"], figures["only_score"]) == (2, 2, None)


def test_a_question_has_every_answer_with_its_run_and_what_it_took(api: TestClient, asked: str) -> None:
    (wording,) = api.get(f"/v1/questions/{asked}").json()["wordings"]

    assert [run["run"] for run in wording["runs"]] == [2, 1]
    found = {(each["run"], each["model"]): each for run in wording["runs"] for each in run["answers"]}
    assert found[1, OPAL]["score"]["exact"] == "0"
    assert (found[2, OPAL]["score"], found[2, OPAL]["state"]) == (None, "unscored")
    assert wording["reasons"] == [{"reason": OUTAGE, "answers": 1}]
    (spent,) = wording["spent"]
    assert (spent["purpose"], spent["calls"], spent["cost_usd"]) == ("ask", 4, "0.003")
    raw = api.get("/v1/runs/2/raw", params={"answer": found[2, OPAL]["answer"]}).json()["items"]
    assert (raw[0]["question_id"], raw[0]["model"]) == (asked, OPAL)


def test_older_runs_are_found_by_the_address_that_a_page_gives(api: TestClient, asked: str) -> None:
    first = api.get(f"/v1/questions/{asked}?limit=1").json()
    second = api.get(first["next"]).json()

    assert [[run["run"] for run in each["wordings"][0]["runs"]] for each in (first, second)] == [[2], [1]]
    assert second["next"] is None


def test_nothing_of_a_question_in_use_is_sent_and_its_prompt_alone_where_it_is_allowed(
    app: FastAPI, api: TestClient, asked: str
) -> None:
    hidden = api.get(f"/v1/questions/{asked}").text
    object.__setattr__(app.state.services, "shows_prompts", True)
    allowed = api.get(f"/v1/questions/{asked}").text

    question = small_bank().by_id[asked]
    assert question.prompt not in hidden
    assert json.loads(hidden)["wordings"][0]["disclosed"] is None
    assert question.prompt in json.loads(allowed)["wordings"][0]["disclosed"]["prompt"][1]["content"]
    for text in (hidden, allowed):
        assert "2 * n" not in text
        assert question.wrong[0].why not in text


def test_an_unknown_question_is_told_as_a_problem(api: TestClient) -> None:
    answer = api.get("/v1/questions/none-such")

    assert (answer.status_code, answer.json()["type"]) == (404, "urn:yz-index:problem:unknown-question")
