"""Runs that are cancelled, and runs whose unscored questions are asked again.

The new columns have defaults of the database's own: the version before can go on writing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("run") as batch_op:
        batch_op.add_column(sa.Column("resumptions", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("evaluation") as batch_op:
        batch_op.add_column(sa.Column("reopened", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("evaluation") as batch_op:
        batch_op.drop_column("reopened")
    with op.batch_alter_table("run") as batch_op:
        batch_op.drop_column("resumed_at")
        batch_op.drop_column("resumptions")
