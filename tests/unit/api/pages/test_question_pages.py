"""The pages of questions: their figures, what is hidden of them, and where they lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import time_machine
from sqlmodel import col, select, update
from starlette.testclient import TestClient

from api.app import create_app
from api.pages import questions as questions_page
from tests.graded import OUTAGE, answer_all_open, finish, scores
from tests.rows import FLEET, confirm, confirmation, question, small_bank
from tests.unit.api.conftest import NotingBroker
from tests.unit.api.pages.test_answer_page import HOSTILE, Outline
from yzindex.bank.files import Bank
from yzindex.dimensions import Dimension
from yzindex.records.database import Database
from yzindex.records.tables import Answer, StoredQuestion
from yzindex.settings import Settings

AGATE, OPAL = "sim/agate", "sim/opal"
HIDDEN = "Hidden, because the question is still asked"


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def play(browser: TestClient, database: Database, agate: str | None = "100", opal: str | None = "0") -> int:
    """Order the same draw again, answer it, and give the run's number."""
    number = int(browser.post("/v1/runs", json={"seed": 1}).json()["number"])
    finish(
        database,
        number,
        {AGATE: scores(execution=(agate, "100")), OPAL: scores(execution=(opal, "100"))},
    )
    return number


def first_question(database: Database) -> str:
    """The one whose scores `play` sets."""
    with database.read() as session:
        return session.exec(select(Answer.question_id).order_by(col(Answer.id)).limit(1)).one()


def served(settings: Settings, bank: Bank) -> Iterator[TestClient]:
    app = create_app(settings, bank=bank, fleet=FLEET, broker=NotingBroker())
    with TestClient(app, raise_server_exceptions=False, headers={"accept": "text/html"}) as client:
        yield client


@pytest.fixture
def emptied(settings: Settings, database: Database) -> Iterator[TestClient]:
    """The application of a bank that has other questions."""
    yield from served(settings, Bank(version="other", questions=(question(Dimension.EXECUTION, 99),)))


@pytest.fixture
def telling(settings: Settings, database: Database) -> Iterator[TestClient]:
    """The application of somebody who lets prompts be seen."""
    yield from served(settings.model_copy(update={"show_prompts": True}), small_bank())


def test_the_list_has_every_question_of_the_bank_by_dimension_before_any_was_asked(browser: TestClient) -> None:
    html = browser.get("/questions").text

    listed = re.findall(r'<th scope="row">\s*<a href="/questions/([^"]+)"', html)
    assert listed == [each.id for dimension in Dimension for each in small_bank().of(dimension)]
    assert "0 runs" in html


def test_a_row_of_the_list_says_how_hard_a_question_was(browser: TestClient, database: Database) -> None:
    play(browser, database)
    play(browser, database, opal="100")
    asked = first_question(database)

    rows = re.findall(r"<tr>(.*?)</tr>", browser.get("/questions").text, re.DOTALL)

    told = words(next(row for row in rows if f'href="/questions/{asked}"' in row))
    assert told == f"{asked} 75 % of 2, simulated 75.0 2 runs easier algorithm"


def test_a_list_of_many_questions_comes_in_pages(browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions_page, "ON_A_PAGE", 20)

    pages = [browser.get(f"/questions?page={number}").text for number in (1, 2, 3)]

    listed = [re.findall(r'<th scope="row">\s*<a href="/questions/([^"]+)"', html) for html in pages]
    assert [len(each) for each in listed] == [20, 10, 0]
    assert {*listed[0], *listed[1]} == {each.id for each in small_bank().questions}
    assert ['rel="next"' in html for html in pages] == [True, False, False]


def test_a_question_shows_each_models_answers_and_each_run(browser: TestClient, database: Database) -> None:
    runs = [play(browser, database), play(browser, database, agate="40")]

    html = browser.get(f"/questions/{first_question(database)}").text

    told = words(html)
    assert "Asked in 2 runs, the last of them Run&nbsp;#2" in told
    assert "Mean score 35.0 of 100" in told
    assert "Models pass it 25 % of 2 models, all of them simulated" in told
    assert f"{AGATE} simulated 70.0 50 % 2 of 2 40 by {AGATE} in Run #2" in told
    cells = re.findall(r'<a href="/runs/(\d+)/answers/(\d+)">', html)
    assert {int(run) for run, _ in cells} == set(runs)
    assert all(browser.get(f"/runs/{run}/answers/{answer}").status_code == 200 for run, answer in cells)


def test_the_course_of_a_question_is_drawn_once_it_was_asked_on_two_days(
    browser: TestClient, database: Database
) -> None:
    charts = []
    for day in ("2026-03-01", "2026-03-02"):
        with time_machine.travel(f"{day}T03:00Z", tick=False):
            play(browser, database)
        charts.append(browser.get(f"/questions/{first_question(database)}").text.count('<svg class="history"'))

    assert charts == [0, 1]


def test_an_unscored_answer_is_no_zero_and_has_its_reason(browser: TestClient, database: Database) -> None:
    play(browser, database, agate="80", opal=None)

    told = words(browser.get(f"/questions/{first_question(database)}").text)

    assert "Mean score 80.0 of 100" in told
    assert "Answers 2: 1 scored, 1 not, which are no zeros" in told
    assert f"1 × {OUTAGE}" in told
    assert f"× by {OPAL} in Run #1" in told


