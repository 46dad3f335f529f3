"""Who passes a question is read off an index, and no longer off all answers with their replies."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NAME = "ix_answer_question_digest_run_number_evaluation_id_score"


def upgrade() -> None:
    op.create_index(_NAME, "answer", ["question_digest", "run_number", "evaluation_id", "score"])


def downgrade() -> None:
    op.drop_index(_NAME, "answer")
