"""Run by Alembic; the connection is handed in by `yzindex.records.migrating`."""

from alembic import context
from sqlmodel import SQLModel

from yzindex.records import tables

assert tables.Run.metadata is SQLModel.metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    # SQLite alters a table by copying it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
