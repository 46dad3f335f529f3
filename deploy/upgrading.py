"""Bring the stack's database to this version, with a copy of the former one in the backups."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from deploy.faults import DatabaseUnusable
from yzindex.records.database import Database
from yzindex.records.migrating import is_current, migrate


def prepare_database(address: str, backups: Path, say: Callable[[str], None]) -> None:
    """Create or upgrade the tables, or raise `DatabaseUnusable`.

    An SQLite file is copied before it is upgraded; PostgreSQL keeps its own backups.
    """
    file = sqlite_file(address)
    had_tables = file is not None and file.exists() and file.stat().st_size > 0
    try:
        with closing(Database(address)) as database:
            if is_current(database):
                return
            if file is not None and had_tables:
                say(f"upgrading the database; the former one is kept as {back_up(file, backups)}")
            migrate(database)
    except (SQLAlchemyError, CommandError, sqlite3.Error) as error:
        where = make_url(address).render_as_string(hide_password=True)
        raise DatabaseUnusable(
            f"the database {where} cannot be brought to this version: {error}. If a newer version made it, use that one"
        ) from error


def sqlite_file(address: str) -> Path | None:
    """The file of an SQLite address, absolute; None for a server's."""
    url = make_url(address)
    return Path(url.database).resolve() if url.get_backend_name() == "sqlite" and url.database else None


def back_up(file: Path, backups: Path) -> Path:
    """Copy an SQLite database, also while others write to it; return the copy."""
    copy = backups / f"{file.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}{file.suffix}"
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy
