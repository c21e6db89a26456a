"""Programmes have several who give rooms, one after the other, and the house says with whom a new one begins."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("programmes") as batch_op:
        batch_op.add_column(sa.Column("others", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("house") as batch_op:
        batch_op.add_column(sa.Column("rooms", sa.JSON(), server_default="[]", nullable=False))
