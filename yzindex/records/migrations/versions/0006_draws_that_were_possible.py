"""How the draws that were possible on a verdict's day are spread.

A column that may be empty: the version before can go on writing, and days judged by it have no picture of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("verdict", sa.Column("possible_draws", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("verdict", "possible_draws")
