"""What the board can see: falls of known sizes, and how soon they were found. New tables only."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sight",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last_run", sa.Integer(), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("analysis_version", sa.String(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("models", sa.Integer(), nullable=False),
        sa.Column("daily_questions", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("worlds", sa.Integer(), nullable=False),
        sa.Column("cpu_s", sa.Float(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_until_s", sa.Float(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["last_run"], ["run.number"], name=op.f("fk_sight_last_run_run")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_sight")),
    )
    op.create_table(
        "sight_of_fall",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("replicates", sa.Integer(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["day"], ["sight.day"], name=op.f("fk_sight_of_fall_day_sight")),
        sa.PrimaryKeyConstraint("day", "points", name=op.f("pk_sight_of_fall")),
    )


def downgrade() -> None:
    op.drop_table("sight_of_fall")
    op.drop_table("sight")
