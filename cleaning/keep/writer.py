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
from cleaning.keep.fair_turn import FairTurn
from cleaning.keep.open_file import OpenFile, copied, may_write, remove_copy

Work = Callable[[sql.Connection], object]
LARGEST_GROUP = 256
BUSY_MILLISECONDS = 20_000
_PG_LOCK = 0x5EC0_0917  # serialises the writers of several processes, so that seq numbers appear in order


class Writer:
    """Runs pieces of work in one thread, many per transaction, and answers after the commit."""

    _all: dict[str, "Writer"] = {}  # noqa: RUF012 - one per process on purpose
    _lock = threading.Lock()

    def __init__(self, url: str, prepare: Callable[[sql.Engine], None]) -> None:
        self.url, self._users, self._prepare = url, 0, prepare
        self._file = OpenFile(url)
        path = self._file.path
        self.read_only = path is not None and path.parent.is_dir() and not may_write(path)
        self.copy = copied(url, path) if path is not None and self.read_only else None
        self.engine = engine_of(self.copy or url)
        self.generation = 0  # how often the file was opened anew; what was read before is then to be read again
        self._turn = FairTurn(None if self.read_only else path)
        try:
            with self._turn.held():
                prepare(self.engine)
        except BaseException:
            self._let_go()
            raise
        if not self.read_only:
            self._file.remember()
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

    @classmethod
    def waiting(cls) -> int:
        """How many pieces of work wait to be written in this process, in all databases."""
        with cls._lock:
            return sum(writer._waiting.qsize() for writer in cls._all.values())

    def release(self) -> None:
        """One user less; the last one ends the thread and closes the connections."""
        with self._lock:
            self._users -= 1
            if self._users or self._all.get(self.url) is not self:
                return
            del self._all[self.url]
        self._waiting.put(None)
        self._thread.join()
        self._let_go()

    def _let_go(self) -> None:
        self.engine.dispose()
        self._turn.close()
        if self.copy is not None:
            remove_copy(self.copy)

    def run(self, work: Work) -> None:
        """Does ``work`` in a transaction and returns when it is durable; raises what ``work`` raised."""
        if self.read_only:
            raise WorkspaceError(
                "This workspace can be read and exported, but not written: its folder is read-only. Nothing was saved."
            )
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
            with self._turn.held():
                self._transact([work for work, _ in group])
        except Exception as error:
            if len(group) == 1:
                group[0][1].set_exception(error)
            else:
                for one in group:
                    self._commit([one])
        else:
            for _, answer in group:
                answer.set_result(None)

    def _transact(self, works: list[Work]) -> None:
        """One transaction, durable in the file that lies at its path; else nothing is answered as saved."""
        self._check_file()
        with writing(self.engine).begin() as connection:
            serialise(connection)
            for work in works:
                work(connection)
        self._check_file()

    def _check_file(self) -> None:
        if self._file.same:
            return
        refusal = self._file.refusal()
        self.engine.dispose()
        if self._file.path is not None and self._file.path.exists():
            self._prepare(self.engine)
            self._file.remember()
            self.generation += 1
        raise refusal


def serialise(connection: sql.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sql.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _PG_LOCK})


def writing(engine: sql.Engine) -> sql.Engine:
    """The engine for transactions that write: SQLite then takes the lock at once instead of half-way."""
    return engine.execution_options(writes=True)


def reading(engine: sql.Engine) -> sql.Engine:
    """The engine for single statements that read: each sees what is durable as it begins, with no transaction around."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="AUTOCOMMIT")
    return engine.execution_options(reads=True)


def engine_of(url: str | sql.URL) -> sql.Engine:
    """Connections to a log's database, made when they are needed. Raises WorkspaceError where it is of no kind we know."""
    if not str(url).startswith("sqlite"):
        return sql.create_engine(_postgresql(str(url)), pool_pre_ping=True)
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
    options = connection.get_execution_options()
    if not options.get("reads"):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


def upsert(table: sql.Table, unique: str, connection: sql.Connection) -> sql.Insert:
    """An INSERT that leaves a row with the same unique value as it is."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table).on_conflict_do_nothing(index_elements=[unique])
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table).on_conflict_do_nothing(index_elements=[unique])
