"""The tables of the review store as this version writes them.

Whoever changes one also writes a step that brings the tables of the version before to it (``cleaning.keep.schema``).
"""

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
    sql.Column("workspace_id", sql.String(40), nullable=False),
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
    sql.Index("ix_decisions_place", "workspace_id", "seq"),
    sqlite_autoincrement=True,
)
CHOICES = sql.Table(
    "choices",
    TABLES,
    sql.Column("seq", sql.Integer, primary_key=True, autoincrement=True),
    sql.Column("workspace_id", sql.String(40), nullable=False),
    sql.Column("run_id", sql.String(40), nullable=False),
    sql.Column("key", sql.String(60), nullable=False),
    sql.Column("value", sql.Text, nullable=False),
    sql.Column("at", sql.String(24), nullable=False),
    sql.Column("who", sql.Text, nullable=False),
    sql.Index("ix_choices_place", "workspace_id", "seq"),
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
    sql.Column("workspace_id", sql.String(40), nullable=False),
    sql.Column("digest", sql.String(64), nullable=False),
    sql.Index("ix_chain_place", "workspace_id", "seq"),
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

# -- what is asked at every decision, written once with names for what changes ------------------------------------------

WORKSPACE: sql.BindParameter[str] = sql.bindparam("workspace")
DECISIONS_SINCE = (
    sql.select(DECISIONS)
    .where(DECISIONS.c.workspace_id == WORKSPACE, DECISIONS.c.seq > sql.bindparam("since"))
    .order_by(DECISIONS.c.seq)
)
