"""The date of a daily run, one run of a kind for each, and since when the workers know the schedule.

A column that may be empty, and a new table: the version before can go on writing, and its runs are nobody's daily run.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("scheduled_for", sa.Date(), nullable=True))
    op.create_index("ix_run_kind_scheduled_for", "run", ["kind", "scheduled_for"], unique=True)
    op.create_table(
        "schedule",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("trouble_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_schedule")),
    )


def downgrade() -> None:
    op.drop_table("schedule")
    op.drop_index("ix_run_kind_scheduled_for", "run")
    op.drop_column("run", "scheduled_for")
