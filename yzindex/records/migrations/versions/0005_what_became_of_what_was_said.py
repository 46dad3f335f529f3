"""What became of verdicts and of moves of the board.

A new table, and columns with defaults: the version before can go on writing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "settlement",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.id"], name=op.f("fk_settlement_evaluation_id_evaluation")
        ),
        sa.PrimaryKeyConstraint("evaluation_id", name=op.f("pk_settlement")),
    )
    op.add_column("board_move", sa.Column("settled", sa.String(32), nullable=False, server_default="open"))
    op.add_column("board_move", sa.Column("settled_on", sa.Date(), nullable=True))
    op.add_column("board_move", sa.Column("settled_because", sa.Text(), nullable=True))


def downgrade() -> None:
    for column in ("settled_because", "settled_on", "settled"):
        op.drop_column("board_move", column)
    op.drop_table("settlement")
