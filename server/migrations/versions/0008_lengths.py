"""Days beyond a programme's end, recognised units, and who walked into a lesson."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('days', schema=None) as batch_op:
        batch_op.add_column(sa.Column('extra', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('enrolments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('recognised', sa.JSON(), server_default='[]', nullable=False))

    with op.batch_alter_table('expected', schema=None) as batch_op:
        batch_op.add_column(sa.Column('since', sa.DateTime(timezone=True), nullable=True))
