"""Breaks are kept on a programme, and a proposal may change days, seats and breaks."""

import json
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def upgrade() -> None:
    op.create_table('breaks',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('programme', sa.String(), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('modified', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['programme'], ['programmes.id'], name=op.f('fk_breaks_programme')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_breaks'))
    )
    with op.batch_alter_table('breaks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_breaks_programme'), ['programme'], unique=False)

    with op.batch_alter_table('programmes', schema=None) as batch_op:
        batch_op.add_column(sa.Column('weekdays', sa.JSON(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('tutoring_until', sa.Date(), nullable=True))

    with op.batch_alter_table('proposals', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rows', sa.JSON(), server_default='[]', nullable=False))
    _remember()


def _remember() -> None:
    """The weekdays and breaks of programmes that were planned before they were kept, as their days show them."""
    programmes = sa.table(
        "programmes", sa.column("id", sa.String), sa.column("holidays", sa.JSON), sa.column("model", sa.Text),
        sa.column("weekdays", sa.JSON), sa.column("status", sa.String), sa.column("modified", sa.DateTime(timezone=True)),
    )  # fmt: skip
    days = sa.table(
        "days", sa.column("programme", sa.String), sa.column("date", sa.Date), sa.column("extra", sa.Boolean)
    )  # fmt: skip
    breaks = sa.table(
        "breaks", sa.column("id", sa.String), sa.column("programme", sa.String), sa.column("first", sa.Date),
        sa.column("last", sa.Date), sa.column("status", sa.String), sa.column("modified", sa.DateTime(timezone=True)),
    )  # fmt: skip
    connection = op.get_bind()
    held: dict[str, set[date]] = defaultdict(set)
    for programme, on in connection.execute(sa.select(days.c.programme, days.c.date).where(days.c.extra.is_(sa.false()))):
        held[programme].add(on)
    for row in connection.execute(sa.select(programmes)).all():
        if row.status == "rooms" or not held[row.id]:
            continue
        dates = held[row.id]
        weekdays = sorted({one.weekday() for one in dates})
        named = {"weekdays": [WEEKDAYS[one] for one in weekdays]}
        connection.execute(sa.update(programmes).where(programmes.c.id == row.id).values(named))
        if (row.model or "").count("[series.") > 1 or ("[series." in (row.model or "") and "\nline =" in row.model):
            continue  # several rows of days: what none of them has shows no break
        for number, (first, last) in enumerate(_gaps(dates, weekdays, row.holidays or {})):
            connection.execute(sa.insert(breaks).values(
                id=f"{row.id[:16]}{number:04d}", programme=row.id, first=first, last=last, status="confirmed",
                modified=row.modified,
            ))  # fmt: skip


def _gaps(dates: set[date], weekdays: list[int], holidays: Any) -> list[tuple[date, date]]:
    """Spans between the first and the last day in which there might have been days."""
    known = json.loads(holidays) if isinstance(holidays, str) else holidays
    found: list[tuple[date, date]] = []
    on, open_since, last = min(dates), None, max(dates)
    missing = None
    while on <= last:
        if on in dates:
            if open_since is not None and missing is not None:
                found.append((open_since, missing))
            open_since = missing = None
        elif on.weekday() in weekdays and on.isoformat() not in known:
            open_since, missing = open_since or on, on
        on += timedelta(days=1)
    return found
