"""Verdicts: those of a day, a model's history of them, and what the change between two of its runs is made of."""

import re
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BeforeValidator

from api.problems import documented
from api.responding import SVG, TAGGED, tagged, tagged_content
from api.services import Given
from api.shapes.compare import ComparisonBody, comparison_body
from api.shapes.verdicts import HistoryPage, VerdictsBody, day_body, history_page
from api.strict import StrictRoute
from yzindex.records.compare_view import compare
from yzindex.records.verdict_view import model_history, verdicts_of_day

router = APIRouter(prefix="/v1", tags=["verdicts"], route_class=StrictRoute)

_LARGEST_ID = 2**31 - 1

Model = Annotated[str, Query(description="The model's name, such as that of the board.", max_length=200)]
RunA = Annotated[int, Query(ge=1, le=_LARGEST_ID, description="The run that the change is counted from.")]
RunB = Annotated[int, Query(ge=1, le=_LARGEST_ID, description="The run that it leads to.")]


def _iso(day: object) -> object:
    # Without this, a number is read as seconds since 1970.
    if isinstance(day, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        raise ValueError("needs a day such as 2026-11-23")
    return day


Day = Annotated[date | None, BeforeValidator(_iso), Query(description="The newest with a verdict if left out.")]


@router.get(
    "/verdicts", response_model=VerdictsBody, responses=TAGGED | documented(422, 503), summary="Read a day's verdicts"
)
def get_verdicts(
    services: Given,
    request: Request,
    day: Day = None,
) -> Response:
    """Read what is said of each model on a day, what it means, and what later days made of it."""
    return tagged(request, day_body(verdicts_of_day(services.database, day)))


@router.get(
    "/models/{slug:path}/history",
    response_model=HistoryPage,
    responses=TAGGED | documented(404, 422, 503),
    summary="Read a model's history",
)
def get_history(
    slug: Annotated[str, Path(description="The model's name; a slash in it stays a slash.")],
    services: Given,
    request: Request,
    cursor: Annotated[int | None, Query(ge=1, le=_LARGEST_ID, description="From the previous page's `next`.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> Response:
    """Read a model's concluded runs, the newest first, each with its scores and what was said of it."""
    found = model_history(services.database, slug, before=cursor, limit=limit)
    return tagged(request, history_page(found, limit=limit))


@router.get(
    "/compare",
    response_model=ComparisonBody,
    responses=TAGGED | documented(404, 409, 422, 503),
    summary="Compare two runs of a model",
)
def get_compare(services: Given, request: Request, model: Model, run_a: RunA, run_b: RunB) -> Response:
    """Say what the change from one run to the other is made of, and which questions cost the points."""
    return tagged(request, comparison_body(compare(services.database, model, run_a, run_b)))


@router.get(
    "/compare.svg",
    response_class=Response,
    responses={200: {"content": {SVG: {}}}} | TAGGED | documented(404, 409, 422, 503),
    summary="Draw the comparison of two runs of a model",
)
def get_compare_svg(services: Given, request: Request, model: Model, run_a: RunA, run_b: RunB) -> Response:
    """Draw the terms of the change as a waterfall, with what it shows in words for those who cannot see it."""
    found = comparison_body(compare(services.database, model, run_a, run_b))
    from api.pictures.comparing import waterfall_of
    from api.pictures.waterfall import svg_of

    return tagged_content(request, svg_of(waterfall_of(found)).encode(), SVG)
