"""Bound what a request's body may take: its size, and the time it takes to come.

FastAPI has a size limit of its own, but answers for it in plain text, past our error handler. And a server that answers
and closes while its client still sends makes the client's system throw the answer away: what still comes is read here
to its end, or to a bound, and forgotten.
"""

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 1_000_000
#: A body of the largest size over a slow line.
BODY_WITHIN_S = 30.0
_FORGOTTEN_BYTES = 256 * 1024 * 1024
_FORGOTTEN_WITHIN_S = 15.0


class BodyLimit:
    """ASGI middleware: a body that is announced or grows too large is an HTTP 413 where it is read, a slow one 408."""

    def __init__(self, app: ASGIApp, *, within_s: float = BODY_WITHIN_S) -> None:
        self._app = app
        self._within_s = within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(Headers(scope=scope), receive, self._within_s)

        async def answer(message: Message) -> None:
            is_last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if not is_last or not body.is_coming:
                await send(message)
                return
            await send({**message, "more_body": True})
            await body.forget()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self._app(scope, body.receive, answer)


class _Body:
    """The body of one request, on its way."""

    def __init__(self, headers: Headers, receive: Receive, within_s: float) -> None:
        announced = headers.get("content-length", "0")
        self._receive = receive
        self._within_s = within_s
        self._is_too_large = _exceeds(announced)
        self._received = 0
        self._has_ended = announced.strip("0 ") == "" and "transfer-encoding" not in headers
        # Whoever asks first sends nothing before we begin to read.
        self._is_awaited = headers.get("expect", "").lower() != "100-continue"

    @property
    def is_coming(self) -> bool:
        """Whether the client still sends."""
        return self._is_awaited and not self._has_ended

    async def receive(self) -> Message:
        """Give what has come; after the body, whether the client has gone."""
        if self._has_ended:
            return await self._receive()
        if self._is_too_large:
            raise HTTPException(413)
        self._is_awaited = True
        try:
            async with asyncio.timeout(self._within_s):
                message = await self._next()
        except TimeoutError as error:
            raise HTTPException(408) from error
        if self._received > MAX_BODY_BYTES:
            raise HTTPException(413)
        return message

    async def forget(self) -> None:
        """Read the rest into nowhere, as far as the bounds go."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_FORGOTTEN_WITHIN_S):
                while not self._has_ended and self._received < _FORGOTTEN_BYTES:
                    await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        self._has_ended = message["type"] != "http.request" or not message.get("more_body", False)
        return message


def _exceeds(announced: str) -> bool:
    digits = announced.strip().lstrip("0")
    return len(digits) > len(str(MAX_BODY_BYTES)) or (digits.isdecimal() and int(digits) > MAX_BODY_BYTES)
