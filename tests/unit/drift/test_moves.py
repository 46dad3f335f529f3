"""The question pool moves, or a grader does: nobody is accused, the new level is asked for, and verdicts go on."""

import numpy as np
import pytest

from yzindex.drift.age import Age
from yzindex.drift.analysis import Analysis
from yzindex.drift.baseline import Baseline
from yzindex.drift.charts import FALL, RISE
from yzindex.drift.confirming import Estimate, Known
from yzindex.drift.controls import Controls
from yzindex.drift.difficulty import Cells, Components, expect, fit
from yzindex.drift.history import IntArray, Role
from yzindex.drift.move import Move
from yzindex.drift.packets import Packet
from yzindex.drift.proving.board import Board
from yzindex.drift.proving.worlds import SETTINGS, LogitWorld
from yzindex.drift.regrades import Regrades
from yzindex.drift.residuals import Residuals
from yzindex.drift.rules import Rules
from yzindex.drift.second_look import SecondLook
from yzindex.drift.suspicion import Confirmed, Stage, Suspicion

RULES = Rules()
SOME = np.arange(0, 240, 3)


def played(days: int, *, seed: int = 5, rules: Rules = RULES) -> Board:
    numbers = np.random.default_rng(seed)
    board = Board(LogitWorld(SETTINGS["A, noisy answers"], numbers), numbers, rules=rules)
    for _ in range(days):
        board.play_day()
    return board


@pytest.fixture(scope="module")
def moved() -> Board:
    """A board whose pool became ten points harder after a month, on the day on which verdicts come back."""
    board = played(30)
    board.world.move_pool(10.0, board.numbers)
    for _ in range(2 * RULES.suspended_days):
        board.play_day()
        move = board.analysis.fleet.move
        if board.moved_days and move is None:
            return board
    pytest.fail("verdicts never came back")


def test_after_the_pool_has_moved_every_model_is_asked_for_its_level_day_by_day(moved: Board) -> None:
    assert moved.calls[Role.LEVEL] == 11 * 2 * RULES.level_per_dimension * RULES.suspended_days
    assert not [request for request in moved.analysis.requests() if request.role is Role.LEVEL]


def test_after_the_pool_has_moved_as_much_is_expected_as_is_true_now(moved: Board) -> None:
    moved.analysis.begin(moved.day + 1)
    baseline, world = moved.analysis.baseline, moved.world
    expected = baseline.table.mean[baseline.row]

    model, question = (place.ravel() for place in np.indices(expected.shape))
    true = np.mean([world.work(model, question, np.random.default_rng(each)) for each in range(30)], axis=0)

    assert abs(expected.mean() - true.mean()) < 0.025
    assert (baseline.row >= 11).all()


def test_nobody_is_accused_of_the_pools_move(moved: Board) -> None:
    assert not [each for each in moved.analysis.confirmed if each.day > 30]


def test_a_models_level_is_asked_for_once_a_day_and_of_other_questions_the_next() -> None:
    analysis = played(20).analysis
    analysis.fleet.suspend(Move(day=20, since=15, direction=FALL, chart=0))
    everything = np.arange(240)

    asked = []
    for day in (21, 22):
        analysis.begin(day)
        requests = analysis.requests()
        assert [(request.role, request.models) for request in requests] == [(Role.LEVEL, (each,)) for each in range(11)]
        chosen = analysis.questions_of(requests[0], everything)
        analysis.take(answers(day=day, role=Role.LEVEL, model=0, question=chosen))
        assert [request.models for request in analysis.requests()] == [(each,) for each in range(1, 11)]
        asked.append(set(chosen.tolist()))

    assert not asked[0] & asked[1]


def test_a_level_is_not_asked_for_while_a_grader_is_to_be_repaired() -> None:
    analysis = played(20).analysis
    analysis.fleet.suspend(Move(day=20, since=15, direction=FALL, chart=0))
    analysis.begin(21)

    analysis.take_regrades(regrades(21, repairs=False))

    assert analysis.requests() == []


def second_look(*means: float, chart: int = 0, direction: int = FALL) -> SecondLook:
    """What days with these means of all models make of a move that was told on day 20."""
    move = Move(day=20, since=18, direction=direction, chart=chart)
    look = SecondLook(move, RULES)
    for day, mean in enumerate(means, start=20):
        look.see(day, np.full(3, mean), np.full(3, 2.0))
        look.end_day(np.full(3, 2.0))
    return look


def test_days_on_which_nothing_is_off_take_a_move_back_and_days_that_are_off_do_not() -> None:
    assert second_look(-8.0, 0.0, 0.0).refutes
    assert second_look(8.0, 0.0, 0.0, direction=RISE).refutes
    assert second_look(-8.0, 6.0, 6.0).refutes
    assert not second_look(-8.0, -6.0, -6.0).refutes
    assert not second_look(8.0, 6.0, 6.0, direction=RISE).refutes


