"""Every error of the API as an RFC 9457 problem document, from one handler. Each says what to do; none shows internals.

A new error of ours needs a line in `_KINDS`; a test holds that every error of `yzindex` that a route can meet has one.
What comes from the request is repeated only as names of fields, and these cut short.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from secrets import token_hex
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from api.body_limit import BODY_WITHIN_S, MAX_BODY_BYTES
from api.methods import methods_of
from api.pages.rendering import page
from api.shapes.values import Body
from api.strict import UnreadableBody
from yzindex.asking_again import AskingRefused, NotInFleet, OverBudget, StillAsking
from yzindex.errors import InvalidDraw, YzIndexError
from yzindex.ordering import InvalidOrder
from yzindex.records.compare_view import NotComparable, NotInRun
from yzindex.records.interventions import RunEnded
from yzindex.records.question_view import UnknownQuestion
from yzindex.records.report_view import NotConcluded
from yzindex.records.runs import IdempotencyConflict, UnknownRun
from yzindex.records.verdict_view import UnknownModel
from yzindex.wording import shown

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:yz-index:problem:"
#: Beginnings of addresses that programs ask for.
_NO_PAGES = ("/v1/", "/static/", "/openapi.json", "/healthz", "/readyz", "/metrics")
#: Of the faults of one request, so many are named.
_MOST_FAULTS = 10
_LONGEST_PATH = 200
_LONGEST_DETAIL = 2000


class FieldError(Body):
    """What is wrong with one part of a request."""

    field: str
    reason: str


class Problem(Body):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = Field(description="The address asked for; empty where it could not be read.")
    do: str = Field(description="What to do about it.")
    errors: list[FieldError] = Field(default_factory=list)
    incident: str | None = Field(default=None, description="Names this failure in the server's log.")


class NotReady(Exception):
    """Something that the API needs does not answer; `missing` says what, and what to do."""

    def __init__(self, missing: list[FieldError]) -> None:
        super().__init__(", ".join(part.field for part in missing))
        self.missing = missing


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """How errors of one sort are told. `detail` None takes the error's own words, which must then be fit to show."""

    status: int
    name: str
    title: str
    do: str
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Told:
    """A problem and the headers that go with it."""

    problem: Problem
    headers: Mapping[str, str] = field(default_factory=dict)


_DATABASE_AWAY = _Kind(
    status=503,
    name="database-unavailable",
    title="The database does not answer",
    do="Try again in a moment; GET /readyz says what is missing.",
    detail="The request could not be carried out because the database did not answer in time.",
)
_UNKNOWN_MODEL = _Kind(
    status=404, name="unknown-model", title="No such model", do="GET /v1/board lists the models of the fleet."
)
_ASKING_REFUSED = _Kind(
    status=409,
    name="not-asked-again",
    title="The model is not asked again now",
    do="GET /v1/models/{slug}/confirmations/estimate says what it would take, and what is taken of the day's budget.",
)
_KINDS: dict[type[Exception], _Kind] = {
    InvalidOrder: _Kind(
        status=422, name="invalid-order", title="This run cannot be made", do="Change the field named in `errors`."
    ),
    InvalidDraw: _Kind(
        status=422, name="invalid-draw", title="This draw cannot be made", do="Use another bank, or a full run."
    ),
    IdempotencyConflict: _Kind(
        status=409,
        name="idempotency-conflict",
        title="The key was used for another request",
        do="Use a new Idempotency-Key, or send the first request unchanged.",
    ),
    RunEnded: _Kind(
        status=409,
        name="run-ended",
        title="The run is concluded",
        do="Nothing is left to cancel; POST /v1/runs/{number}/resume asks again what is unscored.",
    ),
    UnknownModel: _UNKNOWN_MODEL,
    NotInFleet: _UNKNOWN_MODEL,
    AskingRefused: _ASKING_REFUSED,
    StillAsking: _ASKING_REFUSED,
    OverBudget: _ASKING_REFUSED,
    NotInRun: _Kind(
        status=404,
        name="not-in-run",
        title="The model is not in that run",
        do="GET /v1/models/{slug}/history lists the runs of a model.",
    ),
    NotComparable: _Kind(
        status=409,
        name="not-comparable",
        title="These runs cannot be compared",
        do="Choose runs that GET /v1/models/{slug}/history gives with a verdict and a main score.",
    ),
    NotConcluded: _Kind(
        status=409,
        name="not-concluded",
        title="The run is not concluded",
        do="GET /v1/runs/{number} says how far it is; its raw answers can be read at any time.",
    ),
    UnknownQuestion: _Kind(
        status=404, name="unknown-question", title="No such question", do="GET /v1/questions lists all questions."
    ),
    UnknownRun: _Kind(status=404, name="unknown-run", title="No such run", do="GET /v1/runs lists all runs."),
    NotReady: _Kind(
        status=503,
        name="not-ready",
        title="Not ready",
        do="See to what `errors` names; each entry says how.",
        detail="Something that the API needs does not answer.",
    ),
    DBAPIError: _DATABASE_AWAY,
    PoolTimeout: _DATABASE_AWAY,
    UnreadableBody: _Kind(
        status=400,
        name="bad-request",
        title="The request cannot be read",
        do="Send a body that is JSON in UTF-8.",
    ),
}

