"""A full disk, and a database that goes and comes back: a sentence each, and every decision told as saved is there."""

import pytest
import sqlalchemy as sql

from cleaning.errors import WorkspaceError
from cleaning.keep.decisions import open_store
from cleaning.keep.verifying import verify_chain
from tests.cleaning.keep.earlier_logs import decision


@pytest.mark.postgresql
def test_a_database_that_was_down_goes_on_where_it_was(own_database):
    store = open_store(own_database.url, "w1")
    store.append([decision("before")])
    own_database.stop()
    try:
        with pytest.raises(WorkspaceError, match=r"log could not be written: its database does not answer\.$"):
            store.append([decision("lost")])
        with pytest.raises(WorkspaceError, match=r"log could not be read: its database does not answer\.$"):
            store.decisions()
        with pytest.raises(WorkspaceError, match=r"does not answer\. Nothing was changed; try again when it does\.$"):
            open_store(f"{own_database.url}?application_name=another", "w1")
    finally:
        own_database.start()
    store.append([decision("after")])
    assert [d.sample_id for d in store.decisions()] == ["before", "after"] and verify_chain(store)[1:] == ([], [])
    store.close()


def test_a_full_disk_refuses_what_it_cannot_keep_and_goes_on_when_there_is_room(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'decisions.sqlite'}", "w1")
    sql.event.listen(
        store._writer.engine, "begin", lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 40")
    )
    kept: list[str] = []
    with pytest.raises(WorkspaceError, match=r"could not be written: database or disk is full\.$"):
        for n in range(500):
            store.append([decision(f"s{n}", note="n" * 1_000)])
            kept.append(f"s{n}")
    assert len(kept) > 5 and [d.sample_id for d in store.decisions()] == kept
    sql.event.listen(
        store._writer.engine, "begin", lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 4000")
    )
    store.append([decision("room")])
    assert [d.sample_id for d in store.decisions()] == [*kept, "room"] and verify_chain(store)[1:] == ([], [])
    store.close()
