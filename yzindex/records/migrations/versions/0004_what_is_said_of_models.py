"""Expectations, verdicts and what became of them.

New tables, and two columns of confirmations with defaults: the version before can go on writing until other models are
asked to compare with, which it has no word for.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_DECIMAL = sa.String(48)


def upgrade() -> None:
    op.execute("UPDATE regrade SET purpose = 'repair' WHERE purpose = 'new_version'")
    op.add_column("confirmation", sa.Column("since", sa.Date(), nullable=True))
    op.add_column("confirmation", sa.Column("by_hand", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "expectation",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("mean", _DECIMAL, nullable=False),
        sa.Column("variance", _DECIMAL, nullable=False),
        sa.Column("shared_variance", _DECIMAL, nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], name=op.f("fk_expectation_answer_id_answer")),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_expectation")),
    )
    op.create_table(
        "verdict",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("word", sa.String(32), nullable=False),
        sa.Column("size", _DECIMAL, nullable=True),
        sa.Column("lo", _DECIMAL, nullable=True),
        sa.Column("hi", _DECIMAL, nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("chart", sa.String(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("draws_better", sa.Integer(), nullable=True),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("fall_ratio", _DECIMAL, nullable=False),
        sa.Column("rise_ratio", _DECIMAL, nullable=False),
        sa.Column("expected", _DECIMAL, nullable=True),
        sa.Column("common", _DECIMAL, nullable=True),
        sa.Column("variance", _DECIMAL, nullable=True),
        sa.Column("compared_run", sa.Integer(), nullable=True),
        sa.Column("change", _DECIMAL, nullable=True),
        sa.Column("draw", _DECIMAL, nullable=True),
        sa.Column("common_change", _DECIMAL, nullable=True),
        sa.Column("rest", _DECIMAL, nullable=True),
        sa.Column("rest_lo", _DECIMAL, nullable=True),
        sa.Column("rest_hi", _DECIMAL, nullable=True),
        sa.Column("log_evidence_fall", _DECIMAL, nullable=False),
        sa.Column("log_evidence_rise", _DECIMAL, nullable=False),
        sa.Column("analysis_version", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name=op.f("fk_verdict_evaluation_id_evaluation")),
        sa.ForeignKeyConstraint(["compared_run"], ["run.number"], name=op.f("fk_verdict_compared_run_run")),
        sa.PrimaryKeyConstraint("evaluation_id", name=op.f("pk_verdict")),
    )
    op.create_index(op.f("ix_verdict_day"), "verdict", ["day"], unique=False)
    op.create_table(
        "confirmed_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("direction", sa.String(32), nullable=False),
        sa.Column("chart", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("size", _DECIMAL, nullable=False),
        sa.Column("lo", _DECIMAL, nullable=False),
        sa.Column("hi", _DECIMAL, nullable=False),
        sa.Column("standard_error", _DECIMAL, nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("common", _DECIMAL, nullable=True),
        sa.Column("common_models", sa.Integer(), nullable=True),
        sa.Column("worse", sa.Integer(), nullable=False),
        sa.Column("better", sa.Integer(), nullable=False),
        sa.Column("equal", sa.Integer(), nullable=False),
        sa.Column("run_number", sa.Integer(), nullable=False),
        sa.Column("analysis_version", sa.String(), nullable=False),
        sa.Column("settled", sa.String(32), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("settled_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["run_number"], ["run.number"], name=op.f("fk_confirmed_change_run_number_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmed_change")),
        sa.UniqueConstraint(
            "model", "direction", "chart", "since", "day",
            name=op.f("uq_confirmed_change_model_direction_chart_since_day"),
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_confirmed_change_model"), "confirmed_change", ["model"], unique=False)
    op.create_table(
        "board_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("chart", sa.String(), nullable=True),
        sa.Column("points", _DECIMAL, nullable=True),
        sa.Column("analysis_version", sa.String(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_move")),
        sa.UniqueConstraint("day", "cause", name=op.f("uq_board_move_day_cause")),
    )
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("run_number", sa.Integer(), nullable=False),
        sa.Column("level", _DECIMAL, nullable=False),
        sa.Column("settles_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["run_number"], ["run.number"], name=op.f("fk_watch_run_number_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
        sa.UniqueConstraint("model", "run_number", name=op.f("uq_watch_model_run_number")),
    )
    op.create_index(op.f("ix_watch_model"), "watch", ["model"], unique=False)
    op.create_table(
        "analysis",
        sa.Column("run_number", sa.Integer(), nullable=False),
        sa.Column("analysis_version", sa.String(), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("not_before_s", sa.Float(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_number"], ["run.number"], name=op.f("fk_analysis_run_number_run")),
        sa.PrimaryKeyConstraint("run_number", name=op.f("pk_analysis")),
    )


def downgrade() -> None:
    for table in ("analysis", "watch", "board_move", "confirmed_change", "verdict", "expectation"):
        op.drop_table(table)
    # The version before has no word for these: cancelled and of no suspicion, they count for nothing there.
    op.execute(
        "UPDATE run SET status = 'cancelled', finished_at = coalesce(finished_at, created_at) "
        "WHERE number IN (SELECT run_number FROM confirmation WHERE stage = 'control')"
    )
    op.execute("DELETE FROM confirmation WHERE stage = 'control'")
    op.execute("UPDATE regrade SET purpose = 'new_version' WHERE purpose = 'repair'")
    op.drop_column("confirmation", "by_hand")
    op.drop_column("confirmation", "since")
