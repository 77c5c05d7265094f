"""A chain over the log of decisions: each link seals a decision and the link before, so that a change, a gap or a
reordering shows. Links are made as decisions are appended; logs of earlier versions get theirs at the next append."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sql

from cleaning.keep.store_tables import CHAIN, DECISIONS

BEGINNING = "0" * 64
_SEALED = "workspace_id run_id uuid sample_id reviewer verdict labels note seconds mode card decided_at undoes".split()


def link(before: str, row: Mapping[str, Any]) -> str:
    """The digest of a decision (a row of the table) after another.

    The version that it was made on is sealed where there is one, so that chains of logs without versions stay whole.
    """
    said = [row[name] for name in _SEALED] + [row[name] for name in ("version",) if row[name]]
    text = json.dumps(said, ensure_ascii=True)
    return hashlib.sha256(f"{before}{text}".encode()).hexdigest()


def extend(connection: sql.Connection, workspace_id: str) -> None:
    """Seals the decisions of a workspace that have no link yet."""
    c, d = CHAIN, DECISIONS
    last = connection.execute(
        sql.select(c.c.seq, c.c.digest).where(c.c.workspace_id == workspace_id).order_by(c.c.seq.desc()).limit(1)
    ).first()
    seq, digest = (last.seq, last.digest) if last else (0, BEGINNING)
    new = sql.select(d).where(d.c.workspace_id == workspace_id, d.c.seq > seq).order_by(d.c.seq)
    links = []
    for row in connection.execute(new):
        digest = link(digest, row._asdict())
        links.append({"seq": row.seq, "workspace_id": workspace_id, "digest": digest})
    if links:
        connection.execute(sql.insert(c), links)
