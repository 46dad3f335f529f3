"""Runs that are cancelled, and runs whose unscored questions are asked again.

The new columns have defaults of the database's own: the version before can go on writing until a run is cancelled.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("resumptions", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("run", sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("evaluation", sa.Column("reopened", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    # The version before knows no other end.
    op.execute("UPDATE run SET status = 'concluded' WHERE status = 'cancelled'")
    op.drop_column("evaluation", "reopened")
    op.drop_column("run", "resumed_at")
    op.drop_column("run", "resumptions")
