"""The schedule: when the daily run is ordered, and how it stands with today's."""

from fastapi import APIRouter, Request, Response

from api.problems import documented
from api.responding import TAGGED, tagged
from api.services import Given, Services
from api.shapes.runs import EstimateBody, estimate_body
from api.shapes.schedule import ScheduleBody, schedule_body
from api.strict import StrictRoute
from yzindex import clock
from yzindex.errors import InvalidDraw
from yzindex.estimating import estimate
from yzindex.ordering import DAILY, InvalidOrder, plan_run
from yzindex.records.schedule_view import schedule_view

router = APIRouter(prefix="/v1", tags=["schedule"], route_class=StrictRoute)


@router.get(
    "/schedule", response_model=ScheduleBody, responses=TAGGED | documented(422, 503), summary="Read the schedule"
)
def get_schedule(services: Given, request: Request) -> Response:
    """Say when the next daily run is ordered, what it would ask and cost, and which dates have had theirs."""
    moment, zone = clock.now(), services.zone
    view = schedule_view(services.database, DAILY.kind, services.schedule, zone, moment)
    return tagged(request, schedule_body(view, services.schedule, zone, moment, _prospect(services)))


def _prospect(services: Services) -> EstimateBody | str:
    try:
        plan = plan_run(services.database, services.bank, services.fleet, DAILY)
    except (InvalidOrder, InvalidDraw) as trouble:
        return str(trouble)
    return estimate_body(plan, estimate(plan, services.fleet))
