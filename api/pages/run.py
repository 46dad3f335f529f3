"""A run: how far it has come while it goes on, then what came of it, down to every answer."""

from fastapi import APIRouter, Request, Response

from api.pages.rendering import page
from api.raw_stream import CSV, JSON_LINES, raw_stream
from api.services import Given
from yzindex.dimensions import Dimension, Role
from yzindex.records.grid_view import MOST_ANSWERS, grid_view
from yzindex.records.run_views import check_run, run_view
from yzindex.records.states import ENDED
from yzindex.records.verdict_view import verdicts_of_run

router = APIRouter(include_in_schema=False)

_SCORED = tuple(dimension for dimension in Dimension if dimension.role is not Role.GATE)


@router.get("/runs/{number:int}")
def get_run(request: Request, services: Given, number: int) -> Response:
    """Show a run; one that goes on is followed by whoever has JavaScript, and looked at again by whoever has not."""
    run = run_view(services.database, number)
    return page(
        request,
        "run.html",
        {
            "run": run,
            "is_open": run.head.status not in ENDED,
            "verdicts": verdicts_of_run(services.database, number),
            "grid": grid_view(services.database, number),
            "most_answers": MOST_ANSWERS,
            "scored_dimensions": _SCORED,
        },
    )


@router.get("/runs/{number:int}/raw.csv")
def get_csv(services: Given, number: int) -> Response:
    """Send all raw answers as a table."""
    return _download(services, number, CSV, "csv")


@router.get("/runs/{number:int}/raw.jsonl")
def get_json_lines(services: Given, number: int) -> Response:
    """Send all raw answers as lines of JSON."""
    return _download(services, number, JSON_LINES, "jsonl")


def _download(services: Given, number: int, media_type: str, ending: str) -> Response:
    check_run(services.database, number)
    stream = raw_stream(services.database, number, media_type)
    stream.headers["content-disposition"] = f'attachment; filename="run-{number}.{ending}"'
    stream.headers["x-content-type-options"] = "nosniff"
    return stream
