"""Whose turn it is to search: by when each organisation had its last one."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("solves") as batch_op:
        batch_op.create_index("ix_solves_turns", ["organisation", "began"], unique=False)
