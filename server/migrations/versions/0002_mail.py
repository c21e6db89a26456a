"""Letters know whether mail took them, and when it tries again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sent", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("again", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("trouble", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE letters SET again = made")  # those that wait go too, once mail is set
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.alter_column("tries", server_default=None)
        batch_op.alter_column("trouble", server_default=None)
