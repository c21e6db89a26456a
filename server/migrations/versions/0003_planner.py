"""People as the planner needs them: levels, free times and wishes, abilities, working time and absences."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('abilities',
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('ability', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_abilities_person')),
    sa.PrimaryKeyConstraint('person', 'ability', name=op.f('pk_abilities'))
    )
    op.create_table('absences',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('starts', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('reported', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reported_by', sa.String(), nullable=True),
    sa.Column('withdrawn', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_absences_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absences'))
    )
    with op.batch_alter_table('absences', schema=None) as batch_op:
        batch_op.create_index('ix_absences_person_ends', ['person', 'ends'], unique=False)

    op.create_table('loads',
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('minutes_a_day', sa.Integer(), nullable=True),
    sa.Column('minutes_a_week', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_loads_person')),
    sa.PrimaryKeyConstraint('person', name=op.f('pk_loads'))
    )
    op.create_table('profiles',
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('municipality', sa.String(), nullable=False),
    sa.Column('born', sa.Date(), nullable=True),
    sa.Column('registered', sa.Boolean(), nullable=True),
    sa.Column('referred_by', sa.String(), nullable=False),
    sa.Column('levels', sa.JSON(), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('free', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('km', sa.JSON(), nullable=False),
    sa.Column('modified', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_profiles_person')),
    sa.PrimaryKeyConstraint('person', name=op.f('pk_profiles'))
    )
    op.create_table('working_times',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('weekday', sa.String(), nullable=False),
    sa.Column('starts', sa.Time(), nullable=False),
    sa.Column('ends', sa.Time(), nullable=False),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_working_times_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_working_times'))
    )
    with op.batch_alter_table('working_times', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_working_times_person'), ['person'], unique=False)

    op.create_table('checked',
    sa.Column('programme', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('seen_by', sa.String(), nullable=False),
    sa.Column('seen_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_checked_person')),
    sa.ForeignKeyConstraint(['programme'], ['programmes.id'], name=op.f('fk_checked_programme')),
    sa.PrimaryKeyConstraint('programme', 'person', 'code', name=op.f('pk_checked'))
    )
    op.create_table('wishes',
    sa.Column('programme', sa.String(), nullable=False),
    sa.Column('one', sa.String(), nullable=False),
    sa.Column('other', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['one'], ['people.id'], name=op.f('fk_wishes_one')),
    sa.ForeignKeyConstraint(['other'], ['people.id'], name=op.f('fk_wishes_other')),
    sa.ForeignKeyConstraint(['programme'], ['programmes.id'], name=op.f('fk_wishes_programme')),
    sa.PrimaryKeyConstraint('programme', 'one', 'other', name=op.f('pk_wishes'))
    )
    op.create_table('enrolments',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('programme', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('field', sa.String(), nullable=True),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('applied', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=True),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('days', sa.Integer(), nullable=True),
    sa.Column('route', sa.String(), nullable=False),
    sa.Column('missed', sa.JSON(), nullable=False),
    sa.Column('grounds', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('decided_by', sa.String(), nullable=True),
    sa.Column('modified', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['field'], ['fields.id'], name=op.f('fk_enrolments_field')),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_enrolments_person')),
    sa.ForeignKeyConstraint(['programme'], ['programmes.id'], name=op.f('fk_enrolments_programme')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolments'))
    )
    with op.batch_alter_table('enrolments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enrolments_person'), ['person'], unique=False)
        batch_op.create_index('ix_enrolments_programme_person', ['programme', 'person'], unique=True)
