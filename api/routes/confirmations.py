"""Confirmations by hand: one model is asked fresh questions now, whatever its chart says."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.problems import documented
from api.services import Given
from api.shapes.confirmations import ConfirmationEstimateBody, confirmation_estimate_body
from api.shapes.runs import OrderedRun, ordered_body
from api.strict import StrictRoute
from yzindex.asking_again import order_confirmation, plan_confirmation
from yzindex.fleet import LONGEST_NAME
from yzindex.records.run_views import run_view

router = APIRouter(prefix="/v1", tags=["models"], route_class=StrictRoute)

Slug = Annotated[str, Path(min_length=1, max_length=LONGEST_NAME, description="The model's name in the fleet.")]


@router.get(
    "/models/{slug:path}/confirmations/estimate",
    response_model=ConfirmationEstimateBody,
    responses=documented(404, 422, 503),
    summary="Estimate what asking a model again would take",
)
def get_confirmation_estimate(slug: Slug, services: Given) -> ConfirmationEstimateBody:
    """Say what asking a model again would ask and cost now, and what is taken of the day's budget for it."""
    prospect = plan_confirmation(
        services.database, services.bank, services.fleet, slug, services.zone, services.allowance
    )
    return confirmation_estimate_body(prospect)


@router.post(
    "/models/{slug:path}/confirmations",
    status_code=202,
    response_model=OrderedRun,
    responses=documented(404, 408, 409, 413, 422, 503),
    summary="Ask a model again",
)
def post_confirmation(slug: Slug, services: Given, response: Response) -> OrderedRun:
    """Put fresh questions to a model and compare the answers with what was known of it; once a day for each model.

    Refused beyond what asking again about one model may take a day (`YZ_ASK_AGAIN_CALLS`, `YZ_ASK_AGAIN_USD`).
    """
    ordered = order_confirmation(
        services.database, services.bank, services.fleet, slug, services.zone, services.allowance
    )
    dispatched = services.broker.dispatch(ordered.number) if ordered.created else None
    response.headers["location"] = f"/v1/runs/{ordered.number}"
    view = run_view(services.database, ordered.number)
    return ordered_body(view, created=ordered.created, dispatched=dispatched)
