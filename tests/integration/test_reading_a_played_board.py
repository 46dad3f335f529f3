"""What is read of verdicts that the analysis itself has written. One board is played for all of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from tests.played import FIRST_DAY, PlayedBoard
from yzindex.drift.outcomes import Settled
from yzindex.drift.words import Word
from yzindex.records.compare_view import compare
from yzindex.records.database import Database
from yzindex.records.judging import judged
from yzindex.records.ledger import settle
from yzindex.records.migrating import migrate
from yzindex.records.recomputing import verdicts_as_of
from yzindex.records.tables import Watch
from yzindex.records.verdict_view import VerdictView, verdicts_of_day
from yzindex.records.verdicts import write_verdicts
from yzindex.settings import Settings

UTC = ZoneInfo("UTC")
DAYS = 17


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A calibration and some days after it, without any change; nobody is asked again."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('played') / 'yz.sqlite3'}")
    migrate(database)
    board = PlayedBoard(database, models=5, seed=5, settings=Settings(reask_after_s=0, ask_again=False), per_tier=11)
    board.calibrate()
    for _ in range(DAYS):
        board.play_day()
    yield database
    database.close()


def day(number: int) -> date:
    return FIRST_DAY.date() + timedelta(days=number)


def plain(view: VerdictView) -> VerdictView:
    """What was said on the day, without what became of it and what that means now."""
    return replace(view, watch=None, became=None, advice="")


def test_a_past_day_judged_anew_says_what_was_stored_of_it(database: Database) -> None:
    for number in (1, 6, DAYS):
        stored = verdicts_of_day(database, day(number)).verdicts
        with database.read() as session:
            anew = verdicts_as_of(session, UTC, day(number), asks=False)

        assert len(stored) == 5
        assert [plain(view) for view in anew] == [plain(view) for view in stored]


def test_every_stored_pair_and_any_other_is_taken_apart_exactly(database: Database) -> None:
    newest = [view for view in verdicts_of_day(database).verdicts if view.terms is not None]

    assert newest
    for view in newest:
        assert view.terms is not None
        for since, one_fit in ((view.terms.compared_run, True), (4, False)):
            found = compare(database, view.model, since, view.run_number)

            assert found.one_fit is one_fit
            assert found.change == found.draw + found.common + found.rest + found.cap
            if one_fit:
                assert (found.draw, found.common) == (view.terms.draw, view.terms.common)


def test_each_days_verdicts_have_all_draws_that_were_possible_on_it(database: Database) -> None:
    for number in (2, DAYS):
        view = verdicts_of_day(database, day(number)).verdicts[0]
        assert view.terms is not None

        side = compare(database, view.model, view.terms.compared_run, view.run_number).after

        assert side.drawn is not None
        assert sum(side.possible_draws or ()) == 1000


def test_falls_are_watched_and_what_was_said_is_settled_as_days_are_analysed(database: Database) -> None:
    settled = [
        view.became.outcome
        for view in verdicts_of_day(database, day(2)).verdicts
        if view.became is not None and view.word in {Word.STEADY, Word.LUCK, Word.WITHIN_CHANCE}
    ]
    with database.read() as session:
        watches = session.exec(select(Watch)).all()

    assert settled
    assert set(settled) == {Settled.HELD}
    assert watches
    assert all((watch.settled_on is not None) == (watch.settles_on <= day(DAYS)) for watch in watches)


def test_a_day_written_again_keeps_what_became_of_it(database: Database) -> None:
    def ledger() -> list[object]:
        record = verdicts_of_day(database).record
        with database.read() as session:
            return [record, *(watch.model_dump() for watch in session.exec(select(Watch).order_by(col(Watch.id))))]

    before = ledger()

    with database.write() as session:
        found = judged(session, UTC, asks=False)
        write_verdicts(session, UTC, found, since=day(1))
        for each in found.days:
            settle(session, each.day)

    assert ledger() == before
