"""Pages on a model, on a board that was played through the real analysis."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from tests.played import PlayedBoard
from yzindex.records.database import Database
from yzindex.records.migrating import migrate
from yzindex.records.model_view import model_view
from yzindex.records.verdict_view import verdicts_of_day
from yzindex.settings import Settings

DAYS = 12


class NoBroker:
    def dispatch(self, run_number: int) -> bool:
        return False

    def broker_trouble(self) -> str | None:
        return None

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("played"))


@pytest.fixture(scope="module")
def database(settings: Settings) -> Iterator[Database]:
    """A calibration and some days after it; nobody is asked again."""
    database = Database(settings.database_address)
    migrate(database)
    board = PlayedBoard(database, models=6, seed=5, settings=Settings(reask_after_s=0, ask_again=False), per_tier=11)
    board.calibrate()
    for _ in range(DAYS):
        board.play_day()
    yield database
    database.close()


@pytest.fixture(scope="module")
def browser(settings: Settings, database: Database) -> Iterator[TestClient]:
    from tests.played import bank, fleet

    app = create_app(settings, bank=bank(11), fleet=fleet(6), broker=NoBroker())
    with TestClient(app, raise_server_exceptions=False, headers={"accept": "text/html"}) as client:
        yield client


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_model_is_shown_with_its_verdict_its_terms_and_its_course(browser: TestClient, database: Database) -> None:
    for view in verdicts_of_day(database).verdicts:
        page = browser.get(f"/models/{view.model}").text

        assert view.terms is not None
        assert view.evidence in words(page)
        assert view.advice in words(page)
        assert "what the other models moved by beyond that" in page
        assert f"/compare?model=sim%2F{view.model[4:]}&amp;run_a={view.terms.compared_run}&amp;run_b=" in page
        assert page.count("<circle") >= DAYS
        assert 'class="band"' in page


def test_the_picture_and_the_comparison_that_a_model_names_are_there(browser: TestClient) -> None:
    page = browser.get("/models/sim/m1").text
    (query,) = set(re.findall(r'/compare\?([^"]+)"', page))

    comparison = browser.get(f"/compare?{html.unescape(query)}")

    assert comparison.status_code == 200
    assert browser.get(f"/v1/compare.svg?{html.unescape(query)}").status_code == 200
    terms = re.search(
        r"([+−][\d.]+) = draw ([+−][\d.]+) \+ everyone ([+−][\d.]+) \+ rest ([+−][\d.]+)", comparison.text
    )
    assert terms
    change, *parts = (Decimal(each.replace("−", "-")) for each in terms.groups())
    assert abs(change - sum(parts)) <= Decimal("0.02")


def test_a_course_has_every_run_of_the_days_in_their_order(database: Database) -> None:
    found = model_view(database, "sim/m2")

    assert len(found.course) == DAYS
    assert [run.run_number for run in found.course] == sorted(run.run_number for run in found.course)
    assert all(len(scores) == DAYS for scores in found.dimensions.values())
    assert all(run.expected is not None for run in found.course[1:])


def test_a_model_that_nobody_knows_is_told_on_a_page(browser: TestClient) -> None:
    response = browser.get("/models/sim/nobody")

    assert response.status_code == 404
    assert "no run has asked a model of this name" in response.text


def test_the_board_of_played_days_ranks_by_ranges_that_hold_the_rank(browser: TestClient) -> None:
    board = browser.get("/v1/board", headers={"accept": "application/json"}).json()
    rows = re.findall(r'class="rank">(\d+)(?:–(\d+))?<', browser.get("/").text)

    assert len(rows) == 6
    for each, (best, worst) in zip(board["models"], rows, strict=True):
        assert int(best) <= each["rank"] <= int(worst or best)
