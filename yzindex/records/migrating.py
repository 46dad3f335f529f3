"""Bring a database to the tables of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from yzindex.records.database import Database


def migrate(database: Database) -> None:
    """Create or upgrade the tables; does nothing when they are of this version."""
    with database.engine.connect() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def is_current(database: Database) -> bool:
    """Whether the tables are exactly of this version."""
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(configuration()).get_current_head()


def check_known(database: Database) -> None:
    """Raise Alembic's `CommandError` where the tables are of a version that this one does not know."""
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found is not None:
        ScriptDirectory.from_config(configuration()).get_revision(found)


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
