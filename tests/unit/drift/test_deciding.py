"""A suspicion's evidence and what follows from it."""

import numpy as np
import pytest

from yzindex.drift.baseline import Table
from yzindex.drift.charts import FALL, RISE
from yzindex.drift.confirming import Common, Estimate, Known
from yzindex.drift.deciding import ChangeOf, Outcome, compare, weigh, weigh_later
from yzindex.drift.history import Role
from yzindex.drift.packets import Packet
from yzindex.drift.rules import Rules
from yzindex.drift.suspicion import Stage, Suspicion

RULES = Rules()


def estimate(points: float, standard_error: float = 4.0) -> Estimate:
    return Estimate(points=points, standard_error=standard_error, answers=80)


def asked_on(day: int) -> Packet:
    one = np.zeros(1, dtype=np.int64)
    return Packet(day=day, role=Role.FRESH, model=one, question=one, score=np.zeros(1), version=one)


def suspected(*days: int, points: float = -12.0, direction: int = FALL) -> Suspicion:
    nothing = np.zeros((1, 1))
    none = np.zeros((1, 1), dtype=np.int64)
    table = Table(
        mean=nothing, variance=nothing, slope=nothing, pool_slope=nothing, easiness_variance=nothing[0],
        answers=none[0], ability_variance=nothing, known=none, days=none[0], day_share=nothing[0],
    )  # fmt: skip
    return Suspicion(
        model=0, direction=direction, chart=0, since=0, opened=0, stage=Stage.FRESH,
        known=Known(table=table, row=0, regraded=nothing[0]), rounds=[asked_on(day) for day in days],
        estimate=estimate(points),
    )  # fmt: skip


def by_day(**points: float) -> ChangeOf:
    """The mean of what each day told."""
    return lambda rounds: estimate(float(np.mean([points[f"day{packet.day}"] for packet in rounds])))


def test_two_days_that_agree_are_enough_to_ask_the_others() -> None:
    assert weigh(suspected(1, 2), by_day(day1=-12.0, day2=-11.0), RULES) is Outcome.AGREED


def test_one_day_is_never_enough_however_low_it_was() -> None:
    assert weigh(suspected(1, 1, points=-60.0), by_day(day1=-60.0), RULES) is Outcome.OPEN


def test_a_bad_day_beside_a_usual_one_convicts_nobody() -> None:
    assert weigh(suspected(1, 2, points=-14.0), by_day(day1=-28.0, day2=0.0), RULES) is Outcome.OPEN


def test_a_rise_is_weighed_the_other_way_round() -> None:
    up = by_day(day1=12.0, day2=11.0)

    assert weigh(suspected(1, 2, points=12.0, direction=RISE), up, RULES) is Outcome.AGREED
    assert weigh(suspected(1, 2, points=12.0, direction=FALL), up, RULES) is Outcome.DISMISSED


@pytest.mark.parametrize(("points", "outcome"), [(-1.0, Outcome.DISMISSED), (-5.0, Outcome.OPEN)])
def test_answers_that_do_not_agree_dismiss_and_a_little_agreement_goes_on(points: float, outcome: Outcome) -> None:
    assert weigh(suspected(1, points=points), by_day(day1=points), RULES) is outcome


def test_after_the_last_round_what_still_does_not_agree_is_dismissed() -> None:
    days = tuple(range(RULES.most_rounds))

    assert weigh(suspected(*days, points=-5.0), by_day(**{f"day{day}": -5.0 for day in days}), RULES) is (
        Outcome.DISMISSED
    )


def test_rounds_from_before_the_alarm_do_not_count_to_the_last_one() -> None:
    days = tuple(range(RULES.most_rounds))
    found = suspected(*days, points=-5.0)
    found.opened = 1

    assert weigh(found, by_day(**{f"day{day}": -5.0 for day in days}), RULES) is Outcome.OPEN


def test_others_that_are_off_the_same_way_make_it_the_pools_move_and_the_other_way_do_not() -> None:
    fallen, risen = (Common(change=estimate(0.0), deviations=off) for off in (-2.5, 2.5))

    assert compare(suspected(1, 2), estimate(-20.0), fallen, RULES) is Outcome.ALL_MOVED
    assert compare(suspected(1, 2), estimate(-20.0), risen, RULES) is Outcome.CONFIRMED


def test_what_the_others_share_and_leaves_too_little_is_asked_on_until_the_last_round() -> None:
    quiet = Common(change=estimate(-8.0), deviations=-1.0)

    assert compare(suspected(1, 2), estimate(-4.0), quiet, RULES) is Outcome.OPEN
    assert compare(suspected(*range(RULES.most_rounds)), estimate(-4.0), quiet, RULES) is Outcome.DISMISSED


@pytest.mark.parametrize(
    ("excess", "outcome"), [(-0.1, Outcome.DISMISSED), (3.4, Outcome.OPEN), (3.5, Outcome.CONFIRMED)]
)
def test_later_answers_of_the_draw_dismiss_or_confirm_where_nobody_can_be_asked(
    excess: float, outcome: Outcome
) -> None:
    assert weigh_later(suspected(1, 2), excess, by_day(day1=-12.0, day2=-12.0), RULES) is outcome


def test_where_nobody_can_be_asked_a_rise_is_weighed_the_other_way_round() -> None:
    up = by_day(day1=12.0, day2=12.0)

    assert weigh_later(suspected(1, 2, direction=RISE), 4.0, up, RULES) is Outcome.CONFIRMED
    assert weigh_later(suspected(1, 2, direction=FALL), 4.0, up, RULES) is Outcome.OPEN


def test_where_nobody_can_be_asked_later_answers_have_to_agree_too() -> None:
    assert weigh_later(suspected(1, 2), 9.0, by_day(day1=-12.0, day2=-1.0), RULES) is Outcome.OPEN
