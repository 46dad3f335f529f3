"""The board."""

from fastapi import APIRouter, Request, Response

from api.morning import morning_of
from api.problems import documented
from api.responding import TAGGED, tagged
from api.services import Given
from api.shapes.board import BoardBody, board_body
from api.strict import StrictRoute
from yzindex.days import today
from yzindex.records.board_view import board_view

router = APIRouter(prefix="/v1", tags=["board"], route_class=StrictRoute)


@router.get("/board", response_model=BoardBody, responses=TAGGED | documented(422, 503), summary="Read the board")
def get_board(services: Given, request: Request) -> Response:
    """Rank the fleet by the mean of each model's last five main scores; a single day is never ranked alone."""
    board = board_view(services.database, services.fleet)
    return tagged(request, board_body(board, morning=morning_of(services, board), today=today(services.zone)))
