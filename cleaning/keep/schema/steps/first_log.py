"""The log of version 0.1: decisions and choices."""

import sqlalchemy as sql
from alembic import op

from cleaning.errors import WorkspaceError

revision, down_revision = "0001", None


def upgrade() -> None:
    op.create_table(
        "second_opinion_meta",
        sql.Column("key", sql.String(40), primary_key=True),
        sql.Column("value", sql.Text),
    )
    op.create_table(
        "decisions",
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
        sqlite_autoincrement=True,
    )
    op.create_table(
        "choices",
        sql.Column("seq", sql.Integer, primary_key=True, autoincrement=True),
        sql.Column("workspace_id", sql.String(40), nullable=False, index=True),
        sql.Column("run_id", sql.String(40), nullable=False),
        sql.Column("key", sql.String(60), nullable=False),
        sql.Column("value", sql.Text, nullable=False),
        sql.Column("at", sql.String(24), nullable=False),
        sql.Column("who", sql.Text, nullable=False),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    raise WorkspaceError("There is no version of the log before the first one. Nothing was changed.")
