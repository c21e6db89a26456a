"""More minutes of tutoring than a programme promised."""

import sqlalchemy as sa
from alembic import op

from calendars.databases.appendonly import statements

revision = '0015'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('tutoring_grants',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('programme', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.CheckConstraint('minutes > 0', name=op.f('ck_tutoring_grants_more')),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_tutoring_grants_person')),
    sa.ForeignKeyConstraint(['programme'], ['programmes.id'], name=op.f('fk_tutoring_grants_programme')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tutoring_grants'))
    )
    with op.batch_alter_table('tutoring_grants', schema=None) as batch_op:
        batch_op.create_index('ix_tutoring_grants_account', ['programme', 'person'], unique=False)

    for statement in statements("tutoring_grants", op.get_bind().dialect.name):
        op.execute(statement)
