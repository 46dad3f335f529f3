"""An analysis that hears nothing and asks nothing: only the methods of today look at what such a board shows."""

from yzindex.drift.analysis import Analysis
from yzindex.drift.packets import Packet
from yzindex.drift.proving.board import WEIGHTS, Board
from yzindex.drift.regrades import Regrades
from yzindex.drift.suspicion import Request


class Silent(Analysis):
    """Days pass, and nothing is learnt."""

    def begin(self, day: int) -> None:
        self.day = day

    def take(self, packet: Packet) -> None:
        pass

    def take_regrades(self, regrades: Regrades) -> None:
        pass

    def requests(self) -> list[Request]:
        return []


def silence(board: Board) -> None:
    """Let a board's days go on without an analysis, at a fraction of the time."""
    board.analysis = Silent(
        question_dimension=board.world.question_dimension,
        dimension_weights=WEIGHTS,
        models=board.world.models,
        rules=board.analysis.rules,
        asks=False,
    )
