"""Read requests strictly, so that a typing mistake is not silently a default.

A body is the JSON of the standard: UTF-8, no key twice, no NaN. A query has only parameters that its address takes,
each once.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
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
    """A route whose requests are read strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        taken = [parameter.alias for parameter in self.dependant.query_params]

        async def handle_strictly(request: Request) -> Response:
            _check_query(request, taken)
            return await handle(_StrictRequest(request.scope, request.receive))

        return handle_strictly


def _check_query(request: Request, taken: list[str]) -> None:
    given = [name for name, _ in request.query_params.multi_items()]
    takes = f"this address takes {', '.join(taken) or 'no parameters'}"
    faults = [
        {"type": "unknown_parameter", "loc": ("query", name), "msg": f"Unknown parameter; {takes}"}
        for name in dict.fromkeys(given)
        if name not in taken
    ] + [
        {"type": "given_twice", "loc": ("query", name), "msg": "Given more than once"}
        for name in taken
        if given.count(name) > 1
    ]
    if faults:
        raise RequestValidationError(faults)
