"""Charts, what is common, day effects, and the estimate on fresh answers."""

import numpy as np
import pytest

from yzindex.drift.charts import FALL, RISE, Charts, ratio_step
from yzindex.drift.common import leave_one_out, trimmed_mean
from yzindex.drift.confirming import Common, Estimate, common_change
from yzindex.drift.rules import Rules

_NO_DAY = np.zeros(1)


def _charts(models: int = 1) -> Charts:
    return Charts(models=models, charts=1, rules=Rules(design_points=6.0, low_bar=1.0, alarm=4.0, clip_deviations=3.0))


def _add(charts: Charts, day: int, points: float, variance: float = 100.0) -> None:
    charts.begin_day()
    charts.add(day, np.array([[points]]), np.array([[variance]]), _NO_DAY)


def test_a_step_is_the_log_likelihood_ratio_of_two_normal_means():
    step = ratio_step(np.array([-10.0]), np.array([100.0]), np.array([6.0]), 3.0)

    # log N(-10; -6, 100) - log N(-10; 0, 100), and the same for +6.
    assert step[FALL].item() == pytest.approx((100 - 16) / 200)
    assert step[RISE].item() == pytest.approx((100 - 256) / 200)


def test_low_days_raise_the_chart_of_a_fall_and_high_days_that_of_a_rise():
    low, high = _charts(), _charts()

    for day in range(5):
        _add(low, day, -12.0)
        _add(high, day, 12.0)

    assert low.ratio[FALL, 0, 0] > 2 and low.ratio[RISE, 0, 0] == 0
    assert high.ratio[RISE, 0, 0] > 2 and high.ratio[FALL, 0, 0] == 0


def test_a_change_is_dated_by_the_first_day_since_the_chart_was_zero():
    charts = _charts()

    for day, points in enumerate([-12.0, 30.0, 5.0, -12.0, -12.0]):
        _add(charts, day, points)

    assert charts.since[FALL, 0, 0] == 3


def test_a_closed_chart_counts_nothing_more_of_its_day_and_others_go_on():
    charts = _charts(models=2)
    low, precise = np.full((2, 1), -12.0), np.full((2, 1), 100.0)
    charts.begin_day()
    charts.add(1, low, precise, _NO_DAY)
    charts.close(FALL, 0, 0)
    charts.add(1, low, precise, _NO_DAY)

    assert charts.ratio[FALL, 0, 0] == 0
    assert charts.ratio[FALL, 1, 0] > 0

    charts.begin_day()
    charts.add(2, low, precise, _NO_DAY)

    assert charts.ratio[FALL, 0, 0] == pytest.approx(ratio_step(low[0], precise[0], charts.design, 3.0)[FALL].item())
    assert charts.since[FALL, 0, 0] == 2


def test_a_chart_that_starts_anew_is_open_again():
    charts = _charts()
    charts.begin_day()
    charts.close(FALL, 0, 0)
    charts.start(0, np.array([1.0]))

    charts.add(1, np.array([[-12.0]]), np.array([[100.0]]), _NO_DAY)

    assert charts.ratio[FALL, 0, 0] > 1


def test_a_day_without_answers_changes_nothing():
    charts = _charts()
    _add(charts, 1, -12.0)
    before = charts.ratio.copy()

    charts.begin_day()
    charts.add(2, np.array([[np.nan]]), np.array([[np.nan]]), _NO_DAY)

    assert (charts.ratio == before).all()


def test_two_packets_of_a_day_count_as_one_measurement_of_that_day():
    apart, together = _charts(), _charts()

    apart.begin_day()
    apart.add(1, np.array([[-10.0]]), np.array([[100.0]]), _NO_DAY)
    apart.add(1, np.array([[-20.0]]), np.array([[100.0]]), _NO_DAY)
    _add(together, 1, -15.0, 50.0)

    assert apart.ratio == pytest.approx(together.ratio)


def test_many_answers_of_one_day_count_no_more_than_a_day_can_tell():
    charts = _charts()

    charts.begin_day()
    for _ in range(100):
        charts.add(1, np.array([[-10.0]]), np.array([[100.0]]), np.array([50.0]))

    assert charts.ratio[FALL, 0, 0] < ratio_step(np.array(-10.0), np.array(50.0), np.array(6.0), 3.0)[FALL].item()


def test_a_model_whose_level_is_unsure_gathers_less_evidence_than_one_that_is_known():
    charts = _charts(models=2)

    charts.begin_day()
    charts.add(1, np.full((2, 1), -10.0), np.full((2, 1), 20.0), np.array([[2.0], [40.0]]))

    known, newcomer = charts.ratio[FALL, :, 0].tolist()
    assert 0 < newcomer < known / 2


def test_one_packet_counts_for_no_more_than_its_clipped_surprise():
    far, farther = _charts(), _charts()

    _add(far, 1, -40.0)
    _add(farther, 1, -90.0)

    assert far.ratio == pytest.approx(farther.ratio)


def test_the_trimmed_mean_of_the_others_leaves_out_the_model_itself_and_the_extremes():
    values = np.array([0.0, 1.0, 2.0, 3.0, 100.0, -100.0])

    others = leave_one_out(values, 0.2)

    assert others[0] == pytest.approx(np.mean([1.0, 2.0, 3.0]))
    assert others[4] == pytest.approx(np.mean([0.0, 1.0, 2.0]))
    assert trimmed_mean(values, 0.2) == pytest.approx(1.5)


def test_one_fallen_model_among_the_others_is_no_common_movement():
    points = np.array([-15.0, 0.5, -0.5, 1.0, 0.0])

    common = common_change(points, np.full(5, 9.0), 0.0)

    assert abs(common.change.points) < 1
    assert common.deviations > -1.8


def test_models_that_all_fell_are_a_common_movement_of_their_size():
    points = np.array([-11.0, -9.0, -10.0, -12.0, -8.0])

    common = common_change(points, np.full(5, 9.0), 0.0)

    assert common.change.points == pytest.approx(-10, abs=1.5)
    assert 0.5 < common.change.standard_error < 3
    assert common.deviations < -1.8


def test_one_model_that_fell_by_itself_is_no_common_movement_however_far_it_fell():
    points = np.array([0.5, -1.0, -60.0, 1.0, -0.5])

    common = common_change(points, np.full(5, 30.0), 2.0)

    assert abs(common.change.points) < 1
    assert common.deviations > -1.2


def test_without_other_models_nothing_is_common():
    common = common_change(np.zeros(0), np.zeros(0), 4.0)

    assert common == Common(change=Estimate(points=0.0, standard_error=0.0, answers=0), deviations=0.0)


def test_models_that_all_fell_by_unequal_amounts_are_off_together_where_no_one_size_fits() -> None:
    points, deviation = np.array([-12.0, -1.0, -15.0, -1.5, -9.0, -0.5]), np.array([4.0, 2.5, 4.0, 2.5, 4.0, 2.5])

    common = common_change(points, deviation**2, 0.0)

    assert abs(common.change.points) < 2
    assert common.deviations < -1.8


def test_the_interval_is_of_95_percent_and_a_fall_agrees_negatively():
    estimate = Estimate(points=-10.0, standard_error=2.0, answers=80)

    assert estimate.interval == pytest.approx((-13.92, -6.08), abs=0.01)
    assert estimate.deviations(FALL) == -5 and estimate.deviations(RISE) == 5
