"""What the board's newest run rests on, in a few words each."""

from pydantic import Field

from api.figures import money
from api.shapes.values import Body
from yzindex.records.board_health import Health, Reading
from yzindex.records.board_view import BoardView
from yzindex.records.states import MoveCause


class FactBody(Body):
    """Something that the board rests on."""

    name: str
    told: str
    alarming: bool = Field(default=False, description="Whether it takes away from what the board says.")


def fact_bodies(board: BoardView) -> list[FactBody]:
    """Say how graders and question pool stand, how much was scored, and what it has cost."""
    results = board.of_latest_run
    scored, asked = sum(each.scored for each in results), sum(each.asked for each in results)
    return [
        _graders(board.health),
        _questions(board.health),
        FactBody(name="Coverage", told=f"{scored} of {asked} answers", alarming=2 * scored < asked),
        FactBody(name="Spent", told=money(board.health.spent_usd)),
    ]


def _graders(health: Health) -> FactBody:
    moved = health.moved(MoveCause.GRADER)
    if moved is not None:
        return FactBody(name="Graders", told=f"moved on {moved.since:%-d %B}: no verdicts", alarming=True)
    return FactBody(name="Graders", told="not read yet" if health.reading is None else _read(health.reading))


def _read(reading: Reading) -> str:
    graded = f"{reading.graded} stored answers graded again on {reading.day:%-d %B}"
    missing = f", {reading.unscored} could not be" if reading.unscored else ""
    waiting = f", {reading.open} to come" if reading.open else ""
    changed = f"{reading.changed} scored differently" if reading.changed else "none changed"
    return f"steady ({graded}, {changed}{missing}{waiting})"


def _questions(health: Health) -> FactBody:
    moved = health.moved(MoveCause.QUESTIONS)
    if moved is not None:
        return FactBody(name="Question pool", told=f"moved on {moved.since:%-d %B}: no verdicts", alarming=True)
    return FactBody(name="Question pool", told="steady")
