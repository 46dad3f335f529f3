"""The board: the morning's answer in one sentence, then who stands where, and how far to trust it."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from api.pages.rendering import money, page, points
from api.services import Given
from api.shapes.verdicts import record_body
from yzindex.dimensions import Dimension, Role
from yzindex.records.board_health import Health, Reading
from yzindex.records.board_view import COURSE, WINDOW, BoardView, Standing, board_view
from yzindex.records.morning_view import read_morning_facts
from yzindex.records.states import MoveCause
from yzindex.report.morning import morning
from yzindex.scoring import INTEGRITY_CAP

router = APIRouter(include_in_schema=False)

_SIDE = tuple(dimension for dimension in Dimension if dimension.role is Role.SIDE)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that the board rests on, in a few words."""

    name: str
    told: str
    alarming: bool = False


@router.get("/")
def get_board(request: Request, services: Given) -> Response:
    """Show the board of the fleet."""
    board = board_view(services.database, services.fleet)
    verdicts = [each.verdict for each in board.standings if each.verdict is not None]
    return page(
        request,
        "board.html",
        {
            "board": board,
            "morning": morning(read_morning_facts(services.database, services.zone, verdicts)),
            "facts": facts_of(board),
            "side": _SIDE,
            "unscored": [each for each in board.standings if each.unscored and each.latest in board.of_latest_run],
            "record": record_body(board.record).told,
            "window": WINDOW,
            "course": COURSE,
            "cap": points(INTEGRITY_CAP, 0),
            "told_course": told_course,
        },
    )


def facts_of(board: BoardView) -> tuple[Fact, ...]:
    """Say what the board's newest run rests on."""
    results = board.of_latest_run
    scored, asked = sum(each.scored for each in results), sum(each.asked for each in results)
    return (
        _graders(board.health),
        _questions(board.health),
        Fact(name="Coverage", told=f"{scored} of {asked} answers", alarming=2 * scored < asked),
        Fact(name="Spent", told=money(board.health.spent_usd)),
    )


def _graders(health: Health) -> Fact:
    moved = health.moved(MoveCause.GRADER)
    if moved is not None:
        return Fact(name="Graders", told=f"moved on {moved.since:%-d %B}: no verdicts", alarming=True)
    return Fact(name="Graders", told="not read yet" if health.reading is None else _read(health.reading))


def _read(reading: Reading) -> str:
    graded = f"{reading.graded} stored answers graded again on {reading.day:%-d %B}"
    missing = f", {reading.unscored} could not be" if reading.unscored else ""
    waiting = f", {reading.open} to come" if reading.open else ""
    changed = f"{reading.changed} scored differently" if reading.changed else "none changed"
    return f"steady ({graded}, {changed}{missing}{waiting})"


def _questions(health: Health) -> Fact:
    moved = health.moved(MoveCause.QUESTIONS)
    if moved is not None:
        return Fact(name="Question pool", told=f"moved on {moved.since:%-d %B}: no verdicts", alarming=True)
    return Fact(name="Question pool", told="steady")


def told_course(standing: Standing) -> str:
    """Say what a sparkline shows."""
    scores = [each.core_display for each in standing.course if each.core_display is not None]
    if not scores:
        return "no main scores yet"
    spread = f"between {points(min(scores), 1)} and {points(max(scores), 1)}"
    return f"main scores of {len(scores)} runs, {spread}, the last {points(scores[-1], 1)}"
