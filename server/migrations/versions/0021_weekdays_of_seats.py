"""Let a seat, and an enrolment for the seats to come, have weekdays of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("seats", "enrolments"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("weekdays", sa.Integer(), server_default="127", nullable=False))
