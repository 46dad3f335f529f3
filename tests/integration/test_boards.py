"""The big boards are what pages are tested on, so each must hold what it is for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from tests.boards import quarter as quarters
from tests.boards.cast import Cast
from tests.boards.folder import BoardFolder
from tests.boards.hostile import TEXTS, hostile, write_hostile
from tests.boards.playing import BoardPlayer
from tests.boards.questions import board_bank
from tests.boards.shelf import shared_board
from tests.boards.wholesale import WholesaleWriter
from tests.boards.year import year
from yzindex.bank.files import load_bank
from yzindex.dimensions import Dimension
from yzindex.drift.words import Word
from yzindex.fleet import read_fleet
from yzindex.records.columns import storable
from yzindex.records.database import Database
from yzindex.records.states import AnswerState, Direction, MoveCause, Purpose, RegradePurpose, RunKind
from yzindex.records.tables import (
    Answer,
    BoardMove,
    ConfirmedChange,
    Evaluation,
    Regrade,
    Run,
    StoredAnalysis,
    StoredCall,
    StoredScore,
    StoredVerdict,
)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> BoardFolder:
    return shared_board("quarter", tmp_path_factory)


@pytest.fixture(scope="module")
def quarter(folder: BoardFolder) -> Iterator[Database]:
    database = Database(folder.address)
    yield database
    database.close()


def contents(file: Path) -> Sequence[str]:
    connection = sqlite3.connect(file)
    lines = list(connection.iterdump())
    connection.close()
    return lines


def test_the_quarter_has_a_daily_run_of_ten_questions_on_each_of_its_days(quarter: Database) -> None:
    with quarter.read() as session:
        kinds = dict(session.exec(select(Run.kind, func.count()).group_by(Run.kind)).all())
        asked = session.exec(select(Evaluation.asked).join(Run).where(Run.kind == RunKind.SMOKE).distinct()).all()
        scored = session.exec(select(StoredScore.dimension).where(StoredScore.scored > 0).distinct()).all()
        models = session.exec(select(Evaluation.model).distinct()).all()

    assert (kinds[RunKind.CALIBRATION], kinds[RunKind.SMOKE]) == (1, quarters.DAYS)
    assert kinds[RunKind.CONFIRMATION] > 0
    assert asked == [10]
    assert set(scored) == set(Dimension)
    assert len(models) == 12


def test_the_real_changes_of_the_quarter_are_confirmed_and_nobody_else_is_accused(
    quarter: Database, folder: BoardFolder
) -> None:
    with quarter.read() as session:
        changes = session.exec(select(ConfirmedChange)).all()

    found = {(each.model, each.direction): (each.since - folder.cast.began).days for each in changes}
    changed = {each.slug: min(each.ability_from) for each in folder.cast.characters if each.ability_from}
    assert set(found) == {
        (quarters.FALLEN, Direction.FALL),
        (quarters.FALLING, Direction.FALL),
        (quarters.RISEN, Direction.RISE),
    }
    assert all(abs(day - changed[model]) <= 3 for (model, _), day in found.items())


def test_the_grader_of_the_quarter_moves_is_repaired_and_recovers(quarter: Database, folder: BoardFolder) -> None:
    with quarter.read() as session:
        moves = session.exec(select(BoardMove).order_by(col(BoardMove.day))).all()
        repaired = session.exec(select(func.count()).where(Regrade.purpose == RegradePurpose.REPAIR)).one()

    days = [(each.day - folder.cast.began).days for each in moves]
    assert {each.cause for each in moves} == {MoveCause.GRADER}
    assert days == [quarters.TROUBLE.first, quarters.TROUBLE.last + 1]
    assert [each.points is not None and each.points < 0 for each in moves] == [True, False]
    assert repaired > 1_000


def test_every_word_but_recovery_is_said_in_the_quarter(quarter: Database) -> None:
    with quarter.read() as session:
        said = set(session.exec(select(StoredVerdict.word).distinct()).all())

    assert said >= set(Word) - {Word.RECOVERED}


def test_the_quarter_has_capped_models_every_label_and_unscored_answers_of_both_kinds(quarter: Database) -> None:
    with quarter.read() as session:
        labels = set(session.exec(select(Evaluation.label).distinct()).all())
        capped = session.exec(select(Evaluation.model).where(Evaluation.core_display != Evaluation.core_raw)).all()
        reasons = session.exec(
            select(Answer.reason).where(Answer.state == AnswerState.UNSCORED).distinct().order_by(col(Answer.reason))
        ).all()

    assert labels >= {"pass", "warn", "fail"}
    assert quarters.CAPPED in capped
    assert [reason.split()[0] for reason in reasons if reason] == ["no", "provider"]


def test_models_come_and_go_and_change_their_version_in_the_quarter(quarter: Database) -> None:
    with quarter.read() as session:
        runs = {
            model: (first, last)
            for model, first, last in session.exec(
                select(Evaluation.model, func.min(Run.created_at), func.max(Run.created_at))
                .join(Run)
                .where(Run.kind == RunKind.SMOKE)
                .group_by(Evaluation.model)
            ).all()
        }
        versions = session.exec(
            select(Answer.model_returned)
            .join(Evaluation)
            .where(Evaluation.model == quarters.RENAMED, col(Answer.model_returned).is_not(None))
            .distinct()
        ).all()

    first, last = min(each for each, _ in runs.values()), max(each for _, each in runs.values())
    assert [model for model, (began, _) in runs.items() if began > first] == [quarters.LATE]
    assert [model for model, (_, ended) in runs.items() if ended < last] == [quarters.GONE]
    assert len(versions) == 2
    assert {quarters.SLASHES, quarters.LONG} <= set(runs)


def test_the_quarter_has_calls_of_models_and_judges_with_what_they_cost_and_met(quarter: Database) -> None:
    with quarter.read() as session:
        purposes = set(session.exec(select(StoredCall.purpose).distinct()).all())
        retried = session.exec(select(func.count()).where(StoredCall.attempts == 2)).one()
        free = session.exec(select(func.count()).where(Evaluation.cost_usd == 0, Evaluation.scored > 0)).one()

    assert purposes == {Purpose.ASK, Purpose.JUDGE}
    assert retried > 100
    assert free == 0


def test_every_run_of_the_quarter_was_analysed_without_trouble(quarter: Database) -> None:
    with quarter.read() as session:
        troubled = session.exec(select(StoredAnalysis.trouble).where(col(StoredAnalysis.trouble).is_not(None))).all()
        analysed = session.exec(select(func.count()).select_from(StoredAnalysis)).one()
        runs = session.exec(select(func.count()).select_from(Run)).one()

    assert troubled == []
    assert analysed == runs


def test_a_board_is_served_with_its_own_fleet_bank_and_day(folder: BoardFolder) -> None:
    served = folder.environment()

    assert read_fleet(Path(served["YZ_MODELS_FILE"])) == folder.cast.fleet
    assert load_bank(Path(served["YZ_BANK_DIR"])) == folder.cast.bank
    assert folder.last_day == folder.cast.began + timedelta(days=quarters.DAYS)


@pytest.mark.parametrize("writer", ["played", "wholesale"])
def test_the_same_cast_gives_the_same_rows(tmp_path: Path, writer: str) -> None:
    cast = replace(quarters.quarter(), days=2, bank=board_bank(variants=0), asks_on=frozenset({1, 2}))

    def play(database: Database, cast: Cast) -> None:
        BoardPlayer(database, cast).play() if writer == "played" else WholesaleWriter(database, cast).write()

    boards = [BoardFolder(database=tmp_path / name / "yz.sqlite3", cast=cast) for name in ("first", "second")]
    for board in boards:
        board.make(play)

    first, second = (contents(board.database) for board in boards)
    assert len(first) > 1_000
    assert first == second


def test_a_board_that_is_there_is_used_again_and_half_a_board_is_not(tmp_path: Path) -> None:
    board = BoardFolder(database=tmp_path / "yz.sqlite3", cast=year(days=1, models=2))

    def breaks(database: Database, cast: Cast) -> None:
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        board.make(breaks)
    assert not board.database.exists()
    board.make(lambda database, cast: WholesaleWriter(database, cast).write())
    made = contents(board.database)
    board.make(breaks)

    assert contents(board.database) == made


def test_a_year_in_small_has_a_verdict_for_every_model_on_every_day(tmp_path: Path) -> None:
    board = BoardFolder(database=tmp_path / "yz.sqlite3", cast=year(days=20, models=6))
    board.make(lambda database, cast: WholesaleWriter(database, cast).write())
    database = Database(board.address)

    with database.read() as session:
        verdicts = session.exec(select(func.count()).select_from(StoredVerdict)).one()
        words = set(session.exec(select(StoredVerdict.word).distinct()).all())
    database.close()

    assert verdicts == 20 * 6
    assert words > {Word.STEADY}


def test_every_hostile_text_stands_in_a_reply_as_the_database_keeps_it(tmp_path: Path) -> None:
    board = BoardFolder(database=tmp_path / "yz.sqlite3", cast=hostile())
    board.make(write_hostile)
    database = Database(board.address)

    with database.read() as session:
        replies = set(session.exec(select(Answer.reply)).all())
        judged = set(session.exec(select(StoredCall.text).where(StoredCall.purpose == Purpose.JUDGE)).all())
    database.close()

    kept = {storable(text) for text in TEXTS.values()}
    assert kept <= replies
    assert kept <= judged
