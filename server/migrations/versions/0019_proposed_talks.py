"""Let a proposal arrange talks beside its lessons."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("proposals") as batch_op:
        batch_op.add_column(sa.Column("talks", sa.JSON(), server_default="[]", nullable=False))
