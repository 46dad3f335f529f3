"""The board as a page."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from tests.graded import OUTAGE, Scores, finish, scores
from yzindex.records.database import Database

DAY = {"sim/agate": scores(), "sim/opal": scores(execution=("100", "0"))}


def play(browser: TestClient, database: Database, *days: dict[str, Scores]) -> None:
    for day in days:
        finish(database, browser.post("/v1/runs", json={"models": list(day)}).json()["number"], day)


def cells(html: str, model: str) -> dict[str, str]:
    """The words of a model's row, by the heading of their column."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    row = next(each for each in rows if f'href="/models/{model}"' in each and "data-name" in each)
    return {
        name: " ".join(re.sub(r"<[^>]+>", " ", cell).split())
        for name, cell in re.findall(r'data-name="([^"]+)"[^>]*>(.*?)</t[dh]>', row, re.DOTALL)
    }


def test_a_board_without_runs_says_so(browser: TestClient) -> None:
    html = browser.get("/").text

    assert "No run has been concluded yet." in html
    assert "no concluded smoke run yet" in cells(html, "sim/agate")["Five-run mean"]


def test_a_row_has_what_the_run_said_of_its_model(browser: TestClient, database: Database) -> None:
    play(browser, database, DAY, DAY | {"sim/agate": scores(integrity=("0", "0"))})

    found = cells(browser.get("/").text, "sim/agate")

    assert found["Rank"] == "1–2"
    assert found["Five-run mean"] == "87.0 (2 runs)"
    assert found["Today"] == "74.00 c"
    assert found["Change"] == "−26.00"
    assert found["Integrity"] == "P F"


def test_models_whose_intervals_are_not_known_may_have_any_rank(browser: TestClient, database: Database) -> None:
    play(browser, database, DAY, DAY)

    html = browser.get("/").text

    assert {cells(html, model)["Rank"] for model in DAY} == {"1–2"}


def test_an_unscored_question_is_named_with_its_reason_and_is_no_zero(browser: TestClient, database: Database) -> None:
    play(browser, database, DAY, DAY | {"sim/opal": scores(execution=("100", None))})

    html = browser.get("/").text

    assert cells(html, "sim/opal")["Today"] == "100.00 9/10"
    assert f"({OUTAGE})" in html


def test_simulated_models_are_labelled_at_the_top_and_at_their_names(browser: TestClient, database: Database) -> None:
    play(browser, database, DAY)

    html = browser.get("/").text

    assert "<strong>Simulated models.</strong>" in html
    assert cells(html, "sim/agate")["Model"] == "sim/agate simulated"


def test_side_charts_are_labelled_as_assisted(browser: TestClient, database: Database) -> None:
    play(browser, database, DAY)

    html = browser.get("/").text

    assert html.count("<small>AI-assisted</small>") == 2
