"""Two runs of one model side by side: what the change is made of, and which questions cost the points."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.pages.rendering import page
from api.services import Given
from yzindex.dimensions import Dimension
from yzindex.records.compare_view import compare

router = APIRouter(include_in_schema=False)

_LARGEST_ID = 2**31 - 1
Number = Annotated[int, Query(ge=1, le=_LARGEST_ID)]


@router.get("/compare")
def get_compare(
    request: Request, services: Given, model: Annotated[str, Query(max_length=200)], run_a: Number, run_b: Number
) -> Response:
    """Compare a model's run `run_b` with its run `run_a`."""
    found = compare(services.database, model, run_a, run_b)
    query = urlencode({"model": model, "run_a": run_a, "run_b": run_b})
    return page(request, "compare.html", {"found": found, "query": query, "all_dimensions": tuple(Dimension)})
