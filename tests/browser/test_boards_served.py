"""The big boards as the API serves them: what they hold, and how long the board takes."""

from __future__ import annotations

import httpx2
import pytest

from api.client import Client
from tests.boards import hostile, quarter, year
from tests.browser.weighing import weigh
from tests.serving import Server
from yzindex.records.columns import storable

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

#: Far more than the page may take: a machine that runs other tests is slow.
_GENEROUS_MS = 2_000


# First, for it takes a minute to make, and another process makes the quarter meanwhile.
def test_a_year_of_thirty_models_is_served_in_time(year_board: Server) -> None:
    weight = weigh(year_board.address, "/v1/board")
    with Client(year_board.address) as client:
        board = client.board()

    assert len(board.models) == year.MODELS
    assert board.latest_run == year.DAYS + 1
    assert weight.status == 200
    assert weight.server_ms < _GENEROUS_MS, weight


def test_the_quarter_is_served_with_all_its_models(quarter_board: Server) -> None:
    with Client(quarter_board.address) as client:
        board = client.board()

    assert board.simulated
    assert {each.model for each in board.models} == {each.slug for each in quarter.quarter().characters}
    assert weigh(quarter_board.address, "/v1/board").server_ms < _GENEROUS_MS


def test_every_hostile_answer_can_be_read(hostile_board: Server) -> None:
    with Client(hostile_board.address) as client:
        answers = [answer for number in range(1, 10) for answer in client.raw(number)]

    replies = {answer.reply for answer in answers}
    assert {storable(text) for text in hostile.TEXTS.values()} <= replies


def test_the_models_of_a_hostile_fleet_have_addresses(hostile_board: Server) -> None:
    slugs = [each.slug for each in hostile.hostile().characters]

    answers = [httpx2.get(f"{hostile_board.address}/v1/models/{slug}/history", trust_env=False) for slug in slugs]

    assert [answer.status_code for answer in answers] == [200] * len(slugs)
