"""One chain of signed registers a programme, its seals, and the keys that seal."""

import sqlalchemy as sa
from alembic import op

from calendars.databases.appendonly import statements

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lesson", sa.String(), nullable=True),
        sa.Column("through", sa.Integer(), nullable=True),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["programme"], ["programmes.id"], name=op.f("fk_links_programme")),
        sa.ForeignKeyConstraint(["lesson"], ["lessons.id"], name=op.f("fk_links_lesson")),
        sa.PrimaryKeyConstraint("programme", "number", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_lesson"), "links", ["lesson"])
    op.create_table(
        "link_seals",
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["programme"], ["programmes.id"], name=op.f("fk_link_seals_programme")),
        sa.PrimaryKeyConstraint("programme", "number", name=op.f("pk_link_seals")),
    )
    op.create_table(
        "signers",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_signers")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_signers_fingerprint")),
    )
    for table in ("links", "link_seals"):
        for statement in statements(table, op.get_bind().dialect.name):
            op.execute(statement)
