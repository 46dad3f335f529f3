"""What the board can see, over HTTP and on its page: as of when, from what, and why nothing."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from starlette.testclient import TestClient

from tests.graded import finish, scores
from tests.seen import see
from yzindex.records.database import Database

TODAY = date(2026, 11, 23)
SEEN = "a 10-point drop within 6 days (9 times in 10), a 20-point drop within 3; a 5-point drop: not within 28 days."
NOT_YET = "it is worked out once a run of the day has concluded and none is open"
BASIS = (
    "Simulated in models and on questions like these, from 1,234 scored answers up to Run #1. Found within 14 days: "
    "1 of 10 falls of 5 points [2 %, 40 %], 10 of 10 falls of 10 points [72 %, 100 %], "
    "10 of 10 falls of 20 points [72 %, 100 %]."
)


@pytest.fixture
def run(database: Database, api: TestClient) -> int:
    """A concluded run of the day."""
    number: int = api.post("/v1/runs", json={}).json()["number"]
    finish(database, number, {"sim/agate": scores(), "sim/opal": scores()})
    return number


def sight(api: TestClient) -> dict[str, Any]:
    with time_machine.travel(datetime(2026, 11, 23, 9, tzinfo=UTC), tick=False):
        found = api.get("/v1/board").json()["sight"]
    assert isinstance(found, dict)
    return found


def page(browser: TestClient) -> str:
    """The page's words."""
    with time_machine.travel(datetime(2026, 11, 23, 9, tzinfo=UTC), tick=False):
        return " ".join(re.sub(r"<[^>]+>", " ", browser.get("/").text).split())


def test_what_is_seen_today_is_one_sentence_and_its_counts(api: TestClient, database: Database, run: int) -> None:
    see(database, on=TODAY, last_run=run)

    found = sight(api)

    assert (found["day"], found["told"]) == ("2026-11-23", f"What this board can see today: {SEEN}")
    assert found["basis"] == BASIS
    assert [(each["points"], each["nine_in_ten_within_days"], each["found_soon"]) for each in found["falls"]] == [
        (5, None, 1),
        (10, 6, 10),
        (20, 3, 10),
    ]
    assert found["falls"][0]["share_soon"] == [0.1, 0.018, 0.404]
    assert found["falls"][0]["found_on_days"] == [7, 20]
    assert {each["simulated_falls"] for each in found["falls"]} == {10}
    assert (found["runs"], found["answers"], found["models"], found["daily_questions"]) == (2, 1234, 2, 4)
    assert (found["last_run"], found["seed"], found["analysis_version"]) == (run, 1, "5")
    assert (found["simulated"], found["asks_again"], found["reason"]) == (True, True, None)


def test_what_was_seen_on_another_day_says_which(api: TestClient, database: Database, run: int) -> None:
    see(database, on=date(2026, 11, 21), last_run=run, found={10: []})
    see(database, on=date(2026, 11, 22), last_run=run)

    assert sight(api)["told"] == f"What this board can see as of 22 November 2026: {SEEN}"


def test_what_is_still_worked_out_is_not_shown_before_it_is_done(api: TestClient, database: Database, run: int) -> None:
    see(database, on=date(2026, 11, 22), last_run=run)
    see(database, on=TODAY, last_run=run, found={10: [1]}, finished=False)

    assert sight(api)["day"] == "2026-11-22"


def test_before_the_first_day_it_says_when_there_will_be_something(api: TestClient) -> None:
    found = sight(api)

    assert (
        found["told"]
        == "What this board can see: not known (it is worked out once a run of the day has concluded and none is open)."
    )
    assert (found["day"], found["falls"], found["basis"]) == (None, [], None)


def test_too_little_evidence_is_said_with_its_reason_and_without_figures(
    api: TestClient, browser: TestClient, database: Database, run: int
) -> None:
    see(database, on=TODAY, last_run=run, found={}, reason="not enough evidence: of nobody")

    found = sight(api)

    assert found["told"] == "What this board can see today: not known (not enough evidence: of nobody)."
    assert (found["reason"], found["falls"], found["basis"]) == ("not enough evidence: of nobody", [], None)
    assert found["told"] in page(browser)
    assert "Simulated in models" not in page(browser)


def test_the_page_says_the_same_at_its_foot_beside_the_record(
    browser: TestClient, database: Database, run: int
) -> None:
    see(database, on=TODAY, last_run=run)

    words = page(browser)

    foot = words[words.index("How far to trust this board") :]
    assert f"What this board can see today: {SEEN} {BASIS}" in foot
    assert "False alarms allowed: 1 per model-year. Since the start: 0 in 0.0 model-years." in foot
    assert "Verdicts settled later: 0, of which held 0 and overturned 0." in foot
    assert "A single day is no basis for a decision." in foot


def test_the_board_opens_with_the_same_answer_over_http_as_on_its_page(
    api: TestClient, browser: TestClient, run: int
) -> None:
    board = api.get("/v1/board").json()

    assert board["morning"]
    assert board["morning"] in page(browser)
    assert [each["name"] for each in board["facts"]] == ["Graders", "Question pool", "Coverage", "Spent"]
    assert [each["told"] for each in board["facts"]][2:] == ["20 of 20 answers", "$0.02"]
