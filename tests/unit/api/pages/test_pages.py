"""What holds of every page: the policy, the ETag, files that are ours, problems that a person can read."""

from __future__ import annotations

import re

from starlette.testclient import TestClient


def test_a_page_may_load_nothing_from_elsewhere_and_has_nothing_inline(browser: TestClient) -> None:
    response = browser.get("/")

    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("style-src", "script-src", "img-src", "connect-src")} == {"'self'"}
    assert not re.search(r"<script(?![^>]* src=)|<style|\son[a-z]+=|\sstyle=", response.text)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", response.text)


def test_a_page_that_is_unchanged_is_not_sent_again(browser: TestClient) -> None:
    first = browser.get("/")

    again = browser.get("/", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.text) == (304, "")


def test_every_file_that_a_page_names_is_there_and_may_be_kept(browser: TestClient) -> None:
    named = re.findall(r'(?:src|href)="(/static/[^"]+)"', browser.get("/").text)

    assert named
    for address in named:
        found = browser.get(address)
        assert found.status_code == 200
        assert "immutable" in found.headers["cache-control"]


def test_a_file_of_another_version_is_not_there(browser: TestClient) -> None:
    assert browser.get("/static/000000000000/style.css").status_code == 404


def test_a_browser_is_told_of_a_problem_on_a_page_and_a_program_by_a_document(browser: TestClient) -> None:
    page = browser.get("/no-such-page")
    document = browser.get("/no-such-page", headers={"accept": "application/json"})
    of_the_api = browser.get("/v1/runs/99")

    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1>Nothing is here</h1>" in page.text
    assert document.json()["title"] == "Nothing is here"
    assert of_the_api.json()["status"] == 404
