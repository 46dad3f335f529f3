"""What fresh answers say of the charts that have risen, on a board of thirty days without a change."""

import numpy as np
import pytest

from yzindex.drift.analysis import Analysis
from yzindex.drift.charts import FALL, RISE
from yzindex.drift.history import Role
from yzindex.drift.packets import Packet
from yzindex.drift.proving.board import Board
from yzindex.drift.proving.worlds import SETTINGS, LogitWorld
from yzindex.drift.rules import Rules
from yzindex.drift.suspicion import Stage

RULES = Rules()
MODEL = 3


@pytest.fixture
def analysis() -> Analysis:
    numbers = np.random.default_rng(5)
    board = Board(LogitWorld(SETTINGS["A, noisy answers"], numbers), numbers, rules=RULES)
    for _ in range(30):
        board.play_day()
    board.analysis.docket.clear()
    board.analysis.charts.clear()
    board.analysis.begin(31)
    return board.analysis


def fresh(analysis: Analysis, points: float, day: int = 31) -> Packet:
    """Answers of the model to the whole pool, so many points from what is known of it."""
    mean = analysis.baseline.table.mean[analysis.baseline.row[MODEL]]
    place = np.arange(len(mean))
    return Packet(
        day=day,
        role=Role.FRESH,
        number=1000 + day,
        model=np.full_like(place, MODEL),
        question=place,
        score=np.clip(mean + points / 100, 0.0, 1.0),
        version=np.zeros_like(place),
    )


def raise_charts(analysis: Analysis, ratio: float) -> None:
    """Let the main chart of the model rise in both directions, below its alarm."""
    analysis.charts.start(MODEL, np.array([ratio, 0.0, 0.0]))
    analysis.charts.since[:, MODEL, 0] = analysis.day


@pytest.mark.parametrize(("points", "stays"), [(0.0, []), (-15.0, [FALL]), (10.0, [RISE])])
def test_fresh_answers_clear_the_charts_that_they_speak_against_whatever_was_suspected(
    analysis: Analysis, points: float, stays: list[int]
) -> None:
    raise_charts(analysis, RULES.alarm - 1)

    analysis.take(fresh(analysis, points))

    assert np.flatnonzero(analysis.charts.ratio[:, MODEL, 0]).tolist() == stays
    assert not analysis.suspicions


def test_a_dismissed_suspicion_leaves_the_other_direction_to_its_own_answers(analysis: Analysis) -> None:
    raise_charts(analysis, RULES.alarm + 1)
    analysis.docket.suspect(MODEL, FALL, 0, analysis.day, Stage.FRESH)

    analysis.take(fresh(analysis, 10.0))

    assert not analysis.suspicions
    assert np.flatnonzero(analysis.charts.ratio[:, MODEL, 0]).tolist() == [RISE]


def test_answers_since_a_change_count_for_a_suspicion_that_is_opened_after_them(analysis: Analysis) -> None:
    raise_charts(analysis, RULES.alarm - 1)
    analysis.take(fresh(analysis, -15.0))
    analysis.docket.suspect(MODEL, FALL, 0, 31, Stage.FRESH)
    analysis.begin(32)

    analysis.take(fresh(analysis, -15.0, day=32))

    assert [packet.day for packet in analysis.suspicions[MODEL].rounds] == [31, 32]
    assert analysis.suspicions[MODEL].stage is Stage.CONTROL


def test_fresh_answers_are_known_after_the_lag_whatever_came_of_them(analysis: Analysis) -> None:
    before = analysis.baseline.table.known[:, analysis.baseline.row[MODEL]].sum()
    asked = fresh(analysis, 0.0)
    analysis.take(asked)

    analysis.begin(31 + RULES.lag_days)
    analysis.baseline._stale = True
    analysis.baseline.advance(31 + RULES.lag_days)

    assert analysis.baseline.table.known[:, analysis.baseline.row[MODEL]].sum() >= before + len(asked.score)
