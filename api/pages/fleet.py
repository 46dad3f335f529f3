"""The fleet: who is asked and who judges, and whether what they are measured with stands still."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from fastapi import APIRouter, Request, Response

from api.pages.difference_chart import Difference, DifferenceChart, difference_chart
from api.pages.frame import FLAT, SMALL, Frame
from api.pages.rendering import page
from api.services import Given
from yzindex.dimensions import Dimension
from yzindex.records.fleet_view import LOOKED_BACK, DimensionReading, FleetView, fleet_view

router = APIRouter(include_in_schema=False)


@router.get("/fleet")
def get_fleet(request: Request, services: Given) -> Response:
    """Show the fleet, its thermometer and its question pool."""
    found = fleet_view(services.database)
    return page(
        request,
        "fleet.html",
        {
            "fleet": services.fleet,
            "found": found,
            "thermometers": [(each, *_thermometer(found, each)) for each in Dimension],
            "pool": _chart([(day.day, day.off) for day in found.pool], FLAT),
            "looked_back": LOOKED_BACK,
        },
    )


def _thermometer(found: FleetView, dimension: Dimension) -> tuple[DimensionReading | None, DifferenceChart | None]:
    """The newest reading of a dimension, and the course of them."""
    own = [each for each in found.readings if each.dimension is dimension]
    return (own[-1] if own else None), _chart([(each.day, each.difference) for each in own], SMALL)


def _chart(days: Sequence[tuple[date, Decimal | None]], frame: Frame) -> DifferenceChart | None:
    return difference_chart([Difference(day=day, points=points) for day, points in days if points is not None], frame)
