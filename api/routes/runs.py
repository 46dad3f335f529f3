"""Runs: order one, list them, read one with its progress and result, read its raw answers."""

import re
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator

from api.problems import documented
from api.raw_stream import CSV, JSON_LINES, raw_stream
from api.responding import JSON, TAGGED, accepted, tagged
from api.run_events import run_events
from api.services import Given
from api.shapes.raw import RawPage, raw_page
from api.shapes.runs import (
    EstimateBody,
    OrderedRun,
    ResumedRun,
    RunBody,
    RunPage,
    RunRequest,
    estimate_body,
    ordered_body,
    page_body,
    resumed_body,
    run_body,
)
from api.strict import StrictRoute
from yzindex.estimating import estimate
from yzindex.ordering import order_run, plan_run
from yzindex.records.interventions import cancel_run, resume_run
from yzindex.records.raw_view import raw_answers
from yzindex.records.run_views import check_run, run_heads, run_view

router = APIRouter(prefix="/v1", tags=["runs"], route_class=StrictRoute)

_LARGEST_ID = 2**31 - 1
_KEY = "[!-~]([ -~]*[!-~])?"
_LONGEST_KEY = 255

EVENTS = "text/event-stream"
OF_EVENTS: dict[int | str, dict[str, Any]] = {200: {"content": {EVENTS: {}}}}

Number = Annotated[int, Path(description="The run's number.")]


def _printable(key: str) -> str:
    if not re.fullmatch(_KEY, key) or len(key) > _LONGEST_KEY:
        raise ValueError("a key has 1 to 255 printable ASCII characters, and no blank at its ends")
    return key


Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Any text of yours: a second request with the same key and body gives the first one's run.",
        json_schema_extra={"minLength": 1, "maxLength": _LONGEST_KEY, "pattern": f"^{_KEY}$"},
    ),
    AfterValidator(lambda key: key if key is None else _printable(key)),
]


@router.post(
    "/runs",
    status_code=202,
    response_model=OrderedRun,
    responses=documented(400, 408, 409, 413, 415, 422, 503),
    summary="Order a run",
)
def post_run(asked: RunRequest, services: Given, response: Response, key: Key = None) -> OrderedRun:
    """Draw the questions, write the run, and send it to the workers. Follow it at the address in `Location`."""
    ordered = order_run(
        services.database,
        services.bank,
        services.fleet,
        asked.order(),
        idempotency_key=key,
        request_digest=sha256(asked.model_dump_json().encode()).hexdigest(),
    )
    dispatched = services.broker.dispatch(ordered.number) if ordered.created else None
    response.headers["location"] = f"/v1/runs/{ordered.number}"
    view = run_view(services.database, ordered.number)
    return ordered_body(view, created=ordered.created, dispatched=dispatched)


@router.post(
    "/estimates",
    response_model=EstimateBody,
    responses=documented(400, 408, 413, 415, 422, 503),
    summary="Estimate a run",
)
def post_estimate(asked: RunRequest, services: Given) -> EstimateBody:
    """Say what a run would ask and cost at list price; nothing is written."""
    plan = plan_run(services.database, services.bank, services.fleet, asked.order())
    return estimate_body(plan, estimate(plan, services.fleet))


@router.get("/runs", response_model=RunPage, responses=documented(422, 503), summary="List runs")
def get_runs(
    services: Given,
    cursor: Annotated[int | None, Query(ge=1, le=_LARGEST_ID, description="From the previous page's `next`.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> RunPage:
    """List runs of every kind, the newest first."""
    return page_body(run_heads(services.database, before=cursor, limit=limit), limit=limit)


@router.get(
    "/runs/{number}",
    response_model=RunBody,
    responses=TAGGED | documented(404, 422, 503),
    summary="Read a run",
)
def get_run(number: Number, services: Given, request: Request) -> Response:
    """Read a run's progress and, per model, its result and its change since the previous run of its kind."""
    return tagged(request, run_body(run_view(services.database, number)))


@router.delete(
    "/runs/{number}", response_model=RunBody, responses=documented(404, 409, 422, 503), summary="Cancel a run"
)
def delete_run(number: Number, services: Given) -> RunBody:
    """End a run now: what is graded stands, the rest stays unscored. A cancelled run can be cancelled again."""
    cancel_run(services.database, number)
    return run_body(run_view(services.database, number))


@router.post(
    "/runs/{number}/resume",
    status_code=202,
    response_model=ResumedRun,
    responses=documented(404, 422, 503),
    summary="Resume a run",
)
def post_resume(number: Number, services: Given, response: Response) -> ResumedRun:
    """Ask again what is unscored in a run, also in a cancelled one; what is graded stands and is not paid for twice."""
    resumption = resume_run(services.database, number)
    dispatched = services.broker.dispatch(number) if resumption.reopened else None
    response.headers["location"] = f"/v1/runs/{number}"
    return resumed_body(resumption, dispatched=dispatched)


@router.get(
    "/runs/{number}/raw",
    response_model=RawPage,
    responses={200: {"content": {JSON_LINES: {}, CSV: {}}}} | TAGGED | documented(404, 406, 422, 503),
    summary="Read a run's raw answers",
)
def get_raw(
    number: Number,
    services: Given,
    request: Request,
    cursor: Annotated[int, Query(ge=0, le=_LARGEST_ID, description="From the previous page's `next`.")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    answer: Annotated[int | None, Query(ge=1, le=_LARGEST_ID, description="Only this answer.")] = None,
) -> Response:
    """Read what was asked, what came back, and what grading said; what a right answer is, is withheld.

    JSON comes in pages; `Accept: application/x-ndjson` streams all as lines of JSON, `text/csv` as a table.
    """
    media_type = accepted(request, (JSON, JSON_LINES, CSV))
    check_run(services.database, number)
    if media_type == JSON:
        found = raw_answers(services.database, number, after=cursor, limit=limit, answer_id=answer)
        return tagged(request, raw_page(found, run_number=number, limit=limit))
    return raw_stream(services.database, number, media_type, after=cursor, answer=answer)


@router.get(
    "/runs/{number}/events",
    response_class=StreamingResponse,
    responses=OF_EVENTS | documented(404, 422, 503),
    summary="Follow a run",
)
def get_events(number: Number, services: Given) -> Response:
    """Follow a run as server-sent events: `progress` whenever something has changed, `ended` once, then no more."""
    check_run(services.database, number)
    return StreamingResponse(run_events(services, number), media_type=EVENTS, headers={"cache-control": "no-store"})
