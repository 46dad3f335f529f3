"""A key of each model call's own, so that a record that was written, but not acknowledged, is not written twice.

A column that may be empty: the version before can go on writing, and calls recorded by it have no key.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("model_call", sa.Column("idempotency_key", sa.String(32), nullable=True))
    op.create_index("ix_model_call_idempotency_key", "model_call", ["idempotency_key"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_model_call_idempotency_key", "model_call")
    op.drop_column("model_call", "idempotency_key")
