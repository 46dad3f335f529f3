"""Runs as pages: the list, a run while it goes on and after it, and what can be taken away."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from starlette.testclient import TestClient

from tests.graded import OUTAGE, finish, scores
from yzindex.records import grid_view
from yzindex.records.database import Database


@pytest.fixture
def number(browser: TestClient) -> int:
    return int(browser.post("/v1/runs", json={"seed": 1}).json()["number"])


def test_a_run_that_goes_on_is_followed_with_and_without_javascript(browser: TestClient, number: int) -> None:
    html = browser.get(f"/runs/{number}").text

    assert f'data-events="/v1/runs/{number}/events"' in html
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in html
    assert "0 of 20 answered, 0 graded, 0 unscored" in html


def test_a_run_that_has_ended_is_not_followed(browser: TestClient, database: Database, number: int) -> None:
    finish(database, number, {"sim/agate": scores(), "sim/opal": scores()})

    html = browser.get(f"/runs/{number}").text

    assert "data-events" not in html
    assert "refresh" not in html
    assert "<script" not in html


def test_every_answer_has_a_cell_that_leads_to_it_and_what_is_missing_is_no_zero(
    browser: TestClient, database: Database, number: int
) -> None:
    finish(database, number, {"sim/agate": scores(), "sim/opal": scores(execution=("0", None))})

    html = browser.get(f"/runs/{number}").text

    cells = re.findall(rf'<a href="(/runs/{number}/answers/\d+)" title="([^"]*)">([^<]+)<', html)
    assert len({address for address, _, _ in cells}) == 20
    shown = [text for _, _, text in cells]
    assert (shown.count("×"), shown.count("0")) == (1, 1)
    assert (OUTAGE, "×") in {(title, text) for _, title, text in cells}
    assert all(browser.get(address).status_code == 200 for address, _, _ in cells)


def test_a_run_of_too_many_answers_says_where_they_are(
    browser: TestClient, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid_view, "MOST_ANSWERS", 19)

    assert "which are not shown one by one" in browser.get(f"/runs/{number}").text


def test_the_raw_data_can_be_taken_away_as_table_and_as_lines(browser: TestClient, number: int) -> None:
    table, lines = browser.get(f"/runs/{number}/raw.csv"), browser.get(f"/runs/{number}/raw.jsonl")

    assert len(list(csv.DictReader(io.StringIO(table.text)))) == 20
    assert len([json.loads(line) for line in lines.text.splitlines()]) == 20
    assert table.headers["content-disposition"] == f'attachment; filename="run-{number}.csv"'
    assert browser.get("/runs/99/raw.csv").status_code == 404


def test_runs_are_listed_from_the_newest_page_by_page(browser: TestClient) -> None:
    for seed in range(1, 53):
        browser.post("/v1/runs", json={"seed": seed, "models": ["sim/agate"]})

    first = browser.get("/runs").text
    address = re.findall(r'href="(/runs\?before=\d+)"', first)[0]
    second = browser.get(address).text

    assert [re.findall(r'href="/runs/(\d+)"', html)[0] for html in (first, second)] == ["52", "2"]
    assert "?before=" not in second


def test_a_run_that_nobody_knows_is_told_on_a_page(browser: TestClient) -> None:
    response = browser.get("/runs/99")

    assert response.status_code == 404
    assert "there is no Run #99" in response.text
