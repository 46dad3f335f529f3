"""A board whose every text from outside is hostile, in a real browser: nothing acts, nothing is asked of anybody."""

from __future__ import annotations

import httpx2
import pytest

from tests.browser.accessibility import axe_violations
from tests.browser.conftest import Watched
from tests.browser.pages import pages_of
from tests.browser.pictures import take_pictures, too_wide_for_a_phone
from tests.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

#: Whatever of these is on a page was put there by somebody else.
_NOT_OURS = "iframe, object, embed, form, base, style, script, [onerror], [onload], [onclick], [onmouseover], [style]"
#: Characters that turn the text around them or hide it, wherever they stand on a page.
_HIDDEN = """() => /[\\u202a-\\u202e\\u2066-\\u2069\\u200e\\u200f\\u061c\\u0000-\\u0008\\u001b\\ufeff]/.test(
    document.documentElement.textContent)"""


def answers_of(server: Server) -> list[str]:
    """Addresses of answers with different texts: one of each question of the newest run."""
    with httpx2.Client(base_url=server.address, trust_env=False, timeout=60) as api:
        latest = api.get("/v1/board").json()["latest_run"]
        items = api.get(f"/v1/runs/{latest}/raw?limit=500").json()["items"]
    by_text = {each["reply"]: each["answer_id"] for each in items}
    return [f"/runs/{latest}/answers/{answer_id}" for answer_id in by_text.values()]


def test_nothing_on_any_page_of_a_hostile_board_acts(hostile_board: Server, watched: Watched) -> None:
    paths = [*pages_of(hostile_board.address).values(), *answers_of(hostile_board)]
    watch = watched(hostile_board.address + "/")

    for path in paths:
        # Until its pictures are there too: they would be broken off by the next page.
        watch.page.goto(hostile_board.address + path, wait_until="networkidle")

        assert watch.page.locator(_NOT_OURS).count() == 0, path
        assert not watch.page.evaluate(_HIDDEN), path
        assert too_wide_for_a_phone(watch.page) == [], path
        assert watch.troubles == [], path


def test_a_hostile_answer_can_be_read_by_everybody(hostile_board: Server, watched: Watched) -> None:
    watch = watched(hostile_board.address + "/")

    for number, path in enumerate(answers_of(hostile_board)[:4]):
        watch.page.goto(hostile_board.address + path, wait_until="networkidle")

        assert axe_violations(watch.page) == []
        take_pictures(watch.page, f"hostile-answer-{number}")
