"""What the board can see, on real databases: once a day, in portions, by whoever is left, and in nobody's way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import SQLModel, select, update

from tests.played import PlayedBoard, calibrated_board
from worker import seeing
from yzindex.drift import looking
from yzindex.drift.power import Option, power_of
from yzindex.drift.sight import Looked
from yzindex.records.database import Database
from yzindex.records.history import read_history
from yzindex.records.sights import (
    MOST_TRIES,
    BoardSight,
    SightClaim,
    begin_portion,
    board_sight,
    claim_sight,
    store_portion,
)
from yzindex.records.states import RunKind
from yzindex.records.tables import SightOfFall, StoredSight
from yzindex.settings import Settings

DAY = date(2026, 3, 1)
LEASE_S = 60
LOOKED = Looked(found={10.0: [4, None, 2]}, worlds=1, runs=1, answers=240, models=5, daily_questions=4)


@pytest.fixture(autouse=True)
def _few_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeing, "WORLDS", 3)


def claimed(board: PlayedBoard) -> SightClaim | None:
    with board.at_this_day():
        return seeing.claim_today(board.runtime)


def claim_of(board: PlayedBoard) -> SightClaim:
    claim = claimed(board)
    assert claim is not None
    return claim


def look(board: PlayedBoard, claim: SightClaim) -> SightClaim | None:
    """Look in one world."""
    with board.at_this_day():
        return seeing.look(board.runtime, claim, portion_s=0)


def look_to_the_end(board: PlayedBoard, claim: SightClaim | None) -> int:
    """Look until nothing is left; return how many portions there were."""
    portions = 0
    while claim is not None:
        claim, portions = look(board, claim), portions + 1
    return portions


def stored(database: Database) -> StoredSight:
    with database.read() as session:
        return session.exec(select(StoredSight)).one()


def seen(database: Database) -> BoardSight | None:
    with database.read() as session:
        return board_sight(session)


def let_leases_end(database: Database) -> None:
    with database.write() as session:
        session.exec(update(StoredSight).values(lease_until_s=0.0))


def everything_else(database: Database) -> dict[str, list[Any]]:
    with database.read() as session:
        return {
            table.name: sorted(map(repr, session.connection().execute(table.select())))
            for table in SQLModel.metadata.sorted_tables
            if not table.name.startswith("sight")
        }


def test_what_is_worked_out_in_portions_is_what_the_power_of_the_history_is(database: Database) -> None:
    board = calibrated_board(database)

    portions = look_to_the_end(board, claimed(board))

    found = seen(database)
    assert found is not None
    with database.read() as session:
        history = read_history(session, board.runtime.settings.zone)
    sights = power_of(history, [Option(multiple=1, asks=True)], replicates=15)
    assert portions == 3
    assert [(each.points, each.replicates, each.days) for each in found.finds] == [
        (each.points, each.replicates, each.days) for each in sights
    ]
    assert (found.day, found.runs, found.answers, found.models, found.last_run) == (DAY, 1, 240, 5, 1)
    assert (found.daily_questions, found.simulated, found.reason) == (sights[0].daily_questions, True, None)


def test_a_board_that_asks_nobody_again_is_looked_at_as_such(database: Database) -> None:
    board = calibrated_board(database, Settings(reask_after_s=0, ask_again=False))

    look_to_the_end(board, claimed(board))

    found = seen(database)
    with database.read() as session:
        history = read_history(session, board.runtime.settings.zone)
    sights = power_of(history, [Option(multiple=1, asks=False)], replicates=15)
    assert found is not None
    assert not found.asks
    assert [each.days for each in found.finds] == [each.days for each in sights]


def test_two_workers_at_one_moment_claim_a_day_once(database: Database) -> None:
    board = calibrated_board(database)
    barrier = Barrier(4)

    def claim(_: int) -> SightClaim | None:
        barrier.wait()
        return seeing.claim_today(board.runtime)

    with board.at_this_day(), ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(claim, range(4)))

    assert sorted(map(str, claims)) == sorted(map(str, [SightClaim(day=DAY, attempt=1), None, None, None]))


def test_what_is_worked_out_is_not_worked_out_again_that_day(database: Database) -> None:
    board = calibrated_board(database)
    look_to_the_end(board, claimed(board))
    before = stored(database)

    again = claimed(board)

    assert again is None
    assert look(board, SightClaim(day=DAY, attempt=before.attempt)) is None
    assert stored(database) == before


def test_the_next_day_is_due_when_its_own_run_has_concluded(database: Database) -> None:
    board = calibrated_board(database)
    look_to_the_end(board, claimed(board))
    board.day += 1
    early = claimed(board)
    board.day -= 1
    board.play_day()

    late = claimed(board)

    assert early is None
    assert late == SightClaim(day=date(2026, 3, 2), attempt=1)


def test_while_a_run_is_open_nothing_is_begun_and_what_was_begun_is_let_go(database: Database) -> None:
    board = calibrated_board(database)
    claim = claim_of(board)
    goes_on = look(board, claim)
    with board.at_this_day():
        board.order(RunKind.SMOKE, list(board.bank.questions[:4]))

    lets_go = look(board, claim)
    during = claimed(board)
    with board.at_this_day():
        board.play_all()
    after = claimed(board)

    assert goes_on == claim
    assert (lets_go, during) == (None, None)
    assert after == SightClaim(day=DAY, attempt=2)
    assert stored(database).worlds == 1


def test_what_is_concluded_on_the_way_counts_the_next_day(database: Database) -> None:
    board = calibrated_board(database)
    claim = look(board, claim_of(board))
    board.day -= 1
    board.play_day()

    look_to_the_end(board, claim)

    found = seen(database)
    assert found is not None
    assert (found.last_run, found.runs, found.answers) == (1, 1, 240)
    assert [each.replicates for each in found.finds] == [15, 15, 15]


def test_a_worker_that_died_is_followed_by_another_that_goes_on_where_it_was(database: Database) -> None:
    board = calibrated_board(database)
    claim = claim_of(board)
    look(board, claim)
    dead = begin_portion(database, claim, lease_s=LEASE_S)
    assert dead is not None
    at_once = claimed(board)
    let_leases_end(database)

    heir = claim_of(board)

    assert at_once is None
    assert heir == SightClaim(day=DAY, attempt=2)
    assert not store_portion(database, dead, LOOKED, cpu_s=1.0, ends=True)
    assert look_to_the_end(board, heir) == 2
    found = seen(database)
    assert found is not None
    assert [each.replicates for each in found.finds] == [15, 15, 15]


def test_a_message_that_comes_twice_counts_a_world_once(database: Database) -> None:
    board = calibrated_board(database)
    claim = claim_of(board)
    twins = [begin_portion(database, claim, lease_s=LEASE_S) for _ in range(2)]

    kept = [store_portion(database, twin, LOOKED, cpu_s=1.0, ends=False) for twin in twins if twin is not None]

    assert kept == [True, False]
    with database.read() as session:
        (fall,) = session.exec(select(SightOfFall)).all()
    assert (fall.points, fall.replicates, fall.days) == (10, 3, [2, 4])
    assert stored(database).worlds == 1


def test_a_day_of_many_portions_is_not_given_up_as_long_as_something_comes_of_each(database: Database) -> None:
    board = calibrated_board(database)
    claim = claim_of(board)

    for _ in range(MOST_TRIES + 2):
        begun = begin_portion(database, claim, lease_s=LEASE_S)
        assert begun is not None
        assert store_portion(database, begun, LOOKED, cpu_s=1.0, ends=False)

    assert (stored(database).worlds, stored(database).cpu_s) == (MOST_TRIES + 2, MOST_TRIES + 2.0)


def test_looking_is_in_no_transaction_and_holds_no_connection(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = calibrated_board(database)
    held: list[int] = []
    count_checked_out: Callable[[], int] = database.engine.pool.checkedout  # type: ignore[attr-defined]

    def look_meanwhile(*given: Any, **named: Any) -> Looked:
        held.append(count_checked_out())
        with board.at_this_day():
            board.order(RunKind.SMOKE, list(board.bank.questions[:4]))
        return looking_before(*given, **named)

    looking_before = looking.look
    monkeypatch.setattr(looking, "look", look_meanwhile)

    look(board, claim_of(board))

    assert held == [0]
    assert stored(database).worlds == 1


def test_a_portion_that_outlasts_its_lease_keeps_its_claim(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    board = calibrated_board(database)
    taken: list[object] = []

    def look_long(*given: Any, **named: Any) -> Looked:
        """Look, while the lease runs out and comes to be renewed, as the keeper's thread does."""
        let_leases_end(database)
        assert board.runtime.sight_leases.renew_now()
        taken.append(claimed(board))
        return looking_before(*given, **named)

    looking_before = looking.look
    monkeypatch.setattr(looking, "look", look_long)

    look(board, claim_of(board))

    assert taken == [None]
    assert stored(database).worlds == 1


