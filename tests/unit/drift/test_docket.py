"""What fresh answers say of the charts that have risen, on a board of thirty days without a change."""

from dataclasses import replace

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


def test_a_chart_is_closed_for_the_day_however_far_it_has_risen(analysis: Analysis) -> None:
    analysis.take(fresh(analysis, 0.0))
    analysis.take(replace(fresh(analysis, -60.0), role=Role.AGAIN))

    assert not analysis.charts.ratio[:, MODEL].any()


def test_a_round_counts_only_for_charts_of_which_it_asked_everything(analysis: Analysis) -> None:
    raise_charts(analysis, RULES.alarm + 1)
    analysis.docket.suspect(MODEL, FALL, 0, 31, Stage.FRESH)
    analysis.charts.ratio[FALL, MODEL, 1] = 1.0
    analysis.charts.since[FALL, MODEL, 1] = analysis.day
    whole = fresh(analysis, 0.0)

    analysis.take(whole.where(analysis.question_dimension[whole.question] == 0))

    assert analysis.charts.ratio[FALL, MODEL, 1] == 0
    assert (analysis.charts.ratio[:, MODEL, 0] > 0).all()
    assert analysis.suspicions[MODEL].rounds_since_alarm == 0


def test_an_alarm_that_waits_for_others_is_given_up_where_more_fresh_answers_speak_against_it(
    analysis: Analysis,
) -> None:
    raise_charts(analysis, RULES.alarm + 1)
    analysis.docket.suspect(MODEL, FALL, 0, 31, Stage.FRESH)
    analysis.take(fresh(analysis, -15.0))
    analysis.begin(32)
    analysis.take(fresh(analysis, -15.0, day=32))
    assert analysis.suspicions[MODEL].stage is Stage.CONTROL

    analysis.take(replace(by_hand(analysis, 60.0, 32), number=1))
    assert analysis.suspicions[MODEL].stage is Stage.FRESH
    analysis.take(replace(by_hand(analysis, 60.0, 32), number=2))

    assert not analysis.suspicions


def test_what_a_person_asks_of_several_models_speaks_on_each(analysis: Analysis) -> None:
    one = fresh(analysis, -15.0)
    twice = np.tile(np.arange(len(one.model)), 2)
    both = replace(
        one,
        role=Role.BY_HAND,
        model=np.repeat([MODEL, MODEL + 1], len(one.model)),
        question=one.question[twice],
        score=one.score[twice],
        version=one.version[twice],
    )

    analysis.take(both)

    assert {model: len(each.rounds) for model, each in analysis.suspicions.items()} == {MODEL: 1, MODEL + 1: 1}


def by_hand(analysis: Analysis, points: float, day: int) -> Packet:
    return replace(fresh(analysis, points, day), role=Role.BY_HAND)


def test_where_nobody_is_asked_what_a_person_asked_is_not_waited_for_forever(analysis: Analysis) -> None:
    analysis.asks = False
    analysis.take(by_hand(analysis, -5.0, 31))
    for day in range(32, 31 + RULES.lag_days):
        analysis.begin(day)
    assert analysis.suspicions[MODEL].stage is Stage.FRESH

    analysis.begin(31 + RULES.lag_days)

    assert not analysis.suspicions


def test_where_nobody_is_asked_two_days_of_a_person_s_questions_confirm_without_others(analysis: Analysis) -> None:
    analysis.asks = False
    for day in (31, 32):
        analysis.begin(day)
        analysis.take(by_hand(analysis, -15.0, day))

    assert [(found.model, found.direction, found.common) for found in analysis.confirmed[-1:]] == [(MODEL, FALL, None)]


def passive(analysis: Analysis) -> None:
    """Let later answers of the draw decide on a fall; two days of them have come."""
    analysis.asks = False
    raise_charts(analysis, RULES.alarm + RULES.passive_margin + 1)
    analysis.docket.suspect(MODEL, FALL, 0, 31, Stage.PASSIVE)
    analysis.suspicions[MODEL].rounds = [replace(fresh(analysis, -15.0), role=Role.DAILY)]


def test_fresh_answers_that_decide_nothing_leave_later_ones_to_go_on(analysis: Analysis) -> None:
    passive(analysis)

    analysis.take(by_hand(analysis, -5.0, 31))

    assert analysis.suspicions[MODEL].stage is Stage.PASSIVE
    assert [packet.role for packet in analysis.suspicions[MODEL].rounds] == [Role.DAILY]


def test_fresh_answers_that_speak_against_it_end_what_waits_for_later_ones(analysis: Analysis) -> None:
    passive(analysis)

    analysis.take(by_hand(analysis, 0.0, 31))

    assert not analysis.suspicions


def test_where_nobody_is_asked_an_alarm_takes_over_from_what_a_person_asked(analysis: Analysis) -> None:
    analysis.asks = False
    analysis.take(by_hand(analysis, -5.0, 31))
    raise_charts(analysis, RULES.alarm + RULES.passive_margin + 1)

    analysis._raise_alarms()

    assert analysis.suspicions[MODEL].stage is Stage.PASSIVE


def test_what_waits_for_later_answers_is_asked_once_models_can_be(analysis: Analysis) -> None:
    passive(analysis)
    analysis.asks = True

    analysis.begin(32)

    assert [request.role for request in analysis.requests() if request.suspect == MODEL] == [Role.FRESH]


def known_of(analysis: Analysis) -> int:
    """Known answers of the model, in its present row."""
    analysis.baseline._stale = True
    analysis.baseline.advance(analysis.day)
    return int(analysis.baseline.table.known[:, analysis.baseline.row[MODEL]].sum())


def asked_since(analysis: Analysis, day: int) -> int:
    """Waiting answers of the model from before a day, which pass the lag before it does."""
    return sum(int((each.model == MODEL).sum()) for each in analysis.baseline._waiting if each.asked_on < day)


@pytest.mark.parametrize("suspected", [True, False])
def test_fresh_answers_are_known_once_after_the_lag(analysis: Analysis, suspected: bool) -> None:
    if suspected:
        raise_charts(analysis, RULES.alarm + 1)
        analysis.docket.suspect(MODEL, FALL, 0, 31, Stage.FRESH)
    before = known_of(analysis) + asked_since(analysis, 31)
    asked = fresh(analysis, 0.0)
    analysis.take(asked)
    assert not analysis.suspicions

    analysis.begin(30 + RULES.lag_days)
    assert known_of(analysis) == before
    analysis.begin(31 + RULES.lag_days)
    assert known_of(analysis) == before + len(asked.score)


def test_answers_that_confirm_a_change_are_known_at_once_and_once(analysis: Analysis) -> None:
    raise_charts(analysis, RULES.alarm + 1)
    analysis.docket.suspect(MODEL, FALL, 0, 31, Stage.FRESH)
    rounds = [fresh(analysis, -15.0)]
    analysis.take(rounds[0])
    analysis.begin(32)
    rounds.append(fresh(analysis, -15.0, day=32))
    analysis.take(rounds[1])

    analysis._confirm(analysis.suspicions[MODEL], analysis.suspicions[MODEL].estimate, None)

    assert known_of(analysis) == sum(len(each.score) for each in rounds)
    analysis.begin(33 + RULES.lag_days)
    assert known_of(analysis) == sum(len(each.score) for each in rounds)
