"""What was found important in proposed groups is kept with them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('group_drafts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('words', sa.JSON(), server_default='{}', nullable=False))
