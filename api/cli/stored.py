"""The database itself, for commands that calculate on it: the API calculates nothing that takes statistics."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.exits import ExitCode, Failure

if TYPE_CHECKING:
    from yzindex.records.database import Database
    from yzindex.settings import Settings


@contextmanager
def stored(settings: "Settings") -> Iterator["Database"]:
    """Open the database of the settings; one that is missing, away or of another version ends the command."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import SQLAlchemyError

    from yzindex.records.database import Database
    from yzindex.records.migrating import is_current

    url = make_url(settings.database_address)
    where = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise Failure(ExitCode.OURS_IS_DOWN, f"no database at {where}; `yz up` makes it, DATABASE_URL names another")
    database = Database(settings.database_address)
    try:
        if not is_current(database):
            raise Failure(ExitCode.OURS_IS_DOWN, f"{where} has not this version's tables; `yz up` migrates it")
        yield database
    except SQLAlchemyError as error:
        raise Failure(
            ExitCode.OURS_IS_DOWN, f"{where} does not answer ({type(error).__name__}); start it, or check DATABASE_URL"
        ) from error
    finally:
        database.close()
