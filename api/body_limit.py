"""Refuse a request whose body is too large, before anything reads it.

FastAPI has a limit of its own, but answers for it in plain text, past our error handler.
"""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 1_000_000


class BodyLimit:
    """ASGI middleware: a body that is announced as too large, or grows to be, is an HTTP 413 where it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        received = 0

        async def limited() -> Message:
            nonlocal received
            if _exceeds(announced):
                raise HTTPException(413)
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise HTTPException(413)
            return message

        await self._app(scope, limited, send)


def _exceeds(announced: str) -> bool:
    digits = announced.strip().lstrip("0")
    return len(digits) > len(str(MAX_BODY_BYTES)) or (digits.isdecimal() and int(digits) > MAX_BODY_BYTES)
