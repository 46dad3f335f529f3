"""The morning's answer, for whoever shows the board."""

from api.services import Services
from yzindex.records.board_view import BoardView
from yzindex.records.morning_view import read_morning_facts
from yzindex.report.morning import morning


def morning_of(services: Services, board: BoardView) -> str:
    """Say in one sentence what the newest verdicts on the fleet come to."""
    verdicts = [each.verdict for each in board.standings if each.verdict is not None]
    return morning(read_morning_facts(services.database, services.zone, verdicts))
