"""The tables of the review store. A new one is added here, and made when a store is opened."""

import sqlalchemy as sql

TABLES = sql.MetaData()
META = sql.Table(
    "second_opinion_meta", TABLES, sql.Column("key", sql.String(40), primary_key=True), sql.Column("value", sql.Text)
)
DECISIONS = sql.Table(
    "decisions",
    TABLES,
    sql.Column("seq", sql.Integer, primary_key=True, autoincrement=True),
    sql.Column("uuid", sql.String(36), nullable=False, unique=True),
    sql.Column("workspace_id", sql.String(40), nullable=False, index=True),
    sql.Column("run_id", sql.String(40), nullable=False),
    sql.Column("sample_id", sql.Text, nullable=False),
    sql.Column("reviewer", sql.Text, nullable=False),
    sql.Column("verdict", sql.String(20), nullable=False),
    sql.Column("labels", sql.Text, nullable=False),
    sql.Column("note", sql.Text, nullable=False),
    sql.Column("seconds", sql.Float, nullable=False),
    sql.Column("mode", sql.String(10), nullable=False),
    sql.Column("card", sql.String(12), nullable=False),
    sql.Column("decided_at", sql.String(24), nullable=False),
    sql.Column("undoes", sql.String(36)),
    sql.Column("version", sql.String(40), nullable=False, server_default=""),
    sqlite_autoincrement=True,
)
CHOICES = sql.Table(
    "choices",
    TABLES,
    sql.Column("seq", sql.Integer, primary_key=True, autoincrement=True),
    sql.Column("workspace_id", sql.String(40), nullable=False, index=True),
    sql.Column("run_id", sql.String(40), nullable=False),
    sql.Column("key", sql.String(60), nullable=False),
    sql.Column("value", sql.Text, nullable=False),
    sql.Column("at", sql.String(24), nullable=False),
    sql.Column("who", sql.Text, nullable=False),
    sqlite_autoincrement=True,
)
LEASES = sql.Table(
    "leases",
    TABLES,
    sql.Column("ticket", sql.String(36), primary_key=True),
    sql.Column("workspace_id", sql.String(40), nullable=False, index=True),
    sql.Column("sample_id", sql.Text, nullable=False),
    sql.Column("kind", sql.String(12), nullable=False),
    sql.Column("reviewer", sql.Text, nullable=False),
    sql.Column("tab", sql.String(36), nullable=False),
    sql.Column("until", sql.Float, nullable=False),
)
CHAIN = sql.Table(
    "chain",
    TABLES,
    sql.Column("seq", sql.Integer, primary_key=True, autoincrement=False),
    sql.Column("workspace_id", sql.String(40), nullable=False, index=True),
    sql.Column("digest", sql.String(64), nullable=False),
)
MESSAGES = sql.Table(
    "messages",
    TABLES,
    sql.Column("seq", sql.Integer, primary_key=True, autoincrement=True),
    sql.Column("workspace_id", sql.String(40), nullable=False, index=True),
    sql.Column("sample_id", sql.Text, nullable=False),
    sql.Column("kind", sql.String(12), nullable=False),
    sql.Column("author", sql.Text, nullable=False),
    sql.Column("text", sql.Text, nullable=False),
    sql.Column("at", sql.String(24), nullable=False),
    sqlite_autoincrement=True,
)


def lacking(connection: sql.Connection, tables: sql.MetaData) -> bool:
    """Whether any of the tables, or a column of one, is not there."""
    seen = sql.inspect(connection)
    there = set(seen.get_table_names())
    return any(
        table.name not in there
        or not {c.name for c in table.columns} <= {c["name"] for c in seen.get_columns(table.name)}
        for table in tables.sorted_tables
    )


def add_later_columns(connection: sql.Connection, tables: sql.MetaData) -> None:
    """Gives tables of an earlier version the columns that came since; what is in them stays as it is."""
    for table in tables.sorted_tables:
        there = {column["name"] for column in sql.inspect(connection).get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                made = sql.schema.CreateColumn(column).compile(dialect=connection.dialect)
                connection.execute(sql.text(f"ALTER TABLE {table.name} ADD COLUMN {made}"))
