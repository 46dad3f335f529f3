"""A database of the version before, brought to this one with a copy kept, on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import make_url, text
from sqlmodel import select

from deploy.faults import DatabaseUnusable
from deploy.upgrading import back_up, prepare_database
from tests import engines
from tests.seen import FOUND, see
from yzindex.records.database import Database
from yzindex.records.migrating import configuration, is_current
from yzindex.records.run_views import run_view
from yzindex.records.sights import board_sight
from yzindex.records.states import ConfirmationStage, RunKind, RunStatus
from yzindex.records.tables import StoredConfirmation

FORMER = "0003"
#: A run as the version before wrote it.
WRITE_A_RUN = text("""
INSERT INTO run (number, kind, status, seed, bank_version, bank_digest, grader_version, judge_set_version,
                 formula_version, software_version, created_at, finished_at, request_digest, attempt)
VALUES (:number, 'smoke', 'concluded', 1, '1', 'd', '1', 'none', '1', '0.1.0', '2026-11-01 03:00:00+00',
        '2026-11-01 03:01:00+00', '', 1)
""")
WRITE_AN_EVALUATION = text("""
INSERT INTO evaluation (run_number, model, provider, vendor, model_asked, simulated, closed_at, core_raw, core_display,
                        scored, asked, cost_usd)
VALUES (:number, 'sim/agate', 'sim', 'sim', 'sim/agate', FALSE, '2026-11-01 03:01:00+00', '89.425', '89.425', 10, 10,
        '0.1')
