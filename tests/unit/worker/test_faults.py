"""Whose trouble a failed call is, and whether it is tried again."""

from __future__ import annotations

import httpx2
import pytest
from openai import APIConnectionError, APIStatusError, APITimeoutError, RateLimitError

from worker.faults import PermanentFault, TransientFault, classify

REQUEST = httpx2.Request("POST", "http://models.example/v1/chat/completions")


def answered(status: int, **headers: str) -> APIStatusError:
    kind = RateLimitError if status == 429 else APIStatusError
    response = httpx2.Response(status, headers=headers, request=REQUEST)
    return kind("no", response=response, body=None)


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (answered(429), "rate_limited"),
        (answered(500), "server_error"),
        (answered(503), "server_error"),
        (answered(408), "server_error"),
        (APIConnectionError(request=REQUEST), "connection"),
        (APITimeoutError(REQUEST), "timeout"),
        (TimeoutError(), "timeout"),
        (httpx2.ReadError("cut"), "connection"),
        (ConnectionResetError(), "connection"),
        (ValueError("Expecting value"), "unreadable"),
    ],
)
def test_trouble_that_may_pass_is_tried_again(error: Exception, name: str) -> None:
    fault = classify(error)

    assert isinstance(fault, TransientFault)
    assert fault.name == name


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refused_request_is_not_repeated(status: int) -> None:
    assert isinstance(classify(answered(status)), PermanentFault)


@pytest.mark.parametrize(
    ("stated", "wait_s"),
    [("3", 3.0), ("0.5", 0.5), ("-1", 0.0), ("soon", None), ("Fri, 13 Nov 2020 00:00:00 GMT", 0.0), ("nan", None)],
)
def test_a_stated_wait_is_read_in_seconds_or_as_a_date(stated: str, wait_s: float | None) -> None:
    assert classify(answered(429, **{"retry-after": stated})).retry_after_s == wait_s
