"""What was said is settled by what came later, on the day it is known and not before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yzindex.drift.ledger import (
    NONE_GRADED_AGAIN,
    GradedAgain,
    Level,
    ToldChange,
    ToldMove,
    settle_acquittal,
    settle_change,
    settle_move,
)
from yzindex.drift.outcomes import Settled

DROP = ToldChange(since=date(2026, 3, 1), day=date(2026, 3, 5), points=-11.0)


def after(days: int, day: date = DROP.day) -> date:
    return day + timedelta(days=days)


def levels(points: float, days: range, day: date = DROP.day) -> list[Level]:
    """The same level on each of the days, which are counted from `day`."""
    return [Level(day=after(number, day), points=points, variance=400.0) for number in days]


def test_a_drop_whose_opposite_is_confirmed_within_14_days_is_overturned_on_that_day() -> None:
    rise = ToldChange(since=after(8), day=after(14), points=12.0)

    assert settle_change(DROP, [rise], [], after(13)).outcome is Settled.OPEN
    settled = settle_change(DROP, [rise], [], after(14))
    assert settled.outcome is Settled.OVERTURNED
    assert after(14).isoformat() in settled.because


def test_a_recovery_after_more_than_14_days_does_not_overturn_the_drop() -> None:
    rise = ToldChange(since=after(12), day=after(15), points=12.0)
    seen = levels(0.0, range(1, 12)) + levels(11.0, range(12, 29))

    assert settle_change(DROP, [rise], seen, after(29)).outcome is Settled.HELD


def test_a_drop_is_settled_by_whether_the_model_stayed_below_its_old_level() -> None:
    # Levels are from the new one: at 0 the drop is still there, at 11 it never was.
    found = {points: settle_change(DROP, [], levels(points, range(1, 29)), after(29)) for points in (0.0, 11.0)}

    assert (found[0.0].outcome, found[11.0].outcome) == (Settled.HELD, Settled.OVERTURNED)
    assert found[0.0].because.startswith("Over 28 days after it the model was -11.0 points off its old level (± 3.8)")


def test_a_rise_is_settled_as_a_drop_is() -> None:
    rise = replace(DROP, points=11.0)

    found = [settle_change(rise, [], levels(points, range(1, 29)), after(29)).outcome for points in (0.0, -11.0)]

    assert found == [Settled.HELD, Settled.OVERTURNED]


def test_a_change_stays_open_for_28_days_and_with_fewer_than_seven_days_of_answers() -> None:
    assert settle_change(DROP, [], levels(0.0, range(1, 29)), after(28)).outcome is Settled.OPEN
    assert settle_change(DROP, [], levels(0.0, range(1, 7)), after(60)).outcome is Settled.OPEN
    assert settle_change(DROP, [], levels(0.0, range(1, 8)), after(60)).outcome is Settled.HELD


@pytest.mark.parametrize("moved", [-9.6, 0.0])
def test_an_acquittal_is_overturned_by_a_drop_that_had_begun_and_is_confirmed_within_14_days(moved: float) -> None:
    day = date(2026, 3, 3)
    found = {
        offset: settle_acquittal(day, moved, [replace(DROP, since=day + timedelta(days=offset))], after(1))
        for offset in (0, 1)
    }

    assert (found[0].outcome, found[1].outcome) == (Settled.OVERTURNED, Settled.OPEN)


def test_an_acquittal_of_a_fall_is_not_overturned_by_a_rise() -> None:
    assert settle_acquittal(date(2026, 3, 3), -9.6, [replace(DROP, points=8.0)], after(30)).outcome is Settled.HELD


def test_an_acquittal_holds_after_14_days_and_not_before() -> None:
    found = [settle_acquittal(DROP.day, -9.6, [], after(days)).outcome for days in (14, 15)]

    assert found == [Settled.OPEN, Settled.HELD]


def test_a_change_confirmed_later_than_the_day_of_settling_is_not_seen() -> None:
    assert settle_acquittal(date(2026, 3, 3), -9.6, [DROP], after(-1)).outcome is Settled.OPEN
    assert settle_acquittal(date(2026, 3, 3), -9.6, [DROP], after(0)).outcome is Settled.OVERTURNED


MOVE = ToldMove(since=date(2026, 3, 3), day=date(2026, 3, 5), of_grader=False)


def noisy(level: float, days: range) -> list[Level]:
    """A level with four points of noise, by turns above and below."""
    return [Level(day=after(number, MOVE.day), points=level + 4 * (-1) ** number) for number in days]


def test_a_move_of_the_questions_holds_where_all_models_stay_off_their_level_together() -> None:
    before = noisy(0.0, range(-30, -3))

    found = [settle_move(MOVE, [], before + noisy(level, range(1, 15)), after(15)).outcome for level in (-8.0, 0.5)]

    assert found == [Settled.HELD, Settled.OVERTURNED]


def test_a_move_of_the_questions_is_open_for_14_days_and_while_too_few_days_tell() -> None:
    seen = noisy(0.0, range(-30, -3)) + noisy(-8.0, range(1, 15))

    assert settle_move(MOVE, [], seen, after(14)).outcome is Settled.OPEN
    assert settle_move(MOVE, [], seen[:33], after(15)).outcome is Settled.OPEN


def test_a_move_of_the_questions_that_was_taken_back_is_overturned_at_once_unless_a_grader_interrupted_it() -> None:
    back = replace(MOVE, ended=after(3))
    grader = ToldMove(since=after(3), day=after(3), of_grader=True)

    assert settle_move(back, [], [], after(2)).outcome is Settled.OPEN
    assert settle_move(back, [], [], after(3)).outcome is Settled.OVERTURNED
    assert settle_move(back, [grader], [], after(3)).outcome is Settled.OPEN


def graders_move(*, others: GradedAgain) -> ToldMove:
    return replace(MOVE, of_grader=True, ended=after(1), sample=GradedAgain(answers=40, changed=8), others=others)


@pytest.mark.parametrize(
    ("changed", "outcome"), [(0, Settled.OVERTURNED), (30, Settled.OVERTURNED), (31, Settled.HELD)]
)
def test_a_move_of_a_grader_holds_where_others_come_out_different_as_well(changed: int, outcome: Settled) -> None:
    moved = graders_move(others=GradedAgain(answers=300, changed=changed))

    assert settle_move(moved, [], [], after(1)).outcome is outcome


def test_a_move_of_a_grader_is_no_less_true_for_the_grader_that_moves_back() -> None:
    moved = graders_move(others=GradedAgain(answers=300, changed=60))
    back = replace(moved, day=after(4), since=after(4), ended=after(5))

    assert settle_move(moved, [back], [], after(6)).outcome is Settled.HELD


def test_a_move_of_a_grader_is_open_until_others_were_graded_again() -> None:
    moved = graders_move(others=GradedAgain(answers=300, changed=60))
    without = graders_move(others=NONE_GRADED_AGAIN)

    assert settle_move(replace(moved, ended=None), [], [], after(90)).outcome is Settled.OPEN
    assert settle_move(moved, [], [], after(0)).outcome is Settled.OPEN
    assert settle_move(without, [], [], after(90)).outcome is Settled.OPEN


_DAYS = st.integers(0, 70)
_CHANGES = st.lists(
    st.builds(
        lambda day, before, points: ToldChange(since=after(day - before), day=after(day), points=points),
        _DAYS,
        st.integers(0, 20),
        st.sampled_from([-12.0, -6.0, 8.0]),
    ),
    max_size=4,
)
_LEVELS = st.lists(
    st.builds(
        lambda day, points: Level(day=after(day), points=points, variance=400.0), _DAYS, st.floats(-30, 30, width=16)
    ),
    max_size=40,
)


@given(changes=_CHANGES, seen=_LEVELS, passed=_DAYS)
def test_what_is_settled_on_a_day_is_the_same_with_and_without_later_rows(
    changes: list[ToldChange], seen: list[Level], passed: int
) -> None:
    today = after(passed)
    early = [change for change in changes if change.day <= today]
    levels_then = [level for level in seen if level.day <= today]

    assert settle_change(DROP, changes, seen, today) == settle_change(DROP, early, levels_then, today)
    assert settle_acquittal(DROP.day, -7.0, changes, today) == settle_acquittal(DROP.day, -7.0, early, today)
    assert settle_move(MOVE, [], seen, today) == settle_move(MOVE, [], levels_then, today)


@given(changes=_CHANGES, seen=_LEVELS, passed=_DAYS)
def test_the_order_of_rows_settles_nothing(changes: list[ToldChange], seen: list[Level], passed: int) -> None:
    today = after(passed)

    there = settle_change(DROP, changes, seen, today)

    assert settle_change(DROP, changes[::-1], seen[::-1], today).outcome is there.outcome