def test_nothing_else_is_changed_by_it(database: Database) -> None:
    board = calibrated_board(database)
    board.play_day()
    before = everything_else(database)

    look_to_the_end(board, claimed(board))

    assert seen(database) is not None
    assert everything_else(database) == before
    assert any(before["verdict"])


def test_a_board_of_which_too_little_is_known_says_so_and_is_done_for_the_day(database: Database) -> None:
    board = PlayedBoard(database, models=2, per_tier=2)
    board.play_day()

    portions = look_to_the_end(board, claimed(board))

    found = seen(database)
    assert found is not None
    assert portions == 1
    assert (found.reason or "").startswith("not enough evidence: no model has 40 scored answers")
    assert (found.finds, found.answers) == ((), 8)
    assert claimed(board) is None


def test_trouble_is_met_a_few_times_and_then_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    board = calibrated_board(database)
    tries: list[int] = []

    def stumble(*_given: Any, **_named: Any) -> Looked:
        tries.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(looking, "look", stumble)

    while (claim := claimed(board)) is not None:
        assert look(board, claim) is None

    found = seen(database)
    assert len(tries) == MOST_TRIES
    assert found is not None
    assert (found.finds, found.reason) == ((), "could not be worked out that day; the workers' logs say why")


def test_workers_that_die_of_it_are_not_all_ended(database: Database) -> None:
    board = calibrated_board(database)
    zone = board.runtime.settings.zone
    begun = []

    with board.at_this_day():
        while (claim := claim_sight(database, zone, asks=True, lease_s=LEASE_S)) is not None:
            begun.append(begin_portion(database, claim, lease_s=LEASE_S))
            let_leases_end(database)

    assert [each is not None for each in begun] == [True] * MOST_TRIES + [False]


def test_a_day_ends_with_fewer_worlds_when_it_takes_too_long_but_not_with_too_few(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = calibrated_board(database)
    monkeypatch.setattr(seeing, "WORLDS", 20)
    monkeypatch.setattr(seeing, "LEAST_WORLDS", 2)
    monkeypatch.setattr(seeing, "LONGEST_S", 0.0)

    look_to_the_end(board, claimed(board))

    found = seen(database)
    assert found is not None
    assert {each.replicates for each in found.finds} == {10}
