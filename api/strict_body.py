"""Read a request's body as the JSON of the standard: UTF-8, no key twice, no NaN; anything else says where it stops."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import JsonValue
from starlette.exceptions import HTTPException

from yzindex.grading.strictjson import NotJson, parse_json


class UnreadableBody(HTTPException):
    """A body that is not JSON; the message says where it stops being it. FastAPI would hide any other exception."""

    def __init__(self, reason: str) -> None:
        super().__init__(400, reason)

    def __str__(self) -> str:
        return self.detail


class _StrictRequest(Request):
    async def json(self) -> JsonValue:
        try:
            return parse_json((await self.body()).decode("utf-8"))
        except UnicodeDecodeError as error:
            raise UnreadableBody(f"The body is not UTF-8 from byte {error.start} on.") from error
        except NotJson as error:
            raise UnreadableBody(f"The body is not JSON: {error}.") from error


class StrictRoute(APIRoute):
    """A route whose body is read strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return handle_strictly
