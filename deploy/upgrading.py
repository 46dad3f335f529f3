"""Bring the stack's database to this version, with a copy of the former one in the backups."""

import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import URL, inspect, make_url
from sqlalchemy.exc import SQLAlchemyError

from deploy.faults import DatabaseUnusable
from yzindex.records.database import Database
from yzindex.records.migrating import check_known, is_current, migrate


def prepare_database(address: str, backups: Path, say: Callable[[str], None], *, without_backup: bool = False) -> None:
    """Create or upgrade the tables, or raise `DatabaseUnusable`.

    A database that has tables is copied before it is upgraded, PostgreSQL by `pg_dump`; without a copy, nothing is
    changed unless `without_backup` says so.
    """
    try:
        with closing(Database(address)) as database:
            if is_current(database):
                return
            check_known(database)
            if _has_tables(database) and not without_backup:
                say(f"upgrading the database; the former one is kept as {back_up(address, backups)}")
            migrate(database)
    except (SQLAlchemyError, CommandError, sqlite3.Error) as error:
        where = make_url(address).render_as_string(hide_password=True)
        raise DatabaseUnusable(
            f"the database {where} cannot be brought to this version: {error}. If a newer version made it, use that one"
        ) from error


def _has_tables(database: Database) -> bool:
    return bool(inspect(database.engine).get_table_names())


def sqlite_file(address: str) -> Path | None:
    """The file of an SQLite address, absolute; None for a server's."""
    url = make_url(address)
    return Path(url.database).resolve() if url.get_backend_name() == "sqlite" and url.database else None


def back_up(address: str, backups: Path) -> Path:
    """Copy a database, also while others write to it; return the copy. Raises `DatabaseUnusable` where it cannot."""
    file, taken = sqlite_file(address), f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    if file is None:
        return _dump(make_url(address), backups / f"{make_url(address).database}-{taken}.dump")
    copy = backups / f"{file.stem}-{taken}{file.suffix}"
    # Renamed when it is whole: half a copy must not look like one.
    part = copy.with_suffix(".part")
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
    except sqlite3.Error:
        part.unlink(missing_ok=True)
        part.with_name(f"{part.name}-journal").unlink(missing_ok=True)
        raise
    return part.rename(copy)


def _dump(url: URL, copy: Path) -> Path:
    """Dump a PostgreSQL database in the form that `pg_restore` reads."""
    # The password goes by the environment: arguments can be read by everybody on the machine.
    address = url._replace(drivername="postgresql", password=None).render_as_string(hide_password=False)
    password = {"PGPASSWORD": url.password} if url.password else {}
    try:
        dumped = subprocess.run(
            ["pg_dump", "--format=custom", f"--file={copy}", f"--dbname={address}"],
            env=os.environ | password,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        trouble = dumped.stderr.strip() if dumped.returncode else None
    except FileNotFoundError:
        trouble = "pg_dump is not installed (Debian: apt-get install postgresql-client)"
    if trouble is not None:
        copy.unlink(missing_ok=True)
        raise DatabaseUnusable(
            f"the database is of a former version, and it is not upgraded without a copy: {trouble}. "
            "Mend that; or make a copy yourself, then start once with `yz up --without-backup`"
        )
    return copy
