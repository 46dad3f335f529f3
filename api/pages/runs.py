"""All runs, the newest first."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.pages.rendering import page
from api.services import Given
from yzindex.records.run_views import run_heads

router = APIRouter(include_in_schema=False)

_ON_A_PAGE = 50


@router.get("/runs")
def get_runs(
    request: Request, services: Given, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> Response:
    """List runs of every kind, from the one before `before` on."""
    heads = run_heads(services.database, before=before, limit=_ON_A_PAGE)
    older = heads[-1].number if len(heads) == _ON_A_PAGE and heads[-1].number > 1 else None
    return page(request, "runs.html", {"heads": heads, "older": older, "before": before})
