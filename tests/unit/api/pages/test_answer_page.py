"""One answer as a page: all of it, and harmless whatever it is."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from api.pages.answer import MOST_SHOWN
from yzindex.records.database import Database
from yzindex.records.states import AnswerState, Purpose
from yzindex.records.tables import Answer, StoredCall, now

#: Each would do something to a page that took it for its own.
HOSTILE = {
    "a script": "<script>alert(1)</script>",
    "an image that calls": '<img src=x onerror="alert(1)">',
    "the end of its element": "</pre></section></main><h1>Run #1 is forged</h1>",
    "an attribute's end": "\" onmouseover='alert(1)' x=\"",
    "a Markdown link": "[click](javascript:alert(1)) ![i](http://192.0.2.1/i.png)",
    "colours of a terminal": "\x1b[2J\x1b[31mred",
    "text that runs backwards": "\u202egnp.exe \u2066hidden\u2069",
    "a template": "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "an entity": "&lt;b&gt; &#x3c;b&#x3e;",
}


class Outline(HTMLParser):
    """The elements of a page with the names of their attributes, and the words between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(sorted(name for name, _ in attrs))))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def answer_id(browser: TestClient, database: Database) -> int:
    browser.post("/v1/runs", json={"seed": 1})
    with database.read() as session:
        found = session.exec(select(Answer.id).order_by(col(Answer.id)).limit(1)).one()
    assert found is not None
    return found


def say(database: Database, answer_id: int, text: str) -> None:
    """Let everything that comes from outside be this text."""
    with database.write() as session:
        answer = session.get_one(Answer, answer_id)
        answer.state, answer.ended_at = AnswerState.GRADED, now()
        answer.reply = answer.finish_reason = answer.model_returned = answer.reason = text
        answer.cases = [{"name": text, "passed": False, "verdict": text, "detail": text}]
        session.add(
            StoredCall(
                answer_id=answer_id,
                purpose=Purpose.ASK,
                provider="sim",
                model_asked="sim/agate",
                model_returned=text,
                finish_reason=text,
                errors={text: 2},
                error=text,
            )
        )


def test_an_answer_shows_what_was_asked_what_came_back_and_what_it_took(
    browser: TestClient, database: Database, answer_id: int
) -> None:
    say(database, answer_id, "plain words")

    html = Outline(browser.get(f"/runs/1/answers/{answer_id}").text)

    assert "Write `double`, version" in html.text
    assert "2 × plain words" in html.text
    assert html.text.count("plain words") >= 8


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_a_model_says_makes_no_element_and_no_attribute(
    browser: TestClient, database: Database, answer_id: int, text: str
) -> None:
    say(database, answer_id, "plain")
    plain = Outline(browser.get(f"/runs/1/answers/{answer_id}").text)

    say(database, answer_id, text)
    html = browser.get(f"/runs/1/answers/{answer_id}").text

    hostile = Outline(html)
    assert set(hostile.elements) - set(plain.elements) <= {("span", ("class", "title"))}
    assert not set("\x1b\u202e\u2066\u2069") & set(html)


def test_a_megabyte_on_one_line_is_cut_and_the_rest_is_named(
    browser: TestClient, database: Database, answer_id: int
) -> None:
    say(database, answer_id, "x" * 1_000_000)

    response = browser.get(f"/runs/1/answers/{answer_id}")

    assert response.status_code == 200
    assert f"{1_000_000 - MOST_SHOWN} more characters are in the" in response.text


def test_an_answer_is_found_under_its_own_run_alone(browser: TestClient, answer_id: int) -> None:
    browser.post("/v1/runs", json={"seed": 2})

    assert browser.get(f"/runs/2/answers/{answer_id}").status_code == 404
    assert browser.get("/runs/1/answers/999999999999999999999").status_code == 404
