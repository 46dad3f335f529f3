"""GET /v1/runs/{n}/report and /feed.atom: types, ETags, refusals, and a feed that readers accept."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from tests.graded import scores
from tests.judged import confirm, day, flat, judge, move, play
from tests.unit.api.test_problems import problem
from yzindex.drift.words import Word
from yzindex.records.database import Database

AGATE, OPAL = "sim/agate", "sim/opal"
ATOM = "{http://www.w3.org/2005/Atom}"
PAGE = {"accept": "text/html"}


@pytest.fixture
def two_days(database: Database) -> None:
    play(database, {AGATE: flat("80"), OPAL: flat("70")})
    play(database, {AGATE: scores(execution=("50", "100")), OPAL: flat("70")})
    confirm(database, 2, AGATE, since=day(1), on=day(2))
    judge(database, 2, AGATE, on=day(2), word=Word.CONFIRMED_DROP, size="-11.4", since=day(1))
    judge(database, 2, OPAL, on=day(2))


def test_a_report_is_markdown_by_default_and_a_page_on_request(api: TestClient, two_days: None) -> None:
    text, page = api.get("/v1/runs/2/report"), api.get("/v1/runs/2/report", headers=PAGE)

    assert text.headers["content-type"] == "text/markdown; charset=utf-8"
    assert text.text.startswith("# Run #2: One model got worse.\n")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text.startswith("<!doctype html>")
    assert "<h1>Run #2: One model got worse.</h1>" in page.text
    assert api.get("/v1/runs/2/report", headers={"accept": "image/png"}).status_code == 406


def test_a_confirmed_drop_is_said_of_its_model_alone(api: TestClient, two_days: None) -> None:
    agate, opal = (api.get("/v1/runs/2/report", params={"model": model}).text for model in (AGATE, OPAL))

    assert "**confirmed drop since 2026-11-01 of 11.40 points \\[6.40, 16.40\\].**" in agate
    assert "Confirmed on 2026-11-02: the same questions, asked again: 25 worse, 5 better, 50 equal." in agate
    assert "confirmed drop" not in opal
    assert "**steady.**" in opal


def test_an_unchanged_report_is_not_sent_twice(api: TestClient, two_days: None) -> None:
    for address in ("/v1/runs/2/report", "/feed.atom"):
        etag = api.get(address).headers["etag"]

        assert api.get(address, headers={"if-none-match": etag}).status_code == 304


def test_reports_that_are_not_there_are_refused_with_what_to_do(api: TestClient, two_days: None) -> None:
    problem(api.get("/v1/runs/99/report"), 404, "unknown-run")
    problem(api.get("/v1/runs/2/report", params={"model": "nobody"}), 404, "not-in-run")
    api.post("/v1/runs", json={})
    problem(api.get("/v1/runs/3/report"), 409, "not-concluded")


def test_a_run_without_a_verdict_on_it_accuses_nobody_and_says_so(api: TestClient, two_days: None) -> None:
    assert api.get("/v1/runs/1/report").text.startswith("# Run #1: No verdict speaks of this run.\n")


def test_the_feed_has_reports_confirmed_changes_and_moves_as_atom_demands(
    api: TestClient, database: Database, two_days: None
) -> None:
    move(database, since=day(1), on=day(2))

    answer = api.get("/feed.atom")
    feed = ElementTree.fromstring(answer.content)

    assert answer.headers["content-type"].startswith("application/atom+xml")
    entries = feed.findall(f"{ATOM}entry")
    assert sorted(entry.findtext(f"{ATOM}title") or "" for entry in entries) == [
        "Run #1: No verdict speaks of this run.",
        "Run #2: One model got worse.",
        "The questions moved since 2026-11-01: no verdicts on models",
        "sim/agate: confirmed drop since 2026-11-01 of 11.40 points [6.40, 16.40]",
    ]
    ids = [each.findtext(f"{ATOM}id") or "" for each in (feed, *entries)]
    assert len(set(ids)) == 5
    assert all(each.startswith("urn:uuid:") for each in ids)
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    (own,) = feed.findall(f"{ATOM}link")
    assert (own.get("rel"), own.get("href")) == ("self", "http://127.0.0.1:8000/feed.atom")
    for entry in entries:
        assert (entry.findtext(f"{ATOM}updated") or "").endswith("Z")
        content = entry.find(f"{ATOM}content")
        assert content is not None
        assert content.get("type") == "html"
        assert (content.text or "").startswith("<h1>")


def test_an_entry_has_the_title_of_its_report_the_word_on_each_model_and_the_way_there(
    api: TestClient, two_days: None
) -> None:
    report = api.get("/v1/runs/2/report").text.splitlines()

    entries = ElementTree.fromstring(api.get("/feed.atom").content).findall(f"{ATOM}entry")

    (own,) = [each for each in entries if (each.findtext(f"{ATOM}title") or "").startswith("Run #2")]
    assert f"# {own.findtext(f'{ATOM}title')}" == report[0]
    content = own.findtext(f"{ATOM}content") or ""
    for word in ("sim/agate", "(simulated)", "<strong>confirmed drop since 2026-11-01", "For a reason."):
        assert word in content
    link = own.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == "http://127.0.0.1:8000/v1/runs/2/report"


def test_an_entry_keeps_its_id_when_others_come(api: TestClient, database: Database, two_days: None) -> None:
    before = {each.text for each in ElementTree.fromstring(api.get("/feed.atom").content).iter(f"{ATOM}id")}

    play(database, {AGATE: flat("80")})

    after = {each.text for each in ElementTree.fromstring(api.get("/feed.atom").content).iter(f"{ATOM}id")}
    assert before < after


def test_an_empty_feed_is_a_feed(api: TestClient) -> None:
    feed = ElementTree.fromstring(api.get("/feed.atom").content)

    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
    assert feed.findall(f"{ATOM}entry") == []
