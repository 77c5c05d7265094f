"""The review store: an append-only log of decisions and choices in SQL. Undo is a new row; nothing is ever edited.

SQLite (WAL, synchronous=FULL: a decision shown as saved survives a power cut) by default, PostgreSQL by URL.
Each process has one writer thread per URL, which commits whatever has gathered as one group and answers each
waiting caller only after the commit. A decision's uuid is unique: sending it again is harmless.
"""

import json
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields

import pandas as pd
import sqlalchemy as sql
from sqlalchemy.exc import DBAPIError

from cleaning.errors import InputError, WorkspaceError, first_five
from cleaning.keep.hash_chain import extend
from cleaning.keep.schema.log_versions import prepare, reason_of
from cleaning.keep.settings_log import CHOICE_COLUMNS, SettingChange, changes_of
from cleaning.keep.store_tables import CHOICES, DECISIONS, DECISIONS_SINCE, WORKSPACE
from cleaning.keep.writer import Work, Writer, reading, upsert

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


BLIND, OPEN, SEEN = "blind", "open", "seen"


@dataclass(frozen=True)
class Decision:
    """One verdict by one reviewer on one sample at one time, as the log keeps it.

    labels: class codes the reviewer says fit. seconds: how long the card was looked at. mode: BLIND, OPEN, or SEEN where
    the reviewer had been told the votes by an earlier decision on the sample.
    card: why it was shown (``cleaning.domain.card_kinds``). decided_at: ISO 8601 UTC with milliseconds.
    undoes: uuid of the decision an undo takes back. seq: place in the log, given by the store.
    version: fingerprint of the dataset it was made on, where it was carried here from another version; else "".
    """

    uuid: str
    run_id: str
    sample_id: str
    reviewer: str
    verdict: str
    labels: tuple[int, ...] = ()
    note: str = ""
    seconds: float = 0.0
    mode: str = "blind"
    card: str = "suspicious"
    decided_at: str = ""
    undoes: str | None = None
    seq: int = 0
    version: str = ""


COLUMNS = tuple(f.name for f in fields(Decision))


class ReviewStore:
    """The log of one workspace. Safe to share between threads."""

    def __init__(self, url: str, workspace_id: str = "") -> None:
        self.url, self.workspace_id = url, workspace_id
        self._writer = Writer.for_url(url, prepare)
        self._reading = reading(self._writer.engine)

    def append(self, decisions: Sequence[Decision]) -> list[str]:
        """Adds decisions and returns their uuids once they are durable. A uuid that is already there is kept as it is.

        Raises InputError if a uuid is taken by another reviewer's or another sample's decision (none of the call's
        decisions is then kept), WorkspaceError when the log cannot be written.
        """
        rows = [self._row_of_decision(d) for d in decisions]
        if not rows:
            return []
        self.write(lambda connection: self._insert_sealed(connection, rows))
        return [row["uuid"] for row in rows]

    def _insert_sealed(self, connection: sql.Connection, rows: list[dict]) -> None:
        _insert_decisions(connection, rows)
        extend(connection, self.workspace_id)

    def decisions(self, run_id: str | None = None, since_seq: int = 0) -> list[Decision]:
        """The log in order, whole or of one run, from after ``since_seq``."""
        query = DECISIONS_SINCE if run_id is None else DECISIONS_SINCE.where(DECISIONS.c.run_id == run_id)
        return [_decision_of_row(row._mapping) for row in self.read(query, since=since_seq)]

    def log(self, run_id: str | None = None) -> pd.DataFrame:
        """The log as a data frame with the columns of ``Decision``; ``labels`` holds tuples."""
        return as_frame(self.decisions(run_id))

    def reviewers(self, since_seq: int = 0) -> dict[str, int]:
        """Who decided after ``since_seq``, each with the place in the log of their last decision."""
        return {row.reviewer: int(row.last) for row in self.read(_REVIEWERS, since=since_seq)}

    def set_choice(self, run_id: str, key: str, value: object, *, at: str, who: str) -> None:
        """Records a choice (threshold, audit share, ...) of a run; the last one counts, the earlier ones stay.

        run_id: "" for what concerns the whole workspace. What it was before follows from the log: ``changes``.
        """
        self.add_choices([{"run_id": run_id, "key": key, "value": value, "at": at, "who": who}])

    def add_choices(self, choices: Sequence[dict]) -> None:
        """Records choices (run_id, key, value, at, who), all or none."""
        mine = {"workspace_id": self.workspace_id}
        rows = [
            mine | {k: c[k] for k in CHOICE_COLUMNS if k != "seq"} | {"value": json.dumps(c["value"])} for c in choices
        ]
        if rows:
            self.write(lambda connection: connection.execute(sql.insert(CHOICES), rows))

    def choice(self, run_id: str, key: str, default: object = None) -> object:
        """The last recorded value of a choice."""
        t = CHOICES
        query = sql.select(t.c.value).where(t.c.workspace_id == self.workspace_id, t.c.run_id == run_id, t.c.key == key)
        rows = self.read(query.order_by(t.c.seq.desc()).limit(1))
        return json.loads(rows[0].value) if rows else default

    def choices(self, run_id: str | None = None) -> pd.DataFrame:
        """Every choice ever made, in order: run_id, key, value, at, who, seq."""
        t = CHOICES
        query = sql.select(t).where(t.c.workspace_id == self.workspace_id).order_by(t.c.seq)
        rows = [r._mapping for r in self.read(query) if run_id in (None, r.run_id)]
        return pd.DataFrame(
            [(r["run_id"], r["key"], json.loads(r["value"]), r["at"], r["who"], r["seq"]) for r in rows],
            columns=list(CHOICE_COLUMNS),
        )

    def changes(self, run_id: str | None = None, since_seq: int = 0) -> list[SettingChange]:
        """The settings log in order: what was chosen, what it was before, by whom and when."""
        return [change for change in changes_of(self.choices(run_id)) if change.seq > since_seq]

    def version(self) -> tuple[int, int]:
        """Places in the log of the last decision and the last choice: what was read at the same version is the same."""
        row = self.read(_NEWEST)[0]
        return int(row[0]), int(row[1])

    @property
    def generation(self) -> int:
        """Changes when the log was opened anew because its file was replaced: all of it is then to be read again."""
        return self._writer.generation

    @property
    def read_only(self) -> bool:
        """Whether the log lies where nothing can be written."""
        return self._writer.read_only

    def close(self) -> None:
        """Lets the writer go; it ends when the last store of its URL is closed."""
        self._writer.release()

    def _row_of_decision(self, decision: Decision) -> dict:
        row = asdict(decision) | {"labels": json.dumps(list(decision.labels)), "workspace_id": self.workspace_id}
        del row["seq"]
        row["note"] = storable(decision.note)
        for name, value in row.items():
            if isinstance(value, str) and _UNSTORABLE.search(value):
                raise InputError(
                    f"The {name} {value[:60]!a} cannot be kept: it holds half a character or a NUL. Expected "
                    "whole characters; write it anew."
                )
        return row

    def write(self, work: Work) -> None:
        """Does ``work`` in a transaction and returns when it is durable. It may be done again, so its effects on
        anything but the connection must bear that. Raises WorkspaceError when the database does not take it."""
        try:
            self._writer.run(work)
        except DBAPIError as error:
            raise WorkspaceError(f"The decision log could not be written: {reason_of(error)}.") from error

    def read(self, query: sql.Select, **values: object) -> list:
        """The rows of a query, which may name what it asks for: ``workspace`` is this one. Raises WorkspaceError."""
        try:
            with self._reading.connect() as connection:
                return list(connection.execute(query, {"workspace": self.workspace_id} | values))
        except DBAPIError as error:
            raise WorkspaceError(f"The decision log could not be read: {reason_of(error)}.") from error


