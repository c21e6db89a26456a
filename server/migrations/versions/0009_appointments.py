"""Appointments, swaps, the tutoring ledger, interviews."""

import sqlalchemy as sa
from alembic import op

from calendars.databases.appendonly import statements

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('employers',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('organisation', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('contact', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['contact'], ['people.id'], name=op.f('fk_employers_contact')),
    sa.ForeignKeyConstraint(['organisation'], ['organisations.id'], name=op.f('fk_employers_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_employers'))
    )
    with op.batch_alter_table('employers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_employers_contact'), ['contact'], unique=False)
        batch_op.create_index(batch_op.f('ix_employers_organisation'), ['organisation'], unique=False)

    op.create_table('appointments',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('programme', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('learner', sa.String(), nullable=True),
    sa.Column('group', sa.String(), nullable=True),
    sa.Column('starts', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends', sa.DateTime(timezone=True), nullable=False),
    sa.Column('way', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=True),
    sa.Column('spot', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('transport', sa.String(), nullable=False),
    sa.Column('gear', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('offer', sa.Boolean(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('held', sa.Integer(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=True),
    sa.Column('modified', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['group'], ['groups.id'], name=op.f('fk_appointments_group')),
    sa.ForeignKeyConstraint(['learner'], ['people.id'], name=op.f('fk_appointments_learner')),
    sa.ForeignKeyConstraint(['place'], ['places.id'], name=op.f('fk_appointments_place')),
    sa.ForeignKeyConstraint(['programme'], ['programmes.id'], name=op.f('fk_appointments_programme')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointments'))
    )
    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appointments_group'), ['group'], unique=False)
        batch_op.create_index('ix_appointments_learner_starts', ['learner', 'starts'], unique=False)
        batch_op.create_index('ix_appointments_programme_starts', ['programme', 'starts'], unique=False)
        batch_op.create_index('ix_appointments_starts', ['starts'], unique=False)

    op.create_table('room_lines',
    sa.Column('programme', sa.String(), nullable=False),
    sa.Column('line', sa.String(), nullable=False),
    sa.Column('phase', sa.String(), nullable=False),
    sa.Column('group', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['group'], ['groups.id'], name=op.f('fk_room_lines_group')),
    sa.ForeignKeyConstraint(['line'], ['programmes.id'], name=op.f('fk_room_lines_line')),
    sa.ForeignKeyConstraint(['phase'], ['phases.id'], name=op.f('fk_room_lines_phase')),
    sa.ForeignKeyConstraint(['programme'], ['programmes.id'], name=op.f('fk_room_lines_programme')),
    sa.PrimaryKeyConstraint('programme', name=op.f('pk_room_lines'))
    )
    op.create_table('interviews',
    sa.Column('appointment', sa.String(), nullable=False),
    sa.Column('employer', sa.String(), nullable=False),
    sa.Column('result', sa.String(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=True),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('noted_by', sa.String(), nullable=True),
    sa.Column('noted', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['appointment'], ['appointments.id'], name=op.f('fk_interviews_appointment')),
    sa.ForeignKeyConstraint(['employer'], ['employers.id'], name=op.f('fk_interviews_employer')),
    sa.PrimaryKeyConstraint('appointment', name=op.f('pk_interviews'))
    )
    with op.batch_alter_table('interviews', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_interviews_employer'), ['employer'], unique=False)

    op.create_table('partners',
    sa.Column('appointment', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['appointment'], ['appointments.id'], name=op.f('fk_partners_appointment')),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_partners_person')),
    sa.PrimaryKeyConstraint('appointment', 'person', name=op.f('pk_partners'))
    )
    with op.batch_alter_table('partners', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_partners_person'), ['person'], unique=False)

    op.create_table('swaps',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('appointment', sa.String(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.String(), nullable=False),
    sa.Column('asked', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('other', sa.String(), nullable=True),
    sa.Column('settled', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['appointment'], ['appointments.id'], name=op.f('fk_swaps_appointment')),
    sa.ForeignKeyConstraint(['asked_by'], ['people.id'], name=op.f('fk_swaps_asked_by')),
    sa.ForeignKeyConstraint(['other'], ['appointments.id'], name=op.f('fk_swaps_other')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_swaps'))
    )
    with op.batch_alter_table('swaps', schema=None) as batch_op:
        batch_op.create_index('ix_swaps_appointment_status', ['appointment', 'status'], unique=False)

    op.create_table('tutoring',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('programme', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('appointment', sa.String(), nullable=False),
    sa.Column('reserving', sa.Integer(), nullable=False),
    sa.Column('using', sa.Integer(), nullable=False),
    sa.Column('reserved', sa.Integer(), nullable=False),
    sa.Column('used', sa.Integer(), nullable=False),
    sa.Column('quota', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('way', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.CheckConstraint('used >= 0 AND reserved >= 0 AND used + reserved <= quota', name=op.f('ck_tutoring_never_overdrawn')),
    sa.ForeignKeyConstraint(['appointment'], ['appointments.id'], name=op.f('fk_tutoring_appointment')),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_tutoring_person')),
    sa.ForeignKeyConstraint(['programme'], ['programmes.id'], name=op.f('fk_tutoring_programme')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tutoring'))
    )
    with op.batch_alter_table('tutoring', schema=None) as batch_op:
        batch_op.create_index('ix_tutoring_account', ['programme', 'person', 'number'], unique=True)
        batch_op.create_index(batch_op.f('ix_tutoring_appointment'), ['appointment'], unique=False)

    for statement in statements("tutoring", op.get_bind().dialect.name):
        op.execute(statement)
