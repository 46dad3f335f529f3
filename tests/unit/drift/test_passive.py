"""A board on which nobody can be asked: later answers of the draw decide on a suspicion."""

import numpy as np
import pytest

from yzindex.drift.charts import FALL, RISE
from yzindex.drift.history import Role
from yzindex.drift.packets import Packet
from yzindex.drift.proving.board import Board
from yzindex.drift.proving.worlds import SETTINGS, LogitWorld
from yzindex.drift.rules import Rules
from yzindex.drift.suspicion import Stage

RULES = Rules()
MAIN_BAR, DIMENSION_BAR = RULES.alarm + RULES.passive_margin, RULES.dimension_alarm + RULES.passive_margin


@pytest.fixture
def board() -> Board:
    """Thirty days without a change."""
    numbers = np.random.default_rng(5)
    made = Board(LogitWorld(SETTINGS["A, noisy answers"], numbers), numbers, rules=RULES, asks=False)
    for _ in range(30):
        made.play_day()
    return made


def day_of(board: Board, model: int, score: float) -> Packet:
    """A model's answers to four questions, all with one score."""
    board.day += 1
    board.analysis.begin(board.day)
    return Packet(
        day=board.day,
        role=Role.DAILY,
        number=900 + board.day,
        model=np.full(4, model),
        question=np.array([3, 50, 130, 200]),
        score=np.full(4, score),
        version=np.zeros(4, dtype=np.int64),
    )


def test_the_chart_that_alarmed_is_the_suspicions_also_where_the_main_one_is_nearer_to_its_own(board: Board) -> None:
    charts = board.analysis.charts
    charts.start(0, np.array([MAIN_BAR - 0.1, DIMENSION_BAR + 0.1, 0.0]))
    assert charts.worst(0)[1] == 0

    board.analysis.take(day_of(board, 5, 0.8))

    assert board.analysis.suspicions[0].chart == 1
    assert board.analysis.suspicions[0].stage is Stage.PASSIVE


def test_a_suspicion_that_ends_leaves_the_chart_where_it_is(board: Board) -> None:
    analysis = board.analysis
    analysis.charts.start(0, np.array([MAIN_BAR + 0.1, 0.0, 0.0]))
    analysis.take(day_of(board, 5, 0.8))
    assert 0 in analysis.suspicions
    direction = analysis.suspicions[0].direction
    analysis.charts.start(0, np.array([RULES.alarm - 0.6, 0.0, 0.0]))

    analysis.take(day_of(board, 0, 0.8))

    assert 0 not in analysis.suspicions
    assert 0 < analysis.charts.ratio[direction, 0, 0] < RULES.alarm


def test_another_chart_of_the_same_direction_takes_over_and_the_answers_since_the_alarm_stay(board: Board) -> None:
    analysis = board.analysis
    analysis.charts.start(0, np.array([0.0, DIMENSION_BAR + 0.1, 0.0]))
    analysis.take(day_of(board, 5, 0.8))
    suspected = analysis.suspicions[0]
    analysis.charts.start(0, np.array([MAIN_BAR + 3.0, RULES.dimension_alarm + 0.5, 0.0]))

    analysis.take(day_of(board, 0, 0.0 if suspected.direction == FALL else 1.0))

    assert (suspected.chart, analysis.suspicions[0].chart) == (1, 0)
    assert len(analysis.suspicions[0].rounds) == 1


@pytest.mark.parametrize("direction", [FALL, RISE])
def test_a_model_that_changed_far_is_confirmed_by_later_answers_alone(board: Board, direction: int) -> None:
    score = 0.0 if direction == FALL else 1.0
    low = int(np.argmin([board.analysis.baseline.table.mean[row].mean() for row in board.analysis.baseline.row]))
    board.analysis.charts.start(low, np.array([MAIN_BAR + 3.0, 0.0, 0.0]))
    board.analysis.suspicions.clear()
    board.analysis.charts.ratio[1 - direction, low] = 0.0

    for _ in range(6):
        board.analysis.take(day_of(board, low, score))

    (found,) = board.analysis.confirmed
    assert (found.model, found.direction, found.chart) == (low, direction, 0)
    assert found.estimate.answers < 6 * 4
