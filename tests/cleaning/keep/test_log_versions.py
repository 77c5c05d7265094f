"""Logs of earlier and later versions, in SQLite and PostgreSQL: brought up while others write, taken back, or refused."""

import subprocess
import sys
import threading
import time
import uuid

import pytest
import sqlalchemy as sql

from cleaning.errors import WorkspaceError
from cleaning.keep import writer as writers
from cleaning.keep.card_messages import messages
from cleaning.keep.decisions import open_store
from cleaning.keep.leases import Holder, Leases, Offer
from cleaning.keep.schema import log_versions, stepping
from cleaning.keep.schema.log_versions import LATEST, VERSIONS, move, prepare, version_of
from cleaning.keep.store_tables import CHAIN, TABLES
from cleaning.keep.verifying import verify_chain
from tests.cleaning.keep.earlier_logs import (
    EARLIER,
    FIRST,
    decide_earlier,
    decision,
    made_earlier,
    shape,
    shape_of,
    version,
)  # fmt: skip
from tests.conftest import REPOSITORY


@pytest.fixture(params=EARLIER)
def earlier(request, url):
    """Connections to a log of an earlier version."""
    engine = made_earlier(url, EARLIER[request.param])
    yield engine
    engine.dispose()


def samples(url: str) -> list[str]:
    store = open_store(url, "w1")
    try:
        return [d.sample_id for d in store.decisions()]
    finally:
        store.close()


# -- the steps ------------------------------------------------------------------------------------------------------


def test_the_steps_lie_in_one_line_and_are_those_the_program_knows():
    in_order = [one.revision for one in reversed(list(stepping.steps().walk_revisions()))]
    assert tuple(in_order) == VERSIONS and stepping.steps().get_heads() == [LATEST]


