"""The report as a page among the others."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.graded import finish, scores
from yzindex.records.database import Database


def test_a_report_stands_in_the_pages_frame_and_its_tables_can_be_scrolled(
    browser: TestClient, database: Database
) -> None:
    number = browser.post("/v1/runs", json={"seed": 1}).json()["number"]
    finish(database, number, {"sim/agate": scores(), "sim/opal": scores()})

    of_run = browser.get(f"/runs/{number}/report").text
    of_model = browser.get(f"/runs/{number}/report?model=sim/opal").text

    for page in (of_run, of_model):
        assert 'aria-label="Pages"' in page
        assert (
            page.count("<table>") == page.count(' of the report" tabindex="0"><table>') == page.count("</table></div>")
        )
        assert "<table>" in page
    assert "sim/agate" in of_run


def test_a_run_that_goes_on_has_no_report_yet(browser: TestClient) -> None:
    number = browser.post("/v1/runs", json={"seed": 1}).json()["number"]

    response = browser.get(f"/runs/{number}/report")

    assert response.status_code == 409
    assert "there is a report once it is concluded" in response.text
