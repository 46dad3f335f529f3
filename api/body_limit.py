"""Bound what a request's body may take: its size, and the time it takes to come.

FastAPI has a size limit of its own, but answers for it in plain text, past our error handler. What a refused client
still sends is read into nowhere by the server, so that the client comes to read its answer (see `protocol`).
"""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 1_000_000
#: A body of the largest size over a slow line.
BODY_WITHIN_S = 30.0


class BodyLimit:
    """ASGI middleware: a body that is announced or grows too large is an HTTP 413 where it is read, a slow one 408."""

    def __init__(self, app: ASGIApp, *, within_s: float = BODY_WITHIN_S) -> None:
        self._app = app
        self._within_s = within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        deadline = asyncio.get_running_loop().time() + self._within_s
        received, has_ended = 0, False

        async def limited() -> Message:
            nonlocal received, has_ended
            if has_ended:  # what comes now is that the client has gone, whenever that is
                return await receive()
            if _exceeds(announced):
                raise HTTPException(413)
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError as error:
                raise HTTPException(408) from error
            received += len(message.get("body", b""))
            has_ended = not message.get("more_body", False)
            if received > MAX_BODY_BYTES:
                raise HTTPException(413)
            return message

        await self._app(scope, limited, send)


def _exceeds(announced: str) -> bool:
    digits = announced.strip().lstrip("0")
    return len(digits) > len(str(MAX_BODY_BYTES)) or (digits.isdecimal() and int(digits) > MAX_BODY_BYTES)
