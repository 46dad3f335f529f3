"""The client: what it makes of answers that are not the API's, and how it waits."""

from __future__ import annotations

import itertools

import httpx2
import pytest
from starlette.testclient import TestClient

from api.client import ApiRefused, ApiUnreachable, Client
from api.shapes.runs import RunRequest
from tests.graded import finish, scores
from yzindex.records.database import Database
from yzindex.records.states import RunKind


def answering(status: int, content: bytes, **headers: str) -> Client:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(status, content=content, headers=headers))
    return Client("http://127.0.0.1:9", transport=transport)


def inside(api: TestClient) -> Client:
    """A client of the application in this process; counts the answers that had a body."""
    client = Client("http://127.0.0.1:9")
    client._http.close()
    client._http = api
    return client


@pytest.mark.parametrize(("status", "content"), [(200, b"<html>"), (200, b"{}"), (404, b"nginx"), (502, b"")])
def test_something_else_at_the_address_is_not_taken_for_the_api(status: int, content: bytes) -> None:
    with answering(status, content) as client, pytest.raises(ApiUnreachable, match=r"not this API.*YZ_API_URL"):
        client.run(1)


def test_a_problem_is_raised_with_its_reason_and_what_to_do(api: TestClient) -> None:
    with pytest.raises(ApiRefused, match=r"(?s)No such run: there is no Run #7.*GET /v1/runs lists all runs") as caught:
        inside(api).run(7)

    assert caught.value.problem.status == 404


def test_nothing_at_the_address_says_how_to_start_it() -> None:
    with Client("http://127.0.0.1:9") as client, pytest.raises(ApiUnreachable, match="start it with `yz up`"):
        client.board()


def test_waiting_gives_each_state_once_and_ends_with_the_run(api: TestClient, database: Database) -> None:
    client = inside(api)
    number = client.submit(RunRequest(models=["sim/agate"])).number
    polls = itertools.count()

    def sleep(_: float) -> None:
        if next(polls) == 3:
            finish(database, number, {"sim/agate": scores()})

    states = [run.status for run in client.wait(number, sleep=sleep)]

    assert states == ["pending", "concluded"]
    assert next(polls) == 4


def test_all_pages_of_raw_answers_are_read(api: TestClient) -> None:
    client = inside(api)
    number = client.submit(RunRequest(kind=RunKind.FULL)).number

    answers = list(client.raw(number))

    assert [answer.answer_id for answer in answers] == list(range(1, 61))
