"""Confirmations by hand: one model is asked fresh questions now, whatever its chart says."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.problems import documented
from api.services import Given
from api.shapes.runs import OrderedRun, ordered_body
from api.strict import StrictRoute
from yzindex.fleet import LONGEST_NAME
from yzindex.ordering import order_confirmation
from yzindex.records.run_views import run_view

router = APIRouter(prefix="/v1", tags=["models"], route_class=StrictRoute)


@router.post(
    "/models/{slug:path}/confirmations",
    status_code=202,
    response_model=OrderedRun,
    responses=documented(404, 408, 413, 422, 503),
    summary="Ask a model again",
)
def post_confirmation(
    slug: Annotated[str, Path(min_length=1, max_length=LONGEST_NAME, description="The model's name in the fleet.")],
    services: Given,
    response: Response,
) -> OrderedRun:
    """Put fresh questions to a model and compare the answers with what was known of it; once a day for each model."""
    ordered = order_confirmation(services.database, services.bank, services.fleet, slug, services.zone)
    dispatched = services.broker.dispatch(ordered.number) if ordered.created else None
    response.headers["location"] = f"/v1/runs/{ordered.number}"
    view = run_view(services.database, ordered.number)
    return ordered_body(view, created=ordered.created, dispatched=dispatched)
