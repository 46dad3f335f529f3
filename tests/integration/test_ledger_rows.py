"""What was said is settled in the rows, on every database: watches, changes, acquittals, moves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlmodel import col, select

from tests.judged import confirm, day, expect, flat, judge, move, play
from yzindex.drift.outcomes import Settled, WatchOutcome
from yzindex.drift.words import Word
from yzindex.records.database import Database
from yzindex.records.ledger import BoardRecord, board_record, settle
from yzindex.records.tables import BoardMove, ConfirmedChange, Settlement, Watch
from yzindex.records.verdict_view import verdicts_of_day

AGATE, OPAL = "sim/agate", "sim/opal"


def settle_on(database: Database, on: date) -> None:
    with database.write() as session:
        settle(session, on)


def record(database: Database) -> BoardRecord:
    with database.read() as session:
        return board_record(session)


def days_at(
    database: Database,
    points: str,
    days: range,
    *,
    expected: str = "80",
    word: Word = Word.STEADY,
    change: str | None = None,
) -> list[int]:
    """A daily run and its verdict on each day, all of one score; `change` is from the first run."""
    runs = []
    for number in days:
        runs.append(play(database, {AGATE: flat(points)}))
        terms = None if change is None else (1, change, "-1", "0")
        judge(database, runs[-1], on=day(number), word=word, expected=expected, terms=terms)
    return runs


def watches(database: Database) -> list[Watch]:
    with database.read() as session:
        return list(session.exec(select(Watch)))


def test_a_fall_opens_one_watch_at_its_score_and_the_week_after_settles_it(database: Database) -> None:
    first, _ = days_at(database, "79.86", range(1, 3), word=Word.LUCK, change="-9.5")
    for number in (1, 2, 2):
        settle_on(database, day(number))
    days_at(database, "74", range(3, 9))

    opened = watches(database)
    settle_on(database, day(8))
    settled = watches(database)

    # The second day's fall is inside the first one's week.
    assert [(each.run_number, each.level, each.settles_on) for each in opened] == [(first, Decimal("79.86"), day(8))]
    # Six days at 74 and the second at 79.86: their mean is 74.84, more than five points below.
    assert [(each.outcome, each.settled_on) for each in settled] == [(WatchOutcome.FELL_FURTHER, day(8))]
    told = verdicts_of_day(database, day(8)).verdicts[0]
    assert told.watch is not None
    assert told.advice.startswith("Consider a backup model: in the week after 2026-11-01")


def test_an_acquittal_is_settled_once_and_shown_with_its_reason(database: Database) -> None:
    days_at(database, "80", range(1, 2), word=Word.WITHIN_CHANCE, change="-9.5")
    confirm(database, 1, since=day(1), on=day(5))

    for number in (4, 5, 6, 40):
        settle_on(database, day(number))

    became = verdicts_of_day(database, day(1)).verdicts[0].became
    assert became is not None
    assert (became.outcome, became.settled_on) == (Settled.OVERTURNED, day(5))
    assert "2026-11-05" in became.because
    with database.read() as session:
        assert len(session.exec(select(Settlement)).all()) == 1


def test_a_change_is_settled_by_levels_on_its_own_chart(database: Database) -> None:
    # After it one scores in execution what is expected of its new level, the other in grounding what it always did.
    for number in range(2, 10):
        run = play(database, dict.fromkeys((AGATE, OPAL), flat("60")))
        for model in (AGATE, OPAL):
            judge(database, run, model, on=day(number), expected="60")
            expect(database, run, model, {"execution": "0.60", "grounding": "0.40"})
    confirm(database, 1, AGATE, since=day(1), on=day(1), size="-20", chart="execution")
    confirm(database, 1, OPAL, since=day(1), on=day(1), size="-20", chart="grounding")

    settle_on(database, day(31))

    with database.read() as session:
        changes = session.exec(select(ConfirmedChange).order_by(col(ConfirmedChange.model)))
        assert [(each.chart, each.settled) for each in changes] == [
            ("execution", Settled.HELD),
            ("grounding", Settled.OVERTURNED),
        ]


def test_days_on_which_everything_moved_do_not_settle_a_change(database: Database) -> None:
    confirm(database, play(database, {AGATE: flat("70")}), since=day(1), on=day(1), size="-10")
    days_at(database, "100", range(2, 9), expected="70", word=Word.MOVED)
    days_at(database, "70", range(9, 17), expected="70")

    settle_on(database, day(30))

    with database.read() as session:
        change = session.exec(select(ConfirmedChange)).one()
    assert change.settled is Settled.HELD
    assert (change.settled_because or "").startswith("Over 8 days after it")


def test_a_move_of_the_questions_is_settled_by_the_mean_of_all_models(database: Database) -> None:
    for number in range(12, 30):
        fallen = 12 if number > 20 else 0
        run = play(database, {AGATE: flat(str(80 - fallen)), OPAL: flat(str(60 - fallen))})
        noise = (-1) ** number
        judge(database, run, AGATE, on=day(number), expected=str(80 + noise))
        judge(database, run, OPAL, on=day(number), expected=str(60 + noise))
    move(database, since=day(20), on=day(21))

    settle_on(database, day(36))

    with database.read() as session:
        told = session.exec(select(BoardMove)).one()
    assert (told.settled, told.settled_on) == (Settled.HELD, day(36))
    assert "-12.0 points off before (± 0.5)" in (told.settled_because or "")


def test_the_record_counts_what_held_what_was_overturned_and_what_is_open(database: Database) -> None:
    days_at(database, "80", range(1, 4), word=Word.WITHIN_CHANCE, change="-9.5")
    days_at(database, "80", range(20, 21), word=Word.WITHIN_CHANCE, change="-9.5")
    days_at(database, "80", range(21, 22), word=Word.NOT_ENOUGH_EVIDENCE)
    confirm(database, 1, since=day(3), on=day(5))
    confirm(database, 2, since=day(8), on=day(9), size="12")

    settle_on(database, day(19))
    settle_on(database, day(21))

    found = record(database)
    # Two early acquittals held; the third, and the drop that the rise undid, were overturned; the rise is open, and so
    # is the last acquittal.
    assert (found.held, found.overturned, found.open) == (2, 2, 2)
    assert (found.false_alarms, found.model_days, found.settled) == (1, 4, 4)


def test_settling_a_day_again_or_with_later_rows_there_changes_nothing(database: Database) -> None:
    days_at(database, "80", range(1, 2), word=Word.WITHIN_CHANCE, change="-9.5")
    days_at(database, "20", range(2, 20))
    confirm(database, 1, since=day(1), on=day(6))

    for number in (1, 5, 5):
        settle_on(database, day(number))

    assert record(database).settled == 0
    assert [each.outcome for each in watches(database)] == [WatchOutcome.OPEN]
