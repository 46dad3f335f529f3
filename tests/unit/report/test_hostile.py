"""What a model, a provider or a bank wrote cannot become markup, in Markdown or in HTML, nor make an article long."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from api.shapes.feed import atom_of
from api.shapes.reports import as_document, as_fragment, as_markdown
from tests.published_board import nine_board
from yzindex.records.database import Database
from yzindex.records.feed_view import news
from yzindex.records.report_view import run_facts
from yzindex.records.tables import Answer, Evaluation, Run
from yzindex.report.html import fragment_of

UTC = ZoneInfo("UTC")
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[here](javascript:alert(1)) ![p](http://evil.example/p.png)",
    "\x1b[31mred\x1b[0m \x07",
    "\u202egnp.exe\u2066 \u200f",
    "# heading\n\n- item\n\n1. one\n\n> quoted\n\n| a | b |\n| - | - |",
    "https://evil.example www.evil.example a@evil.example &lt;b&gt; &#60;i&#62;",
    "**bold** _it_ `code` ~~gone~~ \\",
    "[ref]: http://evil.example\n[ref]",
    "1) x",
    "--- ",
    "a" * 1_000_000,
]
#: What our own articles consist of; anything else would have come from outside.
ELEMENTS = {"h1", "h2", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "a", "img", "strong"}
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}}


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", {}))


def elements(html: str) -> Elements:
    parser = Elements()
    parser.feed(html)
    parser.close()
    return parser


@pytest.fixture(scope="module")
def hostile(new_database: Callable[[], Database]) -> Database:
    """A board all of whose foreign texts are hostile, each model and each question another one."""
    database = new_database()
    nine_board(database)
    with database.write() as session:
        for evaluation in session.exec(select(Evaluation)).all():
            evaluation.model = HOSTILE[int(evaluation.model[-1])]
        for number, answer in enumerate(session.exec(select(Answer)).all()):
            answer.question_id = HOSTILE[number % len(HOSTILE)]
            answer.model_returned = HOSTILE[(number + 1) % len(HOSTILE)]
            answer.reason = HOSTILE[(number + 2) % len(HOSTILE)]
            answer.verdict = HOSTILE[(number + 3) % len(HOSTILE)]
        for run in session.exec(select(Run)).all():
            run.bank_version = run.grader_version = run.judge_set_version = run.software_version = HOSTILE[
                run.number or 0
            ]
    return database


def articles(database: Database) -> list[tuple[int, str | None]]:
    return [(number, model) for number in (2, 3, 4) for model in (None, *HOSTILE[:9])]


def test_an_article_with_hostile_texts_has_only_elements_and_attributes_of_ours(hostile: Database) -> None:
    for number, model in articles(hostile):
        found = elements(as_fragment(run_facts(hostile, UTC, number), model)).found

        assert {tag for tag, _ in found} <= ELEMENTS
        for tag, attributes in found:
            assert set(attributes) <= ATTRIBUTES.get(tag, set())
            for name in ("href", "src"):
                assert attributes.get(name, "/v1/").startswith(("/v1/", "/questions/"))  # type: ignore[union-attr]


def test_hostile_texts_are_shown_as_they_are_and_not_lost(hostile: Database) -> None:
    shown = elements(as_fragment(run_facts(hostile, UTC, 4))).text

    assert "<script>alert(1)</script>" in shown
    assert "**bold** _it_ `code` ~~gone~~ \\" in shown
    assert "&#60;i&#62;" in shown
    assert "\\x1b[31mred\\x1b[0m \\x07" in shown


def test_no_control_or_direction_character_is_left_and_a_long_line_is_cut(hostile: Database) -> None:
    for number, model in articles(hostile):
        text = as_markdown(run_facts(hostile, UTC, number), model)

        assert all(each.isprintable() for each in text.replace("\n", ""))
        assert max(map(len, text.split("\n"))) < 2500
        assert "a" * 200 not in text


def test_hostile_texts_make_no_line_that_begins_a_block_of_their_own(hostile: Database) -> None:
    ours = r"#{1,2} |- |\| |!\[|\*\*|Run |Source: |Since |False |Nothing |Changes |No |Passed is |What |There "

    for number, model in articles(hostile):
        lines = as_markdown(run_facts(hostile, UTC, number), model).split("\n")

        assert [line for line in lines if line and not re.match(ours, line)] == []


def test_links_and_pictures_that_lead_out_of_the_stack_are_not_made_by_any_markdown() -> None:
    for address in ("http://evil.example/x", "//evil.example/x", "javascript:alert(1)", "data:text/html,x", "/\\evil"):
        found = elements(fragment_of(f"[a]({address}) ![b]({address}) <{address}>\n")).found

        assert {tag for tag, _ in found} == {"p"}


def test_a_page_and_a_feed_with_hostile_texts_are_well_formed(hostile: Database) -> None:
    page = elements(as_document(run_facts(hostile, UTC, 4)))
    feed = ElementTree.fromstring(atom_of(news(hostile, UTC), "http://127.0.0.1:8000"))

    assert "script" not in {tag for tag, _ in page.found}
    contents = [each.text or "" for each in feed.iter("{http://www.w3.org/2005/Atom}content")]
    assert len(contents) == 4
    assert {tag for content in contents for tag, _ in elements(content).found} <= ELEMENTS