def test_neither_the_day_that_told_a_move_nor_one_day_more_takes_it_back() -> None:
    assert not second_look(9.0, 9.0).refutes
    assert second_look(9.0, 9.0, 9.0).refutes
    assert not second_look(-8.0, np.nan, np.nan, np.nan).refutes


def test_the_levels_of_a_few_models_say_nothing_and_one_that_fell_alone_is_no_move() -> None:
    few, many = (SecondLook(Move(day=20, since=18, direction=FALL, chart=0), RULES) for _ in range(2))
    points = np.zeros((11, 3))
    points[4] = -40.0
    for day in (21, 22):
        few.see_models(day, np.where(np.arange(11)[:, None] < RULES.least_fleet - 1, points, np.nan), np.ones((11, 3)))
        many.see_models(day, points, np.full((11, 3), 20.0))
        few.end_day(np.full(3, 2.0))
        many.end_day(np.full(3, 2.0))

    assert few.ratio == 0.0
    assert many.refutes


def test_a_move_that_is_refuted_gives_verdicts_back_and_lets_nobody_begin_anew() -> None:
    board = played(20)
    row = board.analysis.baseline.row.copy()
    board.analysis.fleet.suspend(Move(day=20, since=18, direction=FALL, chart=0))

    board.play_day()
    suspended = board.analysis.fleet.move
    for _ in range(3):
        board.play_day()

    assert suspended is not None and board.analysis.fleet.move is None
    assert board.moved_days[0] == 21 and len(board.moved_days) < 4
    assert (board.analysis.baseline.row == row).all()


def test_days_without_runs_do_not_make_a_refuted_move_true() -> None:
    board = played(20)
    row = board.analysis.baseline.row.copy()
    board.analysis.fleet.suspend(Move(day=20, since=18, direction=FALL, chart=0))
    for _ in range(2):
        board.play_day()

    board.analysis.begin(20 + RULES.suspended_days)

    assert board.analysis.fleet.move is None
    assert (board.analysis.baseline.row == row).all()


def test_where_nobody_is_asked_for_levels_the_draw_itself_takes_a_move_back() -> None:
    numbers = np.random.default_rng(5)
    board = Board(LogitWorld(SETTINGS["A, noisy answers"], numbers), numbers, rules=RULES, asks=False)
    for _ in range(20):
        board.play_day()
    board.analysis.fleet.suspend(Move(day=20, since=18, direction=RISE, chart=0))
    for _ in range(RULES.suspended_days - 1):
        board.play_day()

    assert 21 < board.moved_days[-1] < 20 + RULES.suspended_days - 1


def test_answers_of_a_grader_that_moved_say_nothing_of_the_pool() -> None:
    analysis = played(20).analysis
    analysis.fleet.suspend(Move(day=20, since=18, direction=FALL, chart=0))
    for day in (21, 22):
        analysis.begin(day)
        analysis.take_regrades(regrades(day, repairs=False))
        for model in range(11):
            analysis.take(answers(day=day, role=Role.LEVEL, model=model))
    analysis.take_regrades(regrades(22, repairs=True))

    analysis.begin(23)

    assert analysis.fleet.move is not None and analysis.fleet.move.chart == 0


def answers(*, day: int, role: Role, model: int, question: IntArray = SOME, number: int = 900) -> Packet:
    return Packet(
        day=day,
        role=role,
        number=number,
        model=np.full(len(question), model),
        question=question,
        score=np.full(len(question), 0.8),
        version=np.zeros(len(question), dtype=np.int64),
    )


def regrades(day: int, *, repairs: bool) -> Regrades:
    one = np.zeros(1, dtype=np.int64)
    return Regrades(
        day=day, answered_day=one, number=one, model=one, question=one,
        before=np.array([0.9]), now=np.array([0.1]), repairs=repairs,
    )  # fmt: skip


def test_a_grader_that_moves_while_the_pools_move_is_learnt_is_told_and_repaired_for_itself() -> None:
    analysis: Analysis = played(5).analysis
    analysis.fleet.suspend(Move(day=5, since=4, direction=FALL, chart=0))
    analysis.begin(6)

    analysis.take_regrades(regrades(6, repairs=False))
    graders = analysis.fleet.move
    analysis.take_regrades(regrades(6, repairs=True))
    pools = analysis.fleet.move

    assert graders is not None and graders.chart is None
    assert pools is not None and pools.chart == 0


def test_former_abilities_do_not_pull_at_those_of_today() -> None:
    count = np.vstack([np.full((8, 60), 3.0), np.full((8, 60), 0.2)])
    total = np.vstack([np.full((8, 60), 2.8), np.full((8, 60), 0.1)])
    former = np.arange(16) < 8

    apart = fit(Cells(count=count, total=total, former=former), Components(models=0.4))
    joined = fit(Cells(count=count, total=total), Components(models=0.4))
    fall_apart, fall_joined = (each.ability[:8].mean() - each.ability[8:].mean() for each in (apart, joined))

    assert fall_apart > fall_joined + 0.1
    assert apart.mean[0] - apart.mean[8] == pytest.approx(fall_apart)


