"""Groups that are proposed and not yet formed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('group_drafts',
    sa.Column('programme', sa.String(), nullable=False),
    sa.Column('smallest', sa.Integer(), nullable=False),
    sa.Column('largest', sa.Integer(), nullable=False),
    sa.Column('groups', sa.JSON(), nullable=False),
    sa.Column('locked', sa.JSON(), nullable=False),
    sa.Column('proven', sa.Boolean(), nullable=False),
    sa.Column('moved', sa.JSON(), nullable=False),
    sa.Column('modified', sa.DateTime(timezone=True), nullable=False),
    sa.Column('modified_by', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['programme'], ['programmes.id'], name=op.f('fk_group_drafts_programme')),
    sa.PrimaryKeyConstraint('programme', name=op.f('pk_group_drafts'))
    )
