"""Columns that came with a later version, added to tables that an earlier one made."""

import sqlalchemy as sql


def add_later_columns(connection: sql.Connection, tables: sql.MetaData) -> None:
    """Gives tables of an earlier version the columns that came since; what is in them stays as it is."""
    for table in tables.sorted_tables:
        there = {column["name"] for column in sql.inspect(connection).get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                made = sql.schema.CreateColumn(column).compile(dialect=connection.dialect)
                connection.execute(sql.text(f"ALTER TABLE {table.name} ADD COLUMN {made}"))
