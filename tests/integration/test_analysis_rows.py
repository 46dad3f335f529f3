"""The analysis inside the house: a board played in the rows, judged and asked again by itself."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from sqlmodel import SQLModel, col, delete, select, update

from tests.played import FIRST_DAY, PlayedBoard, calibrated_board
from worker import analysing, closing
from yzindex.asking_again import allowance_of, order_confirmation
from yzindex.bank.files import Bank
from yzindex.drift.outcomes import Settled
from yzindex.drift.rules import Rules
from yzindex.drift.verdict import Verdict
from yzindex.drift.words import Word
from yzindex.records.analyses import analysis_is_due, troubles
from yzindex.records.database import Database
from yzindex.records.judging import judged
from yzindex.records.run_views import run_view
from yzindex.records.runs import claim_conclusion
from yzindex.records.states import ConfirmationStage, MoveCause, RegradePurpose, RunKind, RunStatus
from yzindex.records.tables import (
    BoardMove,
    ConfirmedChange,
    Evaluation,
    Expectation,
    Regrade,
    Run,
    StoredAnalysis,
    StoredConfirmation,
    StoredVerdict,
)
from yzindex.settings import Settings

FALLEN = "sim/m3"


def all_of(database: Database, table: type[SQLModel]) -> Sequence[Any]:
    with database.read() as session:
        return session.exec(select(table)).all()


def words(database: Database, day: int) -> dict[str, Word]:
    """What is said of each model on a day of the board."""
    with database.read() as session:
        found = session.exec(
            select(Evaluation.model, StoredVerdict.word)
            .join(Evaluation, col(Evaluation.id) == col(StoredVerdict.evaluation_id))
            .where(StoredVerdict.day == day_of(day))
        )
        return {model: Word(word) for model, word in found}


def day_of(day: int) -> dt.date:
    return (FIRST_DAY + dt.timedelta(days=day)).date()


def as_said(verdict: Verdict) -> tuple[object, ...]:
    return (verdict.word, verdict.size, verdict.since, verdict.evidence, verdict.fall_ratio, verdict.log_evidence_fall)


def as_stored(row: StoredVerdict) -> tuple[object, ...]:
    return (row.word, row.size, row.since, row.evidence, row.fall_ratio, row.log_evidence_fall)


def fallen_board(database: Database, days: int = 7) -> PlayedBoard:
    """A board on which one model falls far from its second day on."""
    board = PlayedBoard(database, models=6, per_tier=12, seed=2)
    board.calibrate()
    for day in range(days):
        if day == 1:
            board.ability[FALLEN] -= 4.5
        board.play_day()
    return board


def test_a_model_that_falls_is_asked_again_by_itself_until_its_drop_is_confirmed(database: Database) -> None:
    board = fallen_board(database)

    (change,) = all_of(database, ConfirmedChange)
    assert change.model == FALLEN
    assert change.lo <= change.size <= change.hi < 0
    assert change.worse > 3 * change.better
    last = words(database, board.day)
    assert last[FALLEN] is Word.CONFIRMED_DROP
    assert {each for model, each in last.items() if model != FALLEN} <= set(Word) - {Word.CONFIRMED_DROP, Word.MOVED}
    confirmations = [each for each in all_of(database, StoredConfirmation) if each.model == FALLEN]
    assert {each.stage for each in confirmations} == set(ConfirmationStage) - {ConfirmationStage.LEVEL}
    control = next(each.run_number for each in confirmations if each.stage is ConfirmationStage.CONTROL)
    assert len(run_view(database, control).evaluations) == 5
    assert FALLEN not in run_view(database, control).head.models
    again = [each for each in all_of(database, Regrade) if each.purpose is RegradePurpose.CONFIRMATION]
    assert again
    assert all_of(database, Expectation)
    assert troubles_of(database) == {}

    # The same rows, judged again as of any day by whoever has kept nothing, say what was said then.
    zone = board.runtime.settings.zone
    for day in range(1, board.day + 1):
        with database.read() as session:
            last_day = judged(session, zone, asks=True, as_of=day_of(day)).days[-1]
            rows = session.exec(
                select(Evaluation.model, StoredVerdict)
                .join(Evaluation, col(Evaluation.id) == col(StoredVerdict.evaluation_id))
                .where(StoredVerdict.day == day_of(day))
            ).all()
        assert {each.model: as_said(each) for each in last_day.verdicts} == {
            model: as_stored(row) for model, row in rows
        }


def test_after_the_pool_has_moved_every_model_is_asked_for_its_new_level_and_verdicts_go_on(
    database: Database,
) -> None:
    board = PlayedBoard(database, models=6, per_tier=12)
    board.calibrate()
    for day in range(20):
        if day == 1:
            for model in board.ability:
                board.ability[model] -= 4.0
        board.play_day()

    (move,) = all_of(database, BoardMove)
    assert move.cause is MoveCause.QUESTIONS
    levels = [each for each in all_of(database, StoredConfirmation) if each.stage is ConfirmationStage.LEVEL]
    assert Counter(each.model for each in levels) == dict.fromkeys(board.ability, Rules().suspended_days)
    assert [run_view(database, each.run_number).head.models for each in levels] == [(each.model,) for each in levels]
    assert not all_of(database, ConfirmedChange)
    assert Word.MOVED not in words(database, board.day).values()
    assert troubles_of(database) == {}


def troubles_of(database: Database) -> dict[int, str]:
    with database.read() as session:
        return troubles(session)


def test_a_grader_that_moves_is_found_and_repaired_and_no_model_is_blamed(database: Database) -> None:
    board = PlayedBoard(database, models=6, per_tier=12)
    board.calibrate()
    board.play_day()
    board.grader = lambda score: score * Decimal("0.5")
    moved_on = board.day + 1
    for _ in range(4):
        board.play_day()
        plan_thermometer(board)

    moves = all_of(database, BoardMove)
    assert [each.cause for each in moves] == [MoveCause.GRADER]
    assert moves[0].ended_on is not None
    assert any(each.purpose is RegradePurpose.REPAIR for each in all_of(database, Regrade))
    assert all_of(database, ConfirmedChange) == []
    said = {word for day in range(moved_on, board.day + 1) for word in words(database, day).values()}
    assert Word.CONFIRMED_DROP not in said


def test_a_grader_that_moves_and_soon_moves_back_has_moved_twice(database: Database) -> None:
    board = PlayedBoard(database, models=6, per_tier=12)
    board.calibrate()
    for kept in ("0.5", "0.5", "1", "1", "1"):
        board.grader = Decimal(kept).__mul__
        board.play_day()
        plan_thermometer(board)

    assert [each.settled for each in all_of(database, BoardMove)] == [Settled.HELD, Settled.HELD]


def test_a_trouble_of_the_sample_alone_is_told_as_a_move_and_overturned(database: Database) -> None:
    board = PlayedBoard(database, models=6, per_tier=12)
    board.calibrate()
    board.play_day()
    board.grader = lambda score: score * Decimal("0.5")
    plan_thermometer(board)
    board.grader = lambda score: score
    for _ in range(2):
        board.play_day()
        plan_thermometer(board)

    (move,) = all_of(database, BoardMove)
    assert move.cause is MoveCause.GRADER
    assert move.settled is Settled.OVERTURNED
    assert "0 came out different" in (move.settled_because or "")


def plan_thermometer(board: PlayedBoard) -> None:
    from worker import regrading

    with board.at_this_day():
        regrading.plan_today(board.runtime)
        board.play_all()
        board.regrade()
        closing.analyse_again(board.runtime)
        board.play_all()


def test_a_run_is_concluded_though_its_analysis_fails_and_the_sweeper_makes_good(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = calibrated_board(database)
    with monkeypatch.context() as broken:
        broken.setattr(analysing, "judged", fail)
        number = board.play_day()

    assert run_view(database, number).head.status is RunStatus.CONCLUDED
    assert troubles_of(database) == {number: "ZeroDivisionError: of no model"}
    assert words(database, 1) == {}
    # Not at once again, and then by itself.
    assert not analysis_is_due(database)
    with database.write() as session:
        session.exec(update(StoredAnalysis).values(not_before_s=0.0))
    assert analysis_is_due(database)

    closing.analyse_again(board.runtime)

    assert troubles_of(database) == {}
    assert len(words(database, 1)) == 5
    assert not analysis_is_due(database)


def fail(*_: object, **__: object) -> None:
    raise ZeroDivisionError("of no model")


def test_trouble_that_stays_is_tried_again_later_and_later(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    board = calibrated_board(database)
    monkeypatch.setattr(analysing, "judged", fail)
    board.play_day()
    waits = []
    for _ in range(3):
        with database.write() as session:
            session.exec(update(StoredAnalysis).values(not_before_s=0.0))
        closing.analyse_again(board.runtime)
        waits.append(max(each.not_before_s for each in all_of(database, StoredAnalysis)))

    longer = [later - earlier for earlier, later in pairwise(waits)]
    assert longer[0] > 100
    assert longer[1] > 200


def test_what_was_concluded_before_there_were_verdicts_is_judged_with_the_next_run(database: Database) -> None:
    board = calibrated_board(database)
    board.play_day()
    with database.write() as session:
        for table in (StoredVerdict, Expectation, StoredAnalysis):
            session.exec(delete(table))

    board.play_day()

    assert [len(words(database, day)) for day in (1, 2)] == [5, 5]


@pytest.mark.parametrize(
    "settings",
    [
        Settings(reask_after_s=0, ask_again=False),
        Settings(reask_after_s=0, ask_again_calls=1),
        Settings(reask_after_s=0, ask_again_usd=Decimal("0.0001")),
    ],
    ids=["switched off", "too many calls", "too dear"],
)
def test_nothing_is_asked_again_beyond_what_is_allowed(database: Database, settings: Settings) -> None:
    board = calibrated_board(database, settings, price=Decimal(10))
    board.ability[FALLEN] -= 5
    for _ in range(4):
        board.play_day()

    assert all_of(database, StoredConfirmation) == []
    assert all_of(database, ConfirmedChange) == []
    # Nothing is said either that fresh answers have not confirmed.
    assert Word.SUSPECTED in {words(database, day)[FALLEN] for day in range(1, 5)}


def test_a_model_whose_answers_all_failed_to_come_gets_a_verdict_that_says_so(database: Database) -> None:
    board = calibrated_board(database)
    board.fails = lambda _run, model: model == FALLEN
    number = board.play_day()

    assert run_view(database, number).head.status is RunStatus.CONCLUDED
    assert words(database, 1)[FALLEN] is Word.NOT_ENOUGH_EVIDENCE
    assert len(words(database, 1)) == 5


def test_a_model_can_be_asked_again_by_hand_once_a_day_and_goes_the_same_way(database: Database) -> None:
    board = calibrated_board(database)
    board.play_day()
    board.ability[FALLEN] -= 6
    with board.at_this_day():
        ordered = [order_by_hand(board) for _ in range(2)]
        assert [each.created for each in ordered] == [True, False]
        assert ordered[0].number == ordered[1].number
        board.play_all()
    for _ in range(3):
        board.play_day()

    (filed,) = [each for each in all_of(database, StoredConfirmation) if each.by_hand]
    assert (filed.run_number, filed.model, filed.stage) == (ordered[0].number, FALLEN, ConfirmationStage.FRESH)
    assert [each.model for each in all_of(database, ConfirmedChange)] == [FALLEN]


def order_by_hand(board: PlayedBoard) -> Any:
    settings = board.runtime.settings
    return order_confirmation(
        board.runtime.database, board.bank, board.fleet, FALLEN, settings.zone, allowance_of(settings)
    )


def test_fresh_answers_are_not_judged_before_the_earlier_ones_are_graded_again(database: Database) -> None:
    board = calibrated_board(database)
    board.play_day()
    with board.at_this_day():
        number = order_by_hand(board).number
        board.answer(number)
        with database.write() as session:
            session.exec(update(Run).where(col(Run.number) == number).values(lease_until_s=0.0))
        assert claim_conclusion(database, number, lease_s=60) is None

        board.regrade()

        assert claim_conclusion(database, number, lease_s=60) is not None


def test_a_bank_of_other_dimensions_alone_is_judged_without_fault(database: Database) -> None:
    from tests import rows
    from yzindex.dimensions import Dimension

    board = PlayedBoard(database, models=2, per_tier=1)
    board.bank = Bank(version="t", questions=(rows.question(Dimension.INTEGRITY, 1),))
    board.day = 0
    with board.at_this_day():
        number = board.order(RunKind.SMOKE, list(board.bank.questions))
        board.play_all()

    assert run_view(database, number).head.status is RunStatus.CONCLUDED
    assert set(words(database, 0).values()) == {Word.NOT_ENOUGH_EVIDENCE}
    assert troubles_of(database) == {}
