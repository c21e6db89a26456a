"""A search for a timetable as rows, weights in words, the rooms of a place, what a lesson asks of its leaders."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('solves',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('organisation', sa.String(), nullable=False),
    sa.Column('programme', sa.String(), nullable=False),
    sa.Column('programmes', sa.JSON(), nullable=False),
    sa.Column('mode', sa.String(), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('wish', sa.String(), nullable=False),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('previous', sa.Text(), nullable=False),
    sa.Column('meaning', sa.Text(), nullable=False),
    sa.Column('progress', sa.JSON(), nullable=False),
    sa.Column('best', sa.Text(), nullable=False),
    sa.Column('proposal', sa.String(), nullable=False),
    sa.Column('failure', sa.String(), nullable=False),
    sa.Column('worker', sa.String(), nullable=False),
    sa.Column('asked_by', sa.String(), nullable=False),
    sa.Column('asked', sa.DateTime(timezone=True), nullable=False),
    sa.Column('began', sa.DateTime(timezone=True), nullable=True),
    sa.Column('beat', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['asked_by'], ['people.id'], name=op.f('fk_solves_asked_by')),
    sa.ForeignKeyConstraint(['organisation'], ['organisations.id'], name=op.f('fk_solves_organisation')),
    sa.ForeignKeyConstraint(['programme'], ['programmes.id'], name=op.f('fk_solves_programme')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_solves'))
    )
    with op.batch_alter_table('solves', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_solves_programme'), ['programme'], unique=False)
        batch_op.create_index('ix_solves_state', ['state'], unique=False)

    op.create_table('weighings',
    sa.Column('programme', sa.String(), nullable=False),
    sa.Column('words', sa.JSON(), nullable=False),
    sa.Column('modified', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['programme'], ['programmes.id'], name=op.f('fk_weighings_programme')),
    sa.PrimaryKeyConstraint('programme', name=op.f('pk_weighings'))
    )
    with op.batch_alter_table('lessons', schema=None) as batch_op:
        batch_op.add_column(sa.Column('needs', sa.JSON(), server_default='[]', nullable=False))

    with op.batch_alter_table('places', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rooms', sa.Integer(), nullable=True))
