"""What video providers tell of people: each line once, and how far each stay in a room is proven."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence", sa.Column("origin", sa.String(), nullable=True))
    op.create_index("ix_evidence_origin", "evidence", ["origin"], unique=True)
    op.create_table(
        "room_stays",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lesson", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("first", sa.DateTime(timezone=True), nullable=False),
        sa.Column("a", sa.DateTime(timezone=True), nullable=False),
        sa.Column("b", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.DateTime(timezone=True), nullable=False),
        sa.Column("steps", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["lesson"], ["lessons.id"], name=op.f("fk_room_stays_lesson")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_room_stays_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_stays")),
        sa.UniqueConstraint("lesson", "provider", "connection", "person", name=op.f("uq_room_stays_lesson_provider_connection_person")),
    )
    op.create_index("ix_room_stays_closed", "room_stays", ["closed"])
