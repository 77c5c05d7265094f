"""One writer thread per database and process, with group commit."""

import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

import sqlalchemy as sql
from sqlalchemy.exc import ArgumentError

from cleaning.errors import WorkspaceError

Work = Callable[[sql.Connection], object]
LARGEST_GROUP = 256
BUSY_MILLISECONDS = 20_000
_PG_LOCK = 0x5EC0_0917  # serialises the writers of several processes, so that seq numbers appear in order


class Writer:
    """Runs pieces of work in one thread, many per transaction, and answers after the commit."""

    _all: dict[str, "Writer"] = {}  # noqa: RUF012 - one per process on purpose
    _lock = threading.Lock()

    def __init__(self, url: str, prepare: Callable[[sql.Engine], None]) -> None:
        self.url, self._users = url, 0
        self.engine = _engine(url)
        try:
            prepare(self.engine)
        except BaseException:
            self.engine.dispose()
            raise
        self._waiting: queue.SimpleQueue[tuple[Work, Future] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="review-writer", daemon=True)
        self._thread.start()

    @classmethod
    def for_url(cls, url: str, prepare: Callable[[sql.Engine], None]) -> "Writer":
        """The writer of this process for a URL, started if there is none."""
        with cls._lock:
            writer = cls._all.get(url) or cls(url, prepare)
            cls._all[url] = writer
            writer._users += 1
            return writer

    def release(self) -> None:
        """One user less; the last one ends the thread and closes the connections."""
        with self._lock:
            self._users -= 1
            if self._users or self._all.get(self.url) is not self:
                return
            del self._all[self.url]
        self._waiting.put(None)
        self._thread.join()
        self.engine.dispose()

    def run(self, work: Work) -> None:
        """Does ``work`` in a transaction and returns when it is durable; raises what ``work`` raised."""
        answer: Future = Future()
        self._waiting.put((work, answer))
        answer.result()

    def _serve(self) -> None:
        while (first := self._waiting.get()) is not None:
            group = [first]
            while len(group) < LARGEST_GROUP and not self._waiting.empty():
                following = self._waiting.get()
                if following is None:
                    self._commit(group)
                    return
                group.append(following)
            self._commit(group)

    def _commit(self, group: list[tuple[Work, Future]]) -> None:
        """One transaction for all; if anything in it fails, one each, so that nobody suffers for another."""
        try:
            with writing(self.engine).begin() as connection:
                serialise(connection)
                for work, _ in group:
                    work(connection)
        except Exception as error:
            if len(group) == 1:
                group[0][1].set_exception(error)
            else:
                for one in group:
                    self._commit([one])
        else:
            for _, answer in group:
                answer.set_result(None)


def serialise(connection: sql.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sql.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _PG_LOCK})


def writing(engine: sql.Engine) -> sql.Engine:
    """The engine for transactions that write: SQLite then takes the lock at once instead of half-way."""
    return engine.execution_options(writes=True)


def _engine(url: str) -> sql.Engine:
    if not url.startswith("sqlite"):
        return sql.create_engine(_postgresql(url), pool_pre_ping=True)
    engine = sql.create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000})
    sql.event.listen(engine, "connect", _set_up_sqlite)
    sql.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql(url: str) -> sql.URL:
    """The URL with the driver we install, unless it names one."""
    try:
        parsed = sql.make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() not in ("postgresql", "postgres"):
        kind = parsed.get_backend_name() if parsed else "no database URL"
        raise WorkspaceError(
            f"The decision log's database is {kind}; expected SQLite or PostgreSQL, as in "
            "postgresql://user:password@server/database."
        )
    return parsed if "+" in parsed.drivername else parsed.set(drivername="postgresql+psycopg")


def _set_up_sqlite(connection, _record) -> None:
    connection.isolation_level = None  # transactions are begun by ourselves, below
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _write_ahead(cursor) -> None:
    """Sets WAL; a new file's change of mode does not wait for a lock by itself, so that is done here."""
    give_up = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: sql.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
