"""Leases, the chain over the log, messages on cards, and the version of the dataset that a decision was made on.

Programs of the time before versions were written down made some of these or all, so each is added where it is lacking.
"""

from typing import Any

import sqlalchemy as sql
from alembic import op

from cleaning.errors import WorkspaceError, counted

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    if "version" not in {column["name"] for column in sql.inspect(op.get_bind()).get_columns("decisions")}:
        op.add_column("decisions", sql.Column("version", sql.String(40), nullable=False, server_default=""))
    _add(
        "leases",
        sql.Column("ticket", sql.String(36), primary_key=True),
        sql.Column("workspace_id", sql.String(40), nullable=False),
        sql.Column("sample_id", sql.Text, nullable=False),
        sql.Column("kind", sql.String(12), nullable=False),
        sql.Column("reviewer", sql.Text, nullable=False),
        sql.Column("tab", sql.String(36), nullable=False),
        sql.Column("until", sql.Float, nullable=False),
    )
    _add(
        "chain",
        sql.Column("seq", sql.Integer, primary_key=True, autoincrement=False),
        sql.Column("workspace_id", sql.String(40), nullable=False),
        sql.Column("digest", sql.String(64), nullable=False),
    )
    _add(
        "messages",
        sql.Column("seq", sql.Integer, primary_key=True, autoincrement=True),
        sql.Column("workspace_id", sql.String(40), nullable=False),
        sql.Column("sample_id", sql.Text, nullable=False),
        sql.Column("kind", sql.String(12), nullable=False),
        sql.Column("author", sql.Text, nullable=False),
        sql.Column("text", sql.Text, nullable=False),
        sql.Column("at", sql.String(24), nullable=False),
        sqlite_autoincrement=True,
    )


def _add(table: str, *columns: sql.Column, **more: Any) -> None:
    op.create_table(table, *columns, if_not_exists=True, **more)
    op.create_index(f"ix_{table}_workspace_id", table, ["workspace_id"], if_not_exists=True)


def downgrade() -> None:
    """Refuses where people's work would be lost. Leases end by themselves, and the chain follows from the log."""
    count = op.get_bind().execute
    written = count(sql.text("SELECT count(*) FROM messages")).scalar_one()
    carried = count(sql.text("SELECT count(*) FROM decisions WHERE version <> ''")).scalar_one()
    if written or carried:
        raise WorkspaceError(
            f"The earlier version keeps no messages and no decisions carried from another version of the dataset; the "
            f"log has {counted(written, 'message')} and {counted(carried, 'such decision')}, which would be lost. "
            "Nothing was changed."
        )
    for table in ("messages", "chain", "leases"):
        op.drop_table(table)
    op.drop_column("decisions", "version")
