"""Removing a container from an engine that refuses at first."""

from __future__ import annotations

from http import HTTPStatus
from unittest.mock import Mock

import pytest
from docker.errors import APIError, NotFound
from requests import Response

from sandbox import SandboxUnavailable
from sandbox.engine import REMOVE_TRIES, remove


def refusal(status: int) -> APIError:
    response = Response()
    response.status_code = status
    return APIError("Could not kill running container, cannot remove", response=response)


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.engine.REMOVE_AGAIN_AFTER_S", 0)


def test_a_container_that_ends_while_it_is_killed_is_removed_at_the_next_try() -> None:
    client = Mock()
    client.remove_container.side_effect = [refusal(HTTPStatus.INTERNAL_SERVER_ERROR), None]

    remove(client, "c0ffee")

    assert client.remove_container.call_count == 2


@pytest.mark.parametrize("answer", [NotFound("gone"), refusal(HTTPStatus.CONFLICT)])
def test_a_container_that_is_gone_or_going_needs_nothing_more(answer: APIError) -> None:
    client = Mock()
    client.remove_container.side_effect = answer

    remove(client, "c0ffee")

    assert client.remove_container.call_count == 1


def test_an_engine_that_goes_on_refusing_is_our_trouble() -> None:
    client = Mock()
    client.remove_container.side_effect = refusal(HTTPStatus.INTERNAL_SERVER_ERROR)

    with pytest.raises(SandboxUnavailable, match="removing a container"):
        remove(client, "c0ffee")

    assert client.remove_container.call_count == REMOVE_TRIES