_INVALID = _Kind(
    status=422,
    name="invalid-request",
    title="The request is not valid",
    do="Change the fields named in `errors`; /openapi.json describes them.",
    detail="Some fields of the request are wrong.",
)
_NOT_JSON = _Kind(
    status=415,
    name="not-json",
    title="The body is not JSON",
    do="Send a JSON body with the header content-type: application/json.",
    detail="The body was not sent as JSON.",
)
_STATUSES: dict[int, _Kind] = {
    400: _Kind(
        status=400,
        name="bad-request",
        title="The request cannot be read",
        do="Send HTTP/1.1 with a Host header and, if there is a body, JSON in UTF-8.",
        detail="What came is not a request, or ended before it was whole.",
    ),
    404: _Kind(
        status=404,
        name="not-found",
        title="Nothing is here",
        do="/openapi.json lists all addresses.",
        detail="There is nothing at this address.",
    ),
    405: _Kind(
        status=405,
        name="method-not-allowed",
        title="This address does not take that method",
        do="Use a method of the Allow header; /openapi.json lists all addresses.",
        detail="The address exists, but not for this method.",
    ),
    406: _Kind(
        status=406,
        name="not-acceptable",
        title="None of the accepted types can be given",
        do="Accept a type that /docs names for this address, or */*.",
        detail="The Accept header names no type that this address gives.",
    ),
    408: _Kind(
        status=408,
        name="request-timeout",
        title="The request did not come",
        do="Send it again, on a faster line.",
        detail=f"The request did not come whole in time; a body may take {BODY_WITHIN_S:g} s.",
    ),
    413: _Kind(
        status=413,
        name="body-too-large",
        title="The body is too large",
        do=f"Send at most {MAX_BODY_BYTES} bytes.",
        detail=f"The body has more than {MAX_BODY_BYTES} bytes, and was not read.",
    ),
    431: _Kind(
        status=431,
        name="head-too-large",
        title="The request's head is too large",
        do="Send a shorter address and fewer or shorter headers.",
        detail="Address and headers have more than 64 KiB, and were not read.",
    ),
    501: _Kind(
        status=501,
        name="not-implemented",
        title="This transfer encoding is not known",
        do="Send the body with a Content-Length, or chunked.",
        detail="The Transfer-Encoding header names an encoding that this server does not know.",
    ),
}
_UNEXPECTED = _Kind(
    status=500,
    name="internal-error",
    title="Something failed on our side",
    do="Try again; if it fails again, give the incident's name to whoever runs this server.",
    detail="The request met an error that we did not expect. It is in the server's log under the incident's name.",
)


def install(app: FastAPI) -> None:
    """Let the one handler answer for every error of an app."""
    for error in (RequestValidationError, HTTPException, YzIndexError, *_KINDS, Exception):
        app.add_exception_handler(error, handle)


def handle(request: Request, error: Exception) -> Response:
    """Tell an error as a problem document; who reads pages gets one that says the same."""
    told = _told(request, error)
    if _reads_pages(request):
        answer = page(request, "problem.html", {"problem": told.problem}, status=told.problem.status)
        answer.headers.update(told.headers)
        return answer
    return Response(
        told.problem.model_dump_json(exclude_none=True),
        status_code=told.problem.status,
        headers=dict(told.headers),
        media_type=MEDIA_TYPE,
    )