def test_a_history_of_one_run_a_week_is_learnt_whatever_the_weekday() -> None:
    for first in range(100, 107):
        age = Age()
        age.begin(first)
        baseline = Baseline(question_dimension=np.repeat([0, 1], 120), dimensions=2, models=11, lag_days=14, age=age)
        for week in range(4):
            day = first + 7 * week
            baseline.advance(day)
            baseline.learn(answers(day=day, role=Role.DAILY, model=3, number=week))

        assert baseline.table.known[:, 3].tolist() == [2 * 40, 2 * 40]


def test_what_a_young_history_tells_is_known_the_day_after_the_lag() -> None:
    age = Age()
    age.begin(100)
    baseline = Baseline(question_dimension=np.repeat([0, 1], 120), dimensions=2, models=11, lag_days=14, age=age)
    for day in range(100, 118):
        baseline.advance(day)
        baseline.learn(answers(day=day, role=Role.DAILY, model=3, number=day))

    assert baseline.table.known[:, 3].tolist() == [4 * 40, 4 * 40]


def test_what_is_known_is_renewed_once_a_week() -> None:
    board = played(13)
    tables = []
    for _ in range(15):
        board.play_day()
        tables.append(board.analysis.baseline.table)

    renewed = [place + 14 for place in range(15) if place == 0 or tables[place] is not tables[place - 1]]

    assert not board.analysis.confirmed
    assert renewed == [14, 21, 28]


def suspicion(model: int, *, chart: int = 0) -> Suspicion:
    table = played(0).analysis.baseline.table
    found = Suspicion(
        model=model, direction=FALL, chart=chart, since=38, opened=40, stage=Stage.CONTROL,
        known=Known(table=table, row=model, regraded=np.zeros(240)),
    )  # fmt: skip
    found.rounds.append(answers(day=40, role=Role.FRESH, model=model))
    return found


def convicted(model: int, *, day: int, points: float) -> Confirmed:
    estimate = Estimate(points=points, standard_error=3.0, answers=80)
    return Confirmed(
        model=model, direction=FALL, chart=0, since=day - 2, day=day, estimate=estimate, common=None, rounds=()
    )


def controls_asked(points: float) -> Controls:
    controls = Controls(RULES, Age())
    packet = Packet(
        day=41, role=Role.CONTROL, model=np.arange(1, 6), question=np.zeros(5, dtype=np.int64),
        score=np.zeros(5), version=np.zeros(5, dtype=np.int64),
    )  # fmt: skip
    shape = (11, 3)
    residuals = Residuals(
        points=np.full(shape, points), own_variance=np.full(shape, 30.0), shared_variance=np.zeros(3),
        squares=np.zeros(shape), together=np.zeros(shape), sensitivity=np.ones(shape),
    )  # fmt: skip
    controls.note(packet, residuals, np.zeros(3))
    return controls


def test_models_that_were_convicted_lately_are_among_those_that_fall_together() -> None:
    controls = controls_asked(-3.0)
    before = controls.common_of(suspicion(0), [], 0.0).deviations
    one_after_another = [convicted(7, day=40, points=-14.0), convicted(8, day=39, points=-16.0)]
    long_ago = [convicted(7, day=20, points=-14.0), convicted(8, day=21, points=-16.0)]

    assert controls.common_of(suspicion(0), one_after_another, 0.0).deviations < before - 0.5
    assert controls.common_of(suspicion(0), long_ago, 0.0).deviations == before


def test_suspects_are_asked_as_controls_only_where_there_are_not_enough_others() -> None:
    request = Controls(Rules(control_models=4), Age()).request(
        40, suspicion(0), np.arange(1, 8), suspects=(0, 1, 2, 3, 4), used=np.array([0.55, 0.45])
    )

    assert {5, 6, 7} < set(request.models) and len(request.models) == 4


def test_what_a_later_answer_of_the_draw_confirms_is_known_once_and_at_once() -> None:
    baseline = Baseline(question_dimension=np.repeat([0, 1], 120), dimensions=2, models=11, lag_days=14, age=Age())
    days = [answers(day=day, role=Role.DAILY, model=3, number=0) for day in (40, 41, 42)]
    for packet in days:
        baseline.learn(packet)
    rounds = days[1:]

    baseline.restart(3, 40, rounds)
    baseline.advance(43)
    at_once = baseline.table.known[:, baseline.row[3]].sum()
    baseline.advance(60)
    baseline.restart(5, 60, ())
    baseline.advance(61)

    assert at_once == 2 * 80
    assert baseline.table.known[:, baseline.row[3]].sum() == 3 * 80


def test_a_model_that_changed_is_not_pulled_back_to_the_others() -> None:
    count, low = np.full((6, 40), 3.0), 0.4
    total = np.full((6, 40), 2.6)
    total[0] = low

    beside = Cells(count=count, total=total, changed=np.arange(6) == 0)
    known, pulled = (
        float(expect(fit(cells, Components(models=0.3))).mean[0].mean())
        for cells in (beside, Cells(count=count, total=total))
    )

    assert abs(known - low / 3) < abs(pulled - low / 3) / 2
