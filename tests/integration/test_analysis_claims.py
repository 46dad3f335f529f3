"""One analysis at a time: leases on judging, taken over from the dead, refused to the late."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import col, delete, select, update

from tests.played import calibrated_board
from worker import analysing, closing, regrading
from yzindex.records.analyses import analyses_standing, analysis_is_due, take_stamp
from yzindex.records.database import Database
from yzindex.records.judging import judged
from yzindex.records.run_claims import claim_analysis, renew_run_claims
from yzindex.records.run_views import run_view
from yzindex.records.runs import claim_conclusion
from yzindex.records.states import RunKind, RunStatus
from yzindex.records.tables import (
    Run,
    StoredAnalysis,
    StoredVerdict,
)
from yzindex.settings import Settings


def test_whoever_has_read_too_early_writes_nothing(database: Database) -> None:
    board = calibrated_board(database)
    with database.read() as session:
        before = analyses_standing(session, board.runtime.settings.zone)
    board.play_day()

    with database.write() as session:
        assert not take_stamp(session, before)
        assert take_stamp(session, analyses_standing(session, board.runtime.settings.zone))


def test_a_run_that_takes_longer_to_judge_than_a_lease_is_judged_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = calibrated_board(database, Settings(reask_after_s=0, ask_again=False))
    taken: list[object] = []

    def judge_long(*given: Any, **named: Any) -> Any:
        """Judge, while the lease runs out and comes to be renewed, as the keeper's thread does."""
        number = named["concluding"]
        with database.write() as session:
            session.exec(update(Run).where(col(Run.number) == number).values(lease_until_s=0.0))
        assert board.runtime.run_leases.renew_now()
        taken.append(claim_conclusion(database, number, lease_s=60))
        return judged(*given, **named)

    monkeypatch.setattr(analysing, "judged", judge_long)

    number = board.play_day()

    assert taken == [None]
    assert run_view(database, number).head.status is RunStatus.CONCLUDED
    with database.read() as session:
        assert len(session.exec(select(StoredVerdict)).all()) == len(board.fleet.models)


def test_whoever_comes_late_to_a_conclusion_that_another_took_over_judges_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = calibrated_board(database)
    board.day += 1
    with board.at_this_day():
        number = board.order(RunKind.SMOKE, list(board.bank.questions[:4]))
        board.answer(number)
        claims = []
        for _ in range(2):
            with database.write() as session:
                session.exec(update(Run).where(col(Run.number) == number).values(lease_until_s=0.0))
            claims.append(closing.conclusion_of(board.runtime, number))
        late, heir = claims
        assert late and heir

        times = counted_judging(monkeypatch)

        assert closing.conclude(board.runtime, late) is None
        assert times == []
        assert closing.conclude(board.runtime, heir) is not None
        assert times == [number]


def test_what_was_left_undone_is_analysed_by_one_at_a_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    board = calibrated_board(database)
    board.play_day()
    with database.write() as session:
        session.exec(delete(StoredAnalysis))
    times = counted_judging(monkeypatch, meanwhile=lambda: closing.analyse_again(board.runtime))

    with board.at_this_day():
        closing.analyse_again(board.runtime)

    assert times == [None]
    assert not analysis_is_due(database)


def counted_judging(
    monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object] = lambda: None
) -> list[int | None]:
    """Note which run each judging concludes; `meanwhile` happens while one goes on, unless it is its own doing."""
    times: list[int | None] = []

    def judge(*given: Any, concluding: int | None = None, **named: Any) -> Any:
        times.append(concluding)
        if len(times) == 1:
            meanwhile()
        return judged(*given, concluding=concluding, **named)

    monkeypatch.setattr(analysing, "judged", judge)
    return times


@pytest.mark.parametrize(("more", "is_due"), [("0.000", False), ("0.001", True)])
def test_only_a_score_that_differs_as_a_number_is_analysed_again(database: Database, more: str, is_due: bool) -> None:
    board = calibrated_board(database)
    board.play_day()
    board.grader = lambda score: score + Decimal(more)
    with board.at_this_day():
        regrading.plan_today(board.runtime)
        board.regrade()

    assert analysis_is_due(database) is is_due


def test_an_analysis_whose_worker_died_is_taken_over_when_its_lease_has_run_out(database: Database) -> None:
    board = calibrated_board(database)
    board.play_day()
    with database.write() as session:
        session.exec(delete(StoredAnalysis))
    dead = claim_analysis(database, lease_s=60)
    assert dead
    with board.at_this_day():
        assert closing.analyse_again(board.runtime) == ()
        assert analysis_is_due(database)
        with database.write() as session:
            session.exec(update(Run).where(col(Run.number) == dead.run_number).values(lease_until_s=0.0))

        closing.analyse_again(board.runtime)

    assert not analysis_is_due(database)
    assert renew_run_claims(database, [dead], lease_s=60) == ()
