"""Logs taken back to an earlier version, and those of a later one or none of ours, in SQLite and PostgreSQL."""

import pytest
import sqlalchemy as sql

from cleaning.errors import WorkspaceError
from cleaning.keep import writer as writers
from cleaning.keep.card_messages import messages, write
from cleaning.keep.decisions import open_store
from cleaning.keep.schema import log_versions
from cleaning.keep.schema.log_versions import LATEST, NOTHING, VERSIONS, move, prepare
from cleaning.keep.verifying import verify_chain
from tests.cleaning.keep.earlier_logs import (
    BEFORE_VERSIONS,
    FIRST,
    decide_earlier,
    decision,
    made_earlier,
    shape_of,
    version,
)


@pytest.mark.parametrize("to", VERSIONS[:-1])
def test_back_and_forth_again_keeps_every_decision_and_the_state_of_the_chain(url, engine, to):
    store = open_store(url, "w1")
    store.append([decision(f"s{n}") for n in range(5)])
    store.set_choice("run1", "threshold", 0.4, at="2026", who="ann")
    digests = verify_chain(store)[0]
    store.close()
    assert move(engine, to) == LATEST and version(engine) == to
    decide_earlier(engine, "by the earlier one")
    again = open_store(url, "w1")
    assert [d.sample_id for d in again.decisions()] == [*(f"s{n}" for n in range(5)), "by the earlier one"]
    assert again.choice("run1", "threshold") == 0.4 and version(engine) == LATEST
    again.append([decision("last")])
    assert verify_chain(again)[0][:5] == digests and verify_chain(again)[1:] == ([], [])
    again.close()


@pytest.mark.parametrize(("to", "statements"), [("0001", FIRST), ("0002", BEFORE_VERSIONS)])
def test_a_log_taken_back_is_as_that_version_made_it(url, engine, to, statements):
    made = made_earlier(url, statements)
    before = shape_of(made)
    made.dispose()
    move(engine, LATEST)
    move(engine, to)
    after = shape_of(engine)
    del after[log_versions.VERSION.name]
    assert after == before


def test_nothing_that_people_wrote_is_lost_by_going_back(url, engine):
    store = open_store(url, "w1")
    write(store, "s1", "note", "ann", "look again")
    store.append([decision(version="abc")])
    with pytest.raises(
        WorkspaceError, match=r"1 message and 1 such decision, which would be lost\. Nothing was changed"
    ):
        move(engine, VERSIONS[0])
    assert version(engine) == LATEST and len(messages(store)) == 1
    store.close()


# -- newer, or none of ours -----------------------------------------------------------------------------------------


def test_a_newer_log_is_refused_and_left_as_it_is(url, engine):
    open_store(url, "w1").close()
    with writers.writing(engine).begin() as connection:
        connection.execute(sql.update(log_versions.VERSION).values(version_num="0099"))
    before = shape_of(engine)
    for attempt in (lambda: open_store(url, "w1"), lambda: move(engine, VERSIONS[0])):
        with pytest.raises(WorkspaceError, match=r"has version 0099; this program knows .* up to 0003.*newer program"):
            attempt()
    assert shape_of(engine) == before and version(engine) == "0099"


def test_an_empty_database_has_no_version_and_what_is_not_ours_is_refused(engine):
    assert version(engine) == NOTHING
    with writers.writing(engine).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE messages (text TEXT)")
    with pytest.raises(WorkspaceError, match="'messages' that is not ours"):
        prepare(engine)
    assert sql.inspect(engine).get_table_names() == ["messages"]