def test_what_a_confirmation_asks_is_in_no_figure(browser: TestClient, database: Database) -> None:
    play(browser, database)
    asked = first_question(database)
    before = (browser.get(f"/questions/{asked}").text, browser.get("/questions").text)
    answer_all_open(database, confirm(database, confirmation([small_bank().by_id[asked]])))

    after = (browser.get(f"/questions/{asked}").text, browser.get("/questions").text)

    assert after == before


def test_answers_to_two_wordings_are_never_counted_together(
    settings: Settings, browser: TestClient, database: Database
) -> None:
    play(browser, database, agate="100", opal="100")
    asked = first_question(database)
    bank = small_bank()
    reworded = [
        each.model_copy(update={"prompt": "Other words."}) if each.id == asked else each for each in bank.questions
    ]
    for later in served(settings, Bank(version="test", questions=tuple(reworded))):
        play(later, database, agate="0", opal="0")

        html = later.get(f"/questions/{asked}").text
        listed = later.get("/questions").text

    sections = [words(part) for part in html.split('<section aria-labelledby="w-')[1:]]
    assert [("today" in part, "Mean score 0.0" in part, "Mean score 100.0" in part) for part in sections] == [
        (True, True, False),
        (False, False, True),
    ]
    assert "reworded" in next(row for row in listed.split("<tr>") if f"/questions/{asked}" in row)


def test_the_prompt_of_a_question_in_use_is_on_no_page_of_it(browser: TestClient, database: Database) -> None:
    play(browser, database)

    for asked in small_bank().questions:
        html = browser.get(f"/questions/{asked.id}").text

        assert HIDDEN in html
        assert "Write `double`" not in html
        assert "double(n)" not in html


def test_a_setting_shows_prompts_and_never_what_is_right(telling: TestClient) -> None:
    html = telling.get("/questions/execution-000").text

    assert "Write `double`, version 0." in html
    assert HIDDEN not in html
    assert "2 * n" not in html
    assert "entry_point" not in html


def test_a_question_that_the_bank_has_no_more_is_retired_and_its_prompt_shown(
    browser: TestClient, emptied: TestClient, database: Database
) -> None:
    play(browser, database)
    asked = first_question(database)

    html = emptied.get(f"/questions/{asked}").text

    assert "retired" in html
    assert "Write `double`, version" in html
    assert "return 2 * n" not in html
    rows = emptied.get("/questions").text.split("<tr>")
    assert "retired" in next(row for row in rows if f"/questions/{asked}" in row)
    assert "11 questions: 1 of bank other, and 10 that it has no more, which are retired" in rows[0]
    assert HIDDEN in emptied.get("/questions/execution-099").text


def test_a_question_that_nobody_knows_is_told_on_a_page(browser: TestClient) -> None:
    response = browser.get("/questions/none-such")

    assert response.status_code == 404
    assert "<h1>No such question</h1>" in response.text


def test_older_runs_are_on_further_pages(
    browser: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.pages.question._LISTED", 2)
    for _ in range(3):
        play(browser, database)
    asked = first_question(database)

    first = browser.get(f"/questions/{asked}").text
    (older,) = re.findall(rf'href="(/questions/{asked}\?before=\d+)" rel="next"', first)
    second = browser.get(older).text

    grids = [re.findall(r'<th scope="row">\s*<a href="/runs/(\d+)"', html) for html in (first, second)]
    assert grids == [["3", "2"], ["1"]]
    assert 'rel="next"' not in second
    assert "Asked in 3 runs" in words(second)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_an_id_or_a_reason_is_makes_no_element_and_no_attribute(
    browser: TestClient, database: Database, text: str
) -> None:
    play(browser, database, opal=None)
    rename(database, first_question(database), "plain")
    plain = [Outline(browser.get(page).text) for page in pages_naming("plain")]
    rename(database, "plain", text)

    answers = [browser.get(page) for page in pages_naming(text)]

    for answer, before in zip(answers, plain, strict=True):
        assert answer.status_code == 200
        assert set(Outline(answer.text).elements) - set(before.elements) <= {("span", ("class", "title"))}
        assert not set("\x1b\u202e\u2066\u2069") & set(answer.text)


def pages_naming(question_id: str) -> tuple[str, ...]:
    return (f"/questions/{quote(question_id)}", "/questions", "/runs/1", "/")


def rename(database: Database, asked: str, text: str) -> None:
    with database.write() as session:
        session.exec(update(StoredQuestion).where(col(StoredQuestion.question_id) == asked).values(question_id=text))
        session.exec(update(Answer).where(col(Answer.question_id) == asked).values(question_id=text, reason=text))


@pytest.mark.parametrize("page", ["/", "/runs/1", "/runs/1/report?model=sim/opal"])
def test_a_question_is_found_from_where_it_is_named(browser: TestClient, database: Database, page: str) -> None:
    play(browser, database, opal=None)
    asked = first_question(database)

    html = browser.get(page).text

    assert f'<a href="/questions/{asked}">' in html


def test_an_answer_leads_to_its_question(browser: TestClient, database: Database) -> None:
    play(browser, database)
    asked = first_question(database)

    assert f'<a href="/questions/{asked}">' in browser.get("/runs/1/answers/1").text
