"""Messages on a card: notes, questions and answers, kept with the decisions and seen by colleagues once they decided."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal, get_args

import sqlalchemy as sql

from cleaning.errors import InputError
from cleaning.keep.decisions import ReviewStore, storable
from cleaning.keep.store_tables import MESSAGES, WORKSPACE
from cleaning.keep.stored import now

Kind = Literal["note", "question", "answer"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST_MESSAGE = 2_000
_ALL = sql.select(MESSAGES).where(MESSAGES.c.workspace_id == WORKSPACE).order_by(MESSAGES.c.seq)
_ON_SAMPLE = _ALL.where(MESSAGES.c.sample_id == sql.bindparam("sample_id"))


@dataclass(frozen=True)
class Message:
    """What somebody wrote on a sample's card. at: ISO 8601 UTC. seq: place among all messages."""

    sample_id: str
    kind: str
    author: str
    text: str
    at: str
    seq: int


def write(store: ReviewStore, sample_id: str, kind: Kind, author: str, text: str) -> None:
    """Keeps a message. Raises InputError for an empty or overlong one."""
    words = storable(text).strip()
    if not words or len(words) > LONGEST_MESSAGE:
        raise InputError(f"A message has 1 to {LONGEST_MESSAGE:,} characters; this one has {len(words):,}.")
    row = {"workspace_id": store.workspace_id, "sample_id": sample_id, "kind": kind, "author": author}
    store.write(lambda connection: connection.execute(sql.insert(MESSAGES), [row | {"text": words, "at": now()}]))


def take_over(store: ReviewStore, others: Iterable[Message]) -> None:
    """Adds messages of another log that are not here yet, as they were written."""
    here = {replace(one, seq=0) for one in messages(store)}
    new = [one for one in dict.fromkeys(replace(one, seq=0) for one in others) if one not in here]
    rows = [{"workspace_id": store.workspace_id} | {k: v for k, v in asdict(one).items() if k != "seq"} for one in new]
    if rows:
        store.write(lambda connection: connection.execute(sql.insert(MESSAGES), rows))


def messages(store: ReviewStore, sample_id: str | None = None) -> list[Message]:
    """All messages, or those on one sample, in order."""
    found = store.read(_ALL) if sample_id is None else store.read(_ON_SAMPLE, sample_id=sample_id)
    return [Message(r.sample_id, r.kind, r.author, r.text, r.at, r.seq) for r in found]


def told(store: ReviewStore, sample_id: str) -> list[dict]:
    """What was written on a card, for those who decided it; without names, as colleagues' notes are."""
    return [{"kind": one.kind, "text": one.text} for one in messages(store, sample_id)]
