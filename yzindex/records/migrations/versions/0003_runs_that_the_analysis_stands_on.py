"""Confirmation runs, and stored answers that are graded once more.

New tables alone: the version before can go on writing as long as no run is of a kind that it does not know.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "confirmation",
        sa.Column("run_number", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("suspicion", sa.String(), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_number"], ["run.number"], name=op.f("fk_confirmation_run_number_run")),
        sa.PrimaryKeyConstraint("run_number", name=op.f("pk_confirmation")),
        sa.UniqueConstraint(
            "model", "suspicion", "stage", "round", name=op.f("uq_confirmation_model_suspicion_stage_round")
        ),
    )
    op.create_table(
        "regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("grader_version", sa.String(), nullable=False),
        sa.Column("judge_set_version", sa.String(), nullable=False),
        sa.Column("needs", sa.String(32), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("lease_until_s", sa.Float(), nullable=True),
        sa.Column("not_before_s", sa.Float(), nullable=False),
        sa.Column("given_back", sa.Integer(), nullable=False),
        sa.Column("score_before", sa.String(48), nullable=False),
        sa.Column("score_now", sa.String(48), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_regrade_answer_id_answer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
        sa.UniqueConstraint("answer_id", "day", "grader_version", name=op.f("uq_regrade_answer_id_day_grader_version")),
    )
    with op.batch_alter_table("regrade") as batch_op:
        batch_op.create_index(batch_op.f("ix_regrade_day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_regrade_state"), ["state"], unique=False)


def downgrade() -> None:
    # The version before has no word for these. As full runs that were cancelled, confirmations count for nothing there,
    # and for nothing here when it comes back.
    op.execute(
        "UPDATE run SET status = 'cancelled', finished_at = coalesce(finished_at, created_at) "
        "WHERE kind = 'confirmation'"
    )
    op.execute("UPDATE run SET kind = 'full' WHERE kind IN ('calibration', 'confirmation')")
    op.execute("UPDATE model_call SET purpose = 'judge' WHERE purpose = 'regrade'")
    op.drop_table("regrade")
    op.drop_table("confirmation")