# -- what is asked several times a card is written once, with names for what changes ------------------------------------

_NEWEST = sql.select(
    *(
        sql.select(sql.func.coalesce(sql.func.max(t.c.seq), 0)).where(t.c.workspace_id == WORKSPACE).scalar_subquery()
        for t in (DECISIONS, CHOICES)
    )
)
_REVIEWERS = (
    sql.select(DECISIONS.c.reviewer, sql.func.max(DECISIONS.c.seq).label("last"))
    .where(DECISIONS.c.workspace_id == WORKSPACE, DECISIONS.c.seq > sql.bindparam("since"))
    .group_by(DECISIONS.c.reviewer)
)
_KEPT = sql.select(
    DECISIONS.c.uuid, DECISIONS.c.workspace_id, DECISIONS.c.reviewer, DECISIONS.c.sample_id, DECISIONS.c.verdict
).where(DECISIONS.c.uuid.in_(sql.bindparam("uuids", expanding=True)))


def storable(text: str) -> str:
    """The text as every database keeps it: halves of characters (lone surrogates) and NUL become U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def open_store(url: str, workspace_id: str = "") -> ReviewStore:
    """Opens the decision log at an SQLAlchemy URL, making it if it is new.

    workspace_id: whose decisions; one database may serve several workspaces. Raises WorkspaceError when the file is
    damaged, belongs to something else, or was written by a newer version.
    """
    return ReviewStore(url, workspace_id)


def _insert_decisions(connection: sql.Connection, rows: list[dict]) -> None:
    """Inserts what is new; a uuid that belongs to somebody else's decision refuses the whole call."""
    if connection.execute(upsert(DECISIONS, "uuid", connection), rows).rowcount == len(rows):
        return  # all are new
    found = connection.execute(_KEPT, {"uuids": [row["uuid"] for row in rows]})
    kept = {r.uuid: (r.workspace_id, r.reviewer, r.sample_id, r.verdict) for r in found}
    taken = [
        row["uuid"]
        for row in rows
        if kept[row["uuid"]] != (row["workspace_id"], row["reviewer"], row["sample_id"], row["verdict"])
    ]
    if taken:
        raise InputError(f"Another decision already bears the id {first_five(taken)}; every decision needs a new one.")


def _decision_of_row(row) -> Decision:
    values = {name: row[name] for name in COLUMNS}
    return Decision(**(values | {"labels": tuple(json.loads(row["labels"]))}))


def as_frame(decisions: Iterable[Decision]) -> pd.DataFrame:
    """Decisions as a data frame with the columns of ``Decision``; ``undoes`` is None where nothing is undone."""
    decisions = list(decisions)
    frame = pd.DataFrame([tuple(getattr(d, c) for c in COLUMNS) for d in decisions], columns=list(COLUMNS))
    frame["undoes"] = pd.Series([d.undoes for d in decisions], index=frame.index, dtype=object)
    return frame


_stores: dict[tuple[str, str], ReviewStore] = {}
_stores_lock = threading.Lock()


def shared_store(url: str, workspace_id: str) -> ReviewStore:
    """The store of this process for a workspace, opened once and kept."""
    with _stores_lock:
        if (url, workspace_id) not in _stores:
            _stores[(url, workspace_id)] = open_store(url, workspace_id)
        return _stores[(url, workspace_id)]


def forget_store(url: str, workspace_id: str) -> None:
    """Closes the process's store of a workspace, if it is open."""
    with _stores_lock:
        store = _stores.pop((url, workspace_id), None)
    if store is not None:
        store.close()
