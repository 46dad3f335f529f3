"""The board: the morning's answer in one sentence, then who stands where, and how far to trust it."""

from fastapi import APIRouter, Request, Response

from api.morning import morning_of
from api.pages.rendering import page, points
from api.services import Given
from api.shapes.facts import fact_bodies
from api.shapes.sight import sight_body
from api.shapes.verdicts import record_body
from yzindex.days import today
from yzindex.dimensions import Dimension, Role
from yzindex.records.board_view import COURSE, WINDOW, Standing, board_view
from yzindex.scoring import INTEGRITY_CAP

router = APIRouter(include_in_schema=False)

_SIDE = tuple(dimension for dimension in Dimension if dimension.role is Role.SIDE)


@router.get("/")
def get_board(request: Request, services: Given) -> Response:
    """Show the board of the fleet."""
    board = board_view(services.database, services.fleet)
    return page(
        request,
        "board.html",
        {
            "board": board,
            "morning": morning_of(services, board),
            "facts": fact_bodies(board),
            "side": _SIDE,
            "unscored": [each for each in board.standings if each.unscored and each.latest in board.of_latest_run],
            "sight": sight_body(board.sight, today(services.zone)),
            "record": record_body(board.record).told,
            "window": WINDOW,
            "course": COURSE,
            "cap": points(INTEGRITY_CAP, 0),
            "told_course": told_course,
        },
    )


def told_course(standing: Standing) -> str:
    """Say what a sparkline shows."""
    scores = [each.core_display for each in standing.course if each.core_display is not None]
    if not scores:
        return "no main scores yet"
    spread = f"between {points(min(scores), 1)} and {points(max(scores), 1)}"
    return f"main scores of {len(scores)} runs, {spread}, the last {points(scores[-1], 1)}"
