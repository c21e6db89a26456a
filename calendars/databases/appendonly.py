"""Tables that only grow: the database itself refuses to change or delete a row of them."""

from sqlalchemy import DDL, Table, event

SQLITE = (
    "CREATE TRIGGER {table}_never_{word} BEFORE {verb} ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
    "CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
)


def statements(table: str, dialect: str) -> list[str]:
    """What makes a table append-only in this database."""
    if dialect == "sqlite":
        return [SQLITE.format(table=table, word=verb.lower(), verb=verb) for verb in ("UPDATE", "DELETE")]
    return [statement.replace("{table}", table) for statement in POSTGRESQL]


def append_only(table: Table) -> Table:
    """Let the table be born so."""
    for dialect in ("sqlite", "postgresql"):
        for statement in statements(table.name, dialect):
            made = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", made.execute_if(dialect=dialect))
    return table
