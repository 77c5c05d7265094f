"""Which version the tables of a review store have, and how a store of another version comes to this program's.

A store says its version in a table of its own. One that says this program's is opened as it is. A new one is made at
once as this program wants it; one of an earlier version goes there step by step (``steps``, by Alembic, which is not
imported before). That is one transaction behind the lock of all who write, so that programs of the earlier version may
go on writing: they wait for a moment, and lose nothing.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sql
from sqlalchemy.exc import DBAPIError

from cleaning.errors import WorkspaceError
from cleaning.keep.store_tables import META, TABLES
from cleaning.keep.writer import serialise, upsert, writing

FORMAT = 1  # of what is in the tables; each version since the first reads and writes it
VERSIONS = ("0001", "0002", "0003")  # in order, as the steps are called
FIRST, LATEST = VERSIONS[0], VERSIONS[-1]
NOTHING = ""  # the version of a database without a log
VERSION = sql.Table(
    "second_opinion_version", sql.MetaData(), sql.Column("version_num", sql.String(32), primary_key=True)
)
TRIES, PATIENCE_SECONDS, PAUSE_SECONDS = 10, 2, 1.0  # to come between those who read for long; PostgreSQL only
_LOCK_NOT_AVAILABLE = "55P03"
_GONE = ("08", "57P")  # the connection, or the server that is shutting down or starting


def prepare(engine: sql.Engine) -> None:
    """Makes the tables of a store, or brings them to this version.

    Raises WorkspaceError where they are damaged, somebody else's, or of a newer version.
    """
    if look(engine) != LATEST:  # a log that is as it should be is opened without a turn among those who write
        move(engine, LATEST)


def look(engine: sql.Engine) -> str:
    """The version that a store has; NOTHING where there is none yet. Raises WorkspaceError, as ``prepare`` does."""
    with _told(engine), engine.connect() as connection:
        return _standing(connection, engine)


def move(engine: sql.Engine, to: str) -> str:
    """Brings a store to one of VERSIONS, later or earlier, and returns which it had (NOTHING where it is new).

    Raises WorkspaceError where that cannot be, or something in the store would be lost; nothing is changed then.
    """
    for left in range(TRIES, 0, -1):
        try:
            with _told(engine), writing(engine).begin() as connection:
                return _moved(connection, engine, to)
        except _HeldByReaders:
            if left > 1:
                time.sleep(PAUSE_SECONDS)
    raise WorkspaceError(
        f"The decision log at {_place(engine)} is of an earlier version and could not be brought to this one: other "
        "connections have been reading it all the time. Nothing was changed. Try again when they are done."
    )


def version_of(connection: sql.Connection) -> str:
    """The version that a store has; FIRST where it says none, since each step then adds what is lacking."""
    there = sql.inspect(connection)
    if there.has_table(VERSION.name):
        said = connection.execute(sql.select(VERSION.c.version_num)).scalar_one_or_none()
        if said is not None:
            return said
    return FIRST if there.has_table(META.name) else NOTHING


def _standing(connection: sql.Connection, engine: sql.Engine) -> str:
    """The version, if it is one that this program knows."""
    version = version_of(connection)
    if version == NOTHING:
        _refuse_foreign(connection, engine)
        return version
    written = connection.execute(sql.select(META.c.value).where(META.c.key == "format")).scalar_one_or_none()
    of_our_format = written in (None, str(FORMAT))
    if not of_our_format or version not in VERSIONS:
        said = f"version {version[:32]}" if of_our_format else f"format {written}"
        raise WorkspaceError(
            f"The decision log at {_place(engine)} has {said}; this program knows format {FORMAT} and versions up to "
            f"{LATEST}. Nothing was changed. Use the newer program that wrote it."
        )
    return version


def _moved(connection: sql.Connection, engine: sql.Engine, to: str) -> str:
    serialise(connection)
    before = _standing(connection, engine)  # again: another process may have been first
    if before == to:
        return before
    if connection.dialect.name == "postgresql":
        connection.execute(sql.text(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'"))
    if before == NOTHING and to != LATEST:
        raise WorkspaceError(f"There is no decision log at {_place(engine)} yet, so none goes back to version {to}.")
    VERSION.create(connection, checkfirst=True)
    if before == NOTHING:
        TABLES.create_all(connection)
        connection.execute(upsert(META, "key", connection), [{"key": "format", "value": str(FORMAT)}])
        connection.execute(sql.insert(VERSION), [{"version_num": LATEST}])
        return before
    connection.execute(upsert(VERSION, "version_num", connection), [{"version_num": before}])
    from cleaning.keep.schema.stepping import step

    step(connection, to, VERSION.name, forward=VERSIONS.index(to) > VERSIONS.index(before))
    return before


def _refuse_foreign(connection: sql.Connection, engine: sql.Engine) -> None:
    taken = set(TABLES.tables) & set(sql.inspect(connection).get_table_names())
    if taken:
        raise WorkspaceError(
            f"The database at {_place(engine)} has a table called '{min(taken)}' that is not ours. "
            "Give Second Opinion a database of its own."
        )


class _HeldByReaders(Exception):
    """PostgreSQL did not give a table within our patience."""


@contextmanager
def _told(engine: sql.Engine) -> Iterator[None]:
    """Turns a database's error into a sentence."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") == _LOCK_NOT_AVAILABLE:
            raise _HeldByReaders from error
        damaged = "If the file is damaged, put it aside and restore a backup; do not delete it."
        advice = "Nothing was changed; try again when it does." if _is_gone(error) else damaged
        raise WorkspaceError(
            f"The decision log at {_place(engine)} cannot be opened: {reason_of(error)}. {advice}"
        ) from error


def _place(engine: sql.Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def reason_of(error: DBAPIError) -> str:
    """The first line of what the database says; where nothing of it answers, that, without its address."""
    if _is_gone(error):
        return "its database does not answer"
    return str(error.orig).strip().rstrip(".").splitlines()[0]


def _is_gone(error: DBAPIError) -> bool:
    """Whether PostgreSQL was not reached, or is on its way down or up."""
    state = getattr(error.orig, "sqlstate", "")  # None where no connection came about
    return state is None or state.startswith(_GONE)
