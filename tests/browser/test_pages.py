"""Every page in a real browser, on ninety days of twelve models: sound for eyes, screen readers, keyboards, phones."""

from __future__ import annotations

import pytest

from tests.browser.accessibility import axe_violations
from tests.browser.conftest import Watched
from tests.browser.keyboard import walk
from tests.browser.pages import pages_of
from tests.browser.pictures import looks, take_pictures, too_wide_for_a_phone
from tests.browser.weighing import weigh
from tests.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PAGES = (
    "board",
    "runs",
    "run",
    "calibration",
    "answer",
    "model",
    "longest name",
    "comparison",
    "report",
    "report on a model",
    "questions",
    "question",
    "fleet",
    "about",
)
#: Not what a page may take where nothing else runs, which is a fifth of it: tests run beside others, on any machine.
#: A page that goes through everything that was ever answered is noticed all the same.
BOARD_MS, ANY_MS = 1000, 1500
MOST_BOARD_KIB = 300


@pytest.fixture(scope="module")
def addresses(quarter_board: Server) -> dict[str, str]:
    found = pages_of(quarter_board.address)
    assert tuple(found) == PAGES
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_in_light_and_dark_wide_and_on_a_phone(
    quarter_board: Server, addresses: dict[str, str], watched: Watched, name: str
) -> None:
    watch = watched(quarter_board.address + addresses[name])
    watch.page.wait_for_load_state("networkidle")

    with looks(watch.page) as each_look:
        violations = {look: found for look in each_look if (found := axe_violations(watch.page))}

    assert violations == {}
    assert too_wide_for_a_phone(watch.page) == []
    take_pictures(watch.page, name.replace(" ", "-"))


@pytest.mark.parametrize("name", ["board", "run", "model", "comparison", "questions", "question", "fleet"])
def test_a_page_is_walked_by_the_tab_key_alone(
    quarter_board: Server, addresses: dict[str, str], watched: Watched, name: str
) -> None:
    watch = watched(quarter_board.address + addresses[name])

    stops = walk(watch.page)

    assert stops[0].name == "Skip to the content"
    assert [fault for stop in stops for fault in stop.faults] == []


def test_a_page_reads_the_same_without_javascript(
    quarter_board: Server, addresses: dict[str, str], watched: Watched
) -> None:
    watch = watched(quarter_board.address + addresses["board"])
    assert watch.page.locator("script").count() == 0
    assert watch.page.locator("table.board tbody tr").count() == 12


def test_the_board_is_light_and_soon_there(quarter_board: Server) -> None:
    weight = weigh(quarter_board.address, "/")

    print(weight)
    assert weight.status == 200
    assert weight.kib <= MOST_BOARD_KIB
    assert weight.server_ms <= BOARD_MS


def test_a_year_of_thirty_models_keeps_every_page_quick(year_board: Server) -> None:
    weights = [weigh(year_board.address, path, requests=3) for path in pages_of(year_board.address).values()]

    print(*weights, sep="\n")
    assert {weight.status for weight in weights} == {200}
    assert [str(weight) for weight in weights if weight.server_ms > ANY_MS] == []
