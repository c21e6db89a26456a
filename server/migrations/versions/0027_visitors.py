"""Somebody from outside may be in one lesson, by a link."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("outside", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "visitors",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("lesson", sa.String(), nullable=False),
        sa.Column("guest", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("withdrawn", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_visitors_person")),
        sa.ForeignKeyConstraint(["lesson"], ["lessons.id"], name=op.f("fk_visitors_lesson")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_visitors_by")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_visitors")),
    )
    op.create_index("ix_visitors_lesson", "visitors", ["lesson"], unique=False)
