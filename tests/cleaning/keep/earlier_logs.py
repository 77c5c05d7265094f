"""Logs as earlier versions made them, by their own statements; and those versions' way of writing a decision."""

import uuid

import sqlalchemy as sql

from cleaning.keep import writer as writers
from cleaning.keep.decisions import Decision
from cleaning.keep.schema.log_versions import version_of

LOCK_OF_WRITERS = 0x5EC0_0917  # on PostgreSQL; every version takes it before it writes
FIRST = """
CREATE TABLE second_opinion_meta (key VARCHAR(40) PRIMARY KEY, value TEXT);
CREATE TABLE decisions (seq {serial}, uuid VARCHAR(36) NOT NULL UNIQUE, workspace_id VARCHAR(40) NOT NULL,
  run_id VARCHAR(40) NOT NULL, sample_id TEXT NOT NULL, reviewer TEXT NOT NULL, verdict VARCHAR(20) NOT NULL,
  labels TEXT NOT NULL, note TEXT NOT NULL, seconds FLOAT NOT NULL, mode VARCHAR(10) NOT NULL, card VARCHAR(12) NOT NULL,
  decided_at VARCHAR(24) NOT NULL, undoes VARCHAR(36));
CREATE INDEX ix_decisions_workspace_id ON decisions (workspace_id);
CREATE TABLE choices (seq {serial}, workspace_id VARCHAR(40) NOT NULL, run_id VARCHAR(40) NOT NULL,
  key VARCHAR(60) NOT NULL, value TEXT NOT NULL, at VARCHAR(24) NOT NULL, who TEXT NOT NULL);
CREATE INDEX ix_choices_workspace_id ON choices (workspace_id);
INSERT INTO second_opinion_meta VALUES ('format', '1');
"""
BEFORE_VERSIONS = (
    FIRST
    + """
ALTER TABLE decisions ADD COLUMN version VARCHAR(40) DEFAULT '' NOT NULL;
CREATE TABLE leases (ticket VARCHAR(36) NOT NULL PRIMARY KEY, workspace_id VARCHAR(40) NOT NULL, sample_id TEXT NOT NULL,
  kind VARCHAR(12) NOT NULL, reviewer TEXT NOT NULL, tab VARCHAR(36) NOT NULL, until FLOAT NOT NULL);
CREATE INDEX ix_leases_workspace_id ON leases (workspace_id);
CREATE TABLE chain (seq INTEGER NOT NULL PRIMARY KEY, workspace_id VARCHAR(40) NOT NULL, digest VARCHAR(64) NOT NULL);
CREATE INDEX ix_chain_workspace_id ON chain (workspace_id);
CREATE TABLE messages (seq {serial}, workspace_id VARCHAR(40) NOT NULL, sample_id TEXT NOT NULL, kind VARCHAR(12) NOT NULL,
  author TEXT NOT NULL, text TEXT NOT NULL, at VARCHAR(24) NOT NULL);
CREATE INDEX ix_messages_workspace_id ON messages (workspace_id);
"""
)
EARLIER = {"of version 0.1": FIRST, "of the last version without versions": BEFORE_VERSIONS}
_CHOICE = (
    "INSERT INTO choices (workspace_id, run_id, key, value, at, who) "
    "VALUES ('w1', 'run1', 'mode', '\"open\"', '2026', 'ann')"
)
_DECISION = (
    "INSERT INTO decisions (uuid, workspace_id, run_id, sample_id, reviewer, verdict, labels, note, seconds, mode, card, "
    "decided_at) VALUES (:uuid, 'w1', 'run1', :sample, 'ann', 'keep', '[1]', '', 2.0, 'blind', 'suspicious', "
    "'2026-01-02T03:04:05.678Z')"
)


def made_earlier(url: str, statements: str) -> sql.Engine:
    """A log of an earlier version, with one decision and one choice; its connections, to be given up by the caller."""
    engine = writers.engine_of(url)
    serial = "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT" if url.startswith("sqlite") else "SERIAL PRIMARY KEY"
    with writers.writing(engine).begin() as connection:
        for statement in statements.format(serial=serial).split(";")[:-1]:
            connection.exec_driver_sql(statement)
        connection.execute(sql.text(_DECISION), {"uuid": str(uuid.uuid4()), "sample": "old"})
        connection.exec_driver_sql(_CHOICE)
    return engine


def decide_earlier(engine: sql.Engine, sample: str) -> None:
    """One decision, durable, as an earlier version's writer makes it."""
    with writers.writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK_OF_WRITERS})")
        connection.execute(sql.text(_DECISION), {"uuid": str(uuid.uuid4()), "sample": sample})


def decision(sample="s1", **more) -> Decision:
    return Decision(
        str(uuid.uuid4()), "run1", sample, "ann", "keep", (1,), decided_at="2026-01-02T03:04:05.678Z", **more
    )


def version(engine: sql.Engine) -> str:
    with engine.connect() as connection:
        return version_of(connection)


def shape(connection: sql.Connection) -> dict:
    """Every table's columns, indexes and constraints as the database tells them."""
    seen = sql.inspect(connection)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in seen.get_columns(name)],
            sorted((i["name"], tuple(i["column_names"]), i["unique"]) for i in seen.get_indexes(name)),
            seen.get_pk_constraint(name)["constrained_columns"],
            [u["column_names"] for u in seen.get_unique_constraints(name)],
            "AUTOINCREMENT" in _statement(connection, name),
        )
        for name in sorted(seen.get_table_names())
    }


def _statement(connection: sql.Connection, table: str) -> str:
    if connection.dialect.name != "sqlite":
        return ""
    return connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).scalar_one()


def shape_of(engine: sql.Engine) -> dict:
    with engine.connect() as connection:
        return shape(connection)
