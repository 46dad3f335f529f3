"""Reports of days that the analysis itself judged: each figure recomputed, and nobody accused without a verdict."""

from __future__ import annotations

import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from api.shapes.reports import as_markdown
from tests.played import PlayedBoard
from tests.report_checker import Checker
from yzindex.drift.words import Word
from yzindex.records.database import Database
from yzindex.records.report_view import run_facts
from yzindex.records.states import RunKind
from yzindex.records.tables import Evaluation, Run, StoredVerdict
from yzindex.settings import Settings

UTC = ZoneInfo("UTC")
FALLEN = "sim/m3"


@pytest.fixture
def own(tmp_path: Path, empty_tables: Path) -> Database:
    shutil.copy(empty_tables, tmp_path)
    return Database(f"sqlite:///{tmp_path / 'yz.sqlite3'}")


def daily_runs(database: Database) -> list[int]:
    with database.read() as session:
        rows = select(Run.number).where(Run.kind == RunKind.SMOKE).order_by(col(Run.number))
        return [number for number in session.exec(rows) if number is not None]


def convicted(database: Database, number: int) -> set[str]:
    with database.read() as session:
        rows = (
            select(Evaluation.model)
            .join(StoredVerdict, col(StoredVerdict.evaluation_id) == col(Evaluation.id))
            .where(Evaluation.run_number == number, StoredVerdict.word == Word.CONFIRMED_DROP)
        )
        return set(session.exec(rows))


@pytest.mark.parametrize("seed", [2, 5])
def test_every_report_of_a_board_with_a_fallen_model_is_true_and_accuses_it_alone(own: Database, seed: int) -> None:
    board = PlayedBoard(own, models=6, per_tier=12, seed=seed)
    board.calibrate()
    for day in range(7):
        if day == 1:
            board.ability[FALLEN] -= 4.5
        board.play_day()

    accused = set()
    for number in daily_runs(own):
        run, checker, guilty = run_facts(own, UTC, number), Checker(own, number), convicted(own, number)
        checker.check(as_markdown(run))
        for model in board.ability:
            article = as_markdown(run, model)
            checker.check(article, model)
            assert ("confirmed drop" in article) == (model in guilty)
        accused |= guilty
    assert accused <= {FALLEN}


def test_a_move_of_everything_is_told_and_accuses_nobody(own: Database) -> None:
    board = PlayedBoard(own, models=6, per_tier=12)
    board.calibrate()
    for day in range(6):
        if day == 1:
            for model in board.ability:
                board.ability[model] -= 4.0
        board.play_day()

    titles = []
    for number in daily_runs(own):
        article = as_markdown(run_facts(own, UTC, number))
        Checker(own, number).check(article)
        titles.append(article.split("\n")[0])
        assert "confirmed drop" not in article
    assert titles[-1].endswith("no verdicts today.")


def test_the_first_verdict_comes_no_sooner_than_was_foretold(own: Database) -> None:
    board = PlayedBoard(own, models=5, per_tier=11, settings=Settings(reask_after_s=0, ask_again=False))
    foretold = None
    for _ in range(32):
        run = run_facts(own, UTC, board.play_day())
        words = {each.word for each in run.morning.said}
        if words != {Word.NOT_ENOUGH_EVIDENCE}:
            assert foretold is not None
            assert foretold <= run.day
            assert (run.day - foretold).days < 8
            return
        foretold = run.morning.verdicts_from or foretold
    raise AssertionError("no verdict came")


def test_a_report_takes_as_many_queries_for_twelve_models_as_for_three(tmp_path: Path, empty_tables: Path) -> None:
    counts = []
    for models in (3, 12):
        folder = tmp_path / str(models)
        folder.mkdir()
        shutil.copy(empty_tables, folder)
        database = Database(f"sqlite:///{folder / 'yz.sqlite3'}")
        board = PlayedBoard(database, models=models, per_tier=11, settings=Settings(reask_after_s=0, ask_again=False))
        board.calibrate()
        board.play_day()
        number = board.play_day()
        statements: list[str] = []
        with database.read() as session:
            event.listen(session.get_bind(), "before_cursor_execute", lambda *given: statements.append(given[2]))  # noqa: B023
        run_facts(database, UTC, number)
        counts.append(len(statements))
        database.close()

    assert counts[0] == counts[1]