def test_steps_from_nothing_lead_to_what_is_made_at_once(engine):
    """Alembic's own comparison finds no difference to the tables as the program declares them, whichever way they came."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with writers.writing(engine).begin() as connection:
        log_versions.VERSION.create(connection)
        stepping.step(connection, LATEST, log_versions.VERSION.name, forward=True)
    options = {"compare_type": True, "version_table": log_versions.VERSION.name}
    with engine.connect() as connection:
        assert version_of(connection) == LATEST
        assert compare_metadata(MigrationContext.configure(connection, opts=options), TABLES) == []
        step_by_step = shape(connection)
    with writers.writing(engine).begin() as connection:
        for table in (*reversed(TABLES.sorted_tables), log_versions.VERSION):
            table.drop(connection)
    prepare(engine)
    with engine.connect() as connection:
        assert shape(connection) == step_by_step and version_of(connection) == LATEST


# -- forth ----------------------------------------------------------------------------------------------------------


def test_an_earlier_log_is_brought_up_and_sealed_from_the_next_decision_on(url, earlier):
    store = open_store(url, "w1")
    assert version(earlier) == LATEST
    assert [(d.sample_id, d.labels, d.version) for d in store.decisions()] == [("old", (1,), "")]
    assert store.choice("run1", "mode") == "open" and messages(store) == []
    assert verify_chain(store)[2] == ["1 decision not sealed yet; the next one seals them."]
    store.append([decision("new")])
    taken = Leases(store).take(Holder("ann", "1"), lambda: [Offer("a")], 9).leases
    assert verify_chain(store)[1:] == ([], []) and [one.sample_id for one in taken] == ["a"]
    store.close()
    assert samples(url) == ["old", "new"], "opening again changes nothing"


def test_an_earlier_version_goes_on_writing_while_it_is_brought_up_and_afterwards(url, earlier):
    written: list[str] = []
    stop = threading.Event()

    def write_on() -> None:
        while not stop.is_set():
            sample = f"e{len(written)}"
            decide_earlier(earlier, sample)
            written.append(sample)

    thread = threading.Thread(target=write_on)
    thread.start()
    try:
        wait_for(lambda: len(written) >= 3)
        store = open_store(url, "w1")
        for n in range(10):
            store.append([decision(f"n{n}")])
        reached = len(written)
        wait_for(lambda: len(written) >= reached + 3)
    finally:
        stop.set()
        thread.join()
    store.append([decision("last")])
    kept = [d.sample_id for d in store.decisions()]
    assert sorted(kept) == sorted(["old", *written, *(f"n{n}" for n in range(10)), "last"])
    assert verify_chain(store)[1:] == ([], [])
    with store._writer.engine.connect() as connection:
        assert connection.execute(sql.select(sql.func.count()).select_from(CHAIN)).scalar_one() == len(kept)
    store.close()


def wait_for(true) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_many_open_an_earlier_log_at_once(url, earlier):
    """Each of several processes' connections; one takes the steps, the others find them taken."""
    engines, told = [writers.engine_of(url) for _ in range(6)], []

    def open_it(engine: sql.Engine) -> None:
        told.append(move(engine, LATEST))
        engine.dispose()

    threads = [threading.Thread(target=open_it, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told)[-5:] == [LATEST] * 5 and len(told) == 6 and version(earlier) == LATEST


def test_logs_of_two_databases_are_brought_up_at_once_by_one_process(tmp_path):
    engines = [made_earlier(f"sqlite:///{tmp_path / f'{n}.sqlite'}", FIRST) for n in range(4)]
    threads = [threading.Thread(target=prepare, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [version(engine) for engine in engines] == [LATEST] * 4
    for engine in engines:
        engine.dispose()


def test_steps_that_fail_leave_all_as_it_was(url, earlier, monkeypatch):
    def fail(*_args, **_more) -> None:
        raise OSError("the disk is gone")

    before = shape_of(earlier)
    monkeypatch.setattr("alembic.op.drop_index", fail)  # in the last step
    with pytest.raises(OSError):
        open_store(url, "w1")
    assert shape_of(earlier) == before
    monkeypatch.undo()
    decide_earlier(earlier, "after")
    assert samples(url) == ["old", "after"] and version(earlier) == LATEST


@pytest.mark.postgresql
def test_one_who_reads_for_long_holds_up_neither_for_long(postgresql, monkeypatch, request):
    """A dump's transaction keeps the tables: writers wait no longer than our patience, and the steps are tried again."""
    monkeypatch.setattr(log_versions, "PATIENCE_SECONDS", 1)
    monkeypatch.setattr(log_versions, "TRIES", 4)
    url = fresh_database(postgresql)
    engine = made_earlier(url, FIRST)
    request.addfinalizer(engine.dispose)
    reader = engine.connect()
    reader.execute(sql.text("SELECT count(*) FROM decisions"))
    with pytest.raises(WorkspaceError, match=r"other connections have been reading it all the time\. Nothing was"):
        open_store(url, "w1")
    assert version(engine) == VERSIONS[0] and not sql.inspect(engine).has_table("messages")
    told: list[object] = []
    opening = threading.Thread(target=lambda: told.append(samples(url)))
    opening.start()
    time.sleep(0.3)
    begun = time.monotonic()
    decide_earlier(engine, "meanwhile")
    assert time.monotonic() - begun < 3, "a writer waits for one try at most"
    reader.close()
    opening.join()
    assert told == [["old", "meanwhile"]] and version(engine) == LATEST


def fresh_database(server: str) -> str:
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.replace("/postgres", f"/{name}")


OPENED = """
import sys
from cleaning.keep.decisions import open_store
open_store(sys.argv[1], "w1").close()
print("alembic" in sys.modules)
"""


def test_alembic_is_not_waited_for_where_a_log_is_new_or_of_this_version(tmp_path):
    url = f"sqlite:///{tmp_path / 'decisions.sqlite'}"

    def needed() -> str:
        command = [sys.executable, "-c", OPENED, url]
        return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.strip()

    assert [needed(), needed()] == ["False", "False"]
    engine = writers.engine_of(url)
    move(engine, VERSIONS[1])
    engine.dispose()
    assert [needed(), needed()] == ["True", "False"]