""")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def former(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with the tables of the version before, and a run in them."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'yz.sqlite3'}")
        yield _filled(database)
        database.close()
        return
    with engines.empty_postgres() as address:
        database = Database(address)
        yield _filled(database)
        database.close()


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder


def _filled(database: Database) -> Database:
    bring_to_former(database, command.upgrade)
    write_as_before(database, 1)
    return database


def bring_to_former(database: Database, move: Callable[[Config, str], None]) -> None:
    bring_to(database, move, FORMER)


def bring_to(database: Database, move: Callable[[Config, str], None], revision: str) -> None:
    with database.engine.connect() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        move(config, revision)
        connection.commit()


def write_as_before(database: Database, number: int) -> None:
    with database.engine.begin() as connection:
        connection.execute(WRITE_A_RUN, {"number": number})
        connection.execute(WRITE_AN_EVALUATION, {"number": number})


def write_confirmation(database: Database, number: int, stage: str = "fresh") -> None:
    """A concluded confirmation, with a suspicion that it belongs to."""
    write_as_before(database, number)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE run SET kind = 'confirmation' WHERE number = :number"), {"number": number})
        connection.execute(
            text(
                "INSERT INTO confirmation (run_number, model, suspicion, stage, round) "
                "VALUES (:number, 'm', 's', :stage, 1)"
            ),
            {"number": number, "stage": stage},
        )


def address_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def test_an_upgrade_keeps_every_run_and_a_copy_of_the_former_database(former: Database, backups: Path) -> None:
    said: list[str] = []

    prepare_database(address_of(former), backups, said.append)

    assert is_current(former)
    run = run_view(former, 1)
    assert run.head.status is RunStatus.CONCLUDED
    assert run.evaluations[0].result
    assert str(run.evaluations[0].result.core_raw) == "89.425"
    (copy,) = backups.iterdir()
    assert said == [f"upgrading the database; the former one is kept as {copy}"]
    assert revision_in(copy) == FORMER


def test_workers_of_the_version_before_can_write_while_others_are_upgraded(former: Database, backups: Path) -> None:
    prepare_database(address_of(former), backups, print)

    write_as_before(former, 2)

    result = run_view(former, 2).evaluations[0].result
    assert result
    assert result.scored == 10


def test_a_database_of_a_newer_version_is_neither_copied_nor_touched(former: Database, backups: Path) -> None:
    with former.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseUnusable, match="newer version"):
        prepare_database(address_of(former), backups, print)

    assert list(backups.iterdir()) == []


def test_a_copy_that_fails_on_the_way_leaves_nothing_that_looks_like_one(tmp_path: Path, backups: Path) -> None:
    file = tmp_path / "broken.sqlite3"
    file.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)

    with pytest.raises(sqlite3.Error):
        back_up(f"sqlite:///{file}", backups)

    assert list(backups.iterdir()) == []


@pytest.mark.postgres
def test_a_server_that_cannot_be_dumped_is_left_as_it_is_until_somebody_says_so(
    backups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(backups))
    with engines.empty_postgres() as address, closing(_filled(Database(address))) as database:
        with pytest.raises(DatabaseUnusable, match=r"pg_dump is not installed.*yz up --without-backup"):
            prepare_database(address, backups, print)
        assert not is_current(database)

        prepare_database(address, backups, print, without_backup=True)

        assert is_current(database)
        assert list(backups.iterdir()) == []


def test_a_downgrade_and_an_upgrade_lose_nothing(former: Database, backups: Path) -> None:
    prepare_database(address_of(former), backups, print)
    write_confirmation(former, 2)
    write_as_before(former, 3)
    with former.engine.begin() as connection:
        connection.execute(text("UPDATE run SET kind = 'calibration' WHERE number = 3"))
    bring_to(former, command.downgrade, "0002")
    write_as_before(former, 4)
    prepare_database(address_of(former), backups, print)

    heads = [run_view(former, number).head for number in (1, 2, 3, 4)]
    # The version before knows neither kind: as a full run a confirmation must not come to count for the days.
    assert [(head.kind, head.status) for head in heads] == [
        (RunKind.SMOKE, RunStatus.CONCLUDED),
        (RunKind.FULL, RunStatus.CANCELLED),
        (RunKind.FULL, RunStatus.CONCLUDED),
        (RunKind.SMOKE, RunStatus.CONCLUDED),
    ]


def test_a_comparison_with_other_models_counts_for_nothing_in_the_version_before(
    former: Database, backups: Path
) -> None:
    prepare_database(address_of(former), backups, print)
    write_confirmation(former, 2)
    write_confirmation(former, 3, stage="control")
    bring_to_former(former, command.downgrade)
    prepare_database(address_of(former), backups, print)

    with former.read() as session:
        kept = session.exec(select(StoredConfirmation)).all()

    assert [(each.run_number, each.stage, each.since, each.by_hand) for each in kept] == [
        (2, ConfirmationStage.FRESH, None, False)
    ]
    assert run_view(former, 3).head.status is RunStatus.CANCELLED


def test_the_first_tables_can_be_reached_and_left_again(former: Database, backups: Path) -> None:
    with former.engine.begin() as connection:
        connection.execute(text("UPDATE run SET status = 'cancelled'"))
    bring_to(former, command.downgrade, "0001")

    prepare_database(address_of(former), backups, print)

    # The first version knew no cancelled run.
    assert run_view(former, 1).head.status is RunStatus.CONCLUDED


def test_a_downgrade_takes_along_what_the_board_can_see_and_nothing_else(former: Database, backups: Path) -> None:
    prepare_database(address_of(former), backups, print)
    see(former, on=date(2026, 11, 1), last_run=1)
    bring_to(former, command.downgrade, "0009")
    write_as_before(former, 2)
    prepare_database(address_of(former), backups, print)

    with former.read() as session:
        seen = board_sight(session)

    assert seen is None
    assert [run_view(former, number).head.number for number in (1, 2)] == [1, 2]
    see(former, on=date(2026, 11, 1), last_run=2)
    with former.read() as session:
        again = board_sight(session)
    assert again is not None
    assert [list(each.days) for each in again.finds] == list(FOUND.values())


def revision_in(copy: Path) -> str:
    """Which version's tables a copy holds: read as whoever has to restore it would."""
    if copy.suffix == ".dump":
        restored = subprocess.run(
            ["pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(copy)],
            capture_output=True,
            text=True,
            check=True,
        )
        return next(line for line in restored.stdout.splitlines() if line.isdecimal())
    with closing(sqlite3.connect(copy)) as backup:
        (revision,) = backup.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(revision)


def test_the_password_of_a_server_is_in_no_argument(backups: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def run(arguments: list[str], *, env: dict[str, str], **_: object) -> subprocess.CompletedProcess[str]:
        seen.extend([arguments, env["PGPASSWORD"]])
        return subprocess.CompletedProcess(arguments, 0, "", "")

    monkeypatch.setattr("deploy.upgrading.subprocess.run", run)
    back_up("postgresql+psycopg://yz:geheim@db.example/yz", backups)

    arguments, password = seen
    assert password == "geheim"
    assert "geheim" not in str(arguments)
    assert make_url("postgresql://yz@db.example/yz").render_as_string() in str(arguments)