def _reads_pages(request: Request) -> bool:
    """Whether an address is a page's, and whoever asks is a browser."""
    is_page = not request.scope["path"].startswith(_NO_PAGES)
    return is_page and "text/html" in request.headers.get("accept", "")


def _told(request: Request, error: Exception) -> _Told:
    if isinstance(error, RequestValidationError):
        kind = _INVALID if _is_json(request) or not _body_at_fault(error) else _NOT_JSON
        return _Told(problem=_problem(kind, request, error, _field_errors(error)))
    if isinstance(error, HTTPException) and not isinstance(error, UnreadableBody):
        kind = _STATUSES.get(error.status_code) or _of_status(error.status_code)
        return _Told(problem=_problem(kind, request, error), headers=_headers(request, error))
    kind = next((_KINDS[each] for each in type(error).__mro__ if each in _KINDS), _UNEXPECTED)
    if kind.status == HTTPStatus.SERVICE_UNAVAILABLE:
        log.warning("request could not be served", path=_path(request), reason=type(error).__name__)
        return _Told(problem=_problem(kind, request, error, _own_errors(error)), headers={"retry-after": "5"})
    incident = token_hex(6) if kind is _UNEXPECTED else None
    if incident:
        log.error("request failed", path=_path(request), incident=incident, exc_info=error)
    return _Told(problem=_problem(kind, request, error, _own_errors(error), incident))


def _problem(
    kind: _Kind,
    request: Request,
    error: Exception,
    errors: list[FieldError] | None = None,
    incident: str | None = None,
) -> Problem:
    return Problem(
        type=_TYPE + kind.name,
        title=kind.title,
        status=kind.status,
        detail=shown(error, most=_LONGEST_DETAIL) if kind.detail is None else kind.detail,
        instance=_path(request),
        do=kind.do,
        errors=errors or [],
        incident=incident,
    )


def _path(request: Request) -> str:
    # Not request.url, which cannot be made of every Host header.
    return quote(request.scope["path"], errors="replace")[:_LONGEST_PATH]


def refusal(status: int) -> bytes:
    """Give the problem document for what never became a request."""
    kind = _STATUSES.get(status) or _of_status(status)
    assert kind.detail is not None
    problem = Problem(
        type=_TYPE + kind.name, title=kind.title, status=status, detail=kind.detail, instance="", do=kind.do
    )
    return problem.model_dump_json(exclude_none=True).encode()


def _headers(request: Request, error: HTTPException) -> Mapping[str, str]:
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        # The router names the methods of the first route that it tried, not of all at the address.
        return {"allow": methods_of(request.app.router.routes, request.scope)}
    return error.headers or {}


def _field_errors(error: RequestValidationError) -> list[FieldError]:
    # Only the place and the reason: the value may be long, or a key pasted into the wrong field.
    faults = error.errors()
    told = [
        FieldError(field=".".join(shown(part) for part in fault["loc"]), reason=str(fault["msg"]))
        for fault in faults[:_MOST_FAULTS]
    ]
    if len(faults) > _MOST_FAULTS:
        told.append(FieldError(field="", reason=f"and {len(faults) - _MOST_FAULTS} more"))
    return told


def _own_errors(error: Exception) -> list[FieldError]:
    match error:
        case InvalidOrder():
            return [FieldError(field=f"body.{error.field}", reason=str(error))]
        case NotReady():
            return error.missing
        case _:
            return []


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def _body_at_fault(error: RequestValidationError) -> bool:
    return any(
        tuple(fault["loc"]) == ("body",) and fault["type"] != "missing" for fault in error.errors()[:_MOST_FAULTS]
    )


def _of_status(status: int) -> _Kind:
    title = HTTPStatus(status).phrase
    return _Kind(
        status=status, name=title.lower().replace(" ", "-"), title=title, do="See /openapi.json.", detail=f"{title}."
    )


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe a route's problems for OpenAPI."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def document(app: FastAPI) -> None:
    """Put the problem document into an app's OpenAPI description."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        description = described()
        schemas = description.setdefault("components", {}).setdefault("schemas", {})
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem.pop("$defs", {}) | {"Problem": problem}
        return description

    app.openapi = openapi  # type: ignore[method-assign]
