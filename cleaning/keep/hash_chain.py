"""A chain over the log of decisions: each link seals a decision and the link before, so that a change, a gap or a
reordering shows. Links are made as decisions are appended; logs of earlier versions get theirs at the next append."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sql

from cleaning.keep.store_tables import CHAIN, DECISIONS_SINCE, WORKSPACE

BEGINNING = "0" * 64
_SEALED = "workspace_id run_id uuid sample_id reviewer verdict labels note seconds mode card decided_at undoes".split()


_LAST = (
    sql.select(CHAIN.c.seq, CHAIN.c.digest)
    .where(CHAIN.c.workspace_id == WORKSPACE)
    .order_by(CHAIN.c.seq.desc())
    .limit(1)
)
_ADDED = sql.insert(CHAIN)


def link(before: str, row: Mapping[str, Any]) -> str:
    """The digest of a decision (a row of the table) after another.

    The version that it was made on is sealed where there is one, so that chains of logs without versions stay whole.
    """
    said = [row[name] for name in _SEALED] + [row[name] for name in ("version",) if row[name]]
    text = json.dumps(said, ensure_ascii=True)
    return hashlib.sha256(f"{before}{text}".encode()).hexdigest()


def extend(connection: sql.Connection, workspace_id: str) -> None:
    """Seals the decisions of a workspace that have no link yet."""
    last = connection.execute(_LAST, {"workspace": workspace_id}).first()
    seq, digest = (last.seq, last.digest) if last else (0, BEGINNING)
    links = []
    for row in connection.execute(DECISIONS_SINCE, {"workspace": workspace_id, "since": seq}):
        digest = link(digest, row._asdict())
        links.append({"seq": row.seq, "workspace_id": workspace_id, "digest": digest})
    if links:
        connection.execute(_ADDED, links)
