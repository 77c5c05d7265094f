"""Each action takes a role; what counts for others stands in a log; sessions last a while and can be ended."""

from time import sleep

import pytest

from cleaning.errors import InputError
from cleaning.keep.stored import now
from cleaning.review import View
from cleaning.review.chosen import Choosing
from cleaning.review.team import permissions, sessions
from cleaning.review.team.audit_log import audit_log, house_log
from cleaning.review.team.permissions import DELETE, EXPORT, SETTINGS, TIDY, Action, done, may, permit
from cleaning.review.team.roles import ADMIN, ADMINS, ANNOTATOR, MAINTAINER, ROLES, give_role, role_of
from cleaning.review.team.sessions import SignIn, house_store
from cleaning.review.team.settling import SettleDesk
from tests.cleaning.review.reviewing import ANN, BOB, decide

ACTIONS = {name: one for name, one in vars(permissions).items() if isinstance(one, Action)}


@pytest.fixture
def roles_given(desk):
    for name, role in (("root", ADMIN), ("mia", MAINTAINER), ("ann", ANNOTATOR)):
        give_role(desk.store, name, role, by="root")
    return desk.store


@pytest.mark.parametrize("name", ACTIONS)
def test_each_action_is_for_its_role_and_those_above(roles_given, name):
    action = ACTIONS[name]
    for who, role in (("nobody", ANNOTATOR), ("ann", ANNOTATOR), ("mia", MAINTAINER), ("root", ADMIN)):
        allowed = ROLES.index(role) >= ROLES.index(action.role)
        assert may(roles_given, who, action) == allowed
        if allowed:
            permit(roles_given, who, action)
        else:
            with pytest.raises(InputError, match=f"Only an? {action.role} may {action.words}"):
                permit(roles_given, who, action)


def test_annotators_decide_and_change_nothing_that_counts_for_others():
    theirs = {name for name, action in ACTIONS.items() if action.role == ANNOTATOR}
    assert theirs == {"LOOK", "DECIDE", "TALK"} and len(ACTIONS) > 10


def test_what_everybody_may_is_not_looked_up_at_each_card(roles_given, monkeypatch):
    looked = []
    monkeypatch.setattr(permissions, "role_of", lambda store, who: looked.append(who) or ANNOTATOR)
    permit(roles_given, "ann", permissions.DECIDE)
    assert may(roles_given, "ann", permissions.LOOK) and not looked
    assert not may(roles_given, "ann", SETTINGS) and looked == ["ann"]


def test_admins_named_by_the_environment_need_no_role_and_leave_the_first_to_nobody(desk, monkeypatch):
    monkeypatch.setenv(ADMINS, "lead@x, other@x")
    assert role_of(desk.store, "lead@x") == ADMIN and role_of(desk.store, "ann") == ANNOTATOR
    with pytest.raises(InputError, match="Only an admin may give roles"):
        give_role(desk.store, "ann", ADMIN, by="ann")
    give_role(desk.store, "ann", MAINTAINER, by="lead@x")
    assert may(desk.store, "ann", SETTINGS)
    give_role(desk.store, "ann", ANNOTATOR, by="other@x")
    assert not may(desk.store, "ann", SETTINGS)


@pytest.mark.parametrize(("name", "role"), [(" ", ADMIN), ("a" * 81, ADMIN), ("ann", "king")])
def test_no_role_for_nobody_and_none_that_is_no_role(desk, name, role):
    with pytest.raises(InputError):
        give_role(desk.store, name, role, by="root")


def test_the_audit_log_tells_who_did_what_when_latest_first(desk, roles_given):
    row = int(desk.queue(ANN).rows[0])
    decide(desk, ANN, row, "picked", [0])
    decide(desk, BOB, row, "picked", [1])
    Choosing(desk.store, desk.run.id, "mia", now).record("overlap_share", 0.1)
    SettleDesk(desk, View("mia")).decide(str(desk.dataset.sample_ids[row]), "picked", [1])
    sleep(0.002)  # times are told to the millisecond
    done(desk.store, "mia", EXPORT, {"file": "csv"})
    told = [(entry.who, entry.what) for entry in audit_log(desk.store)]
    assert told[0] == ("mia", "exported: file csv") and told[1][1].startswith(
        f"settled {desk.dataset.sample_ids[row]}:"
    )
    assert told[2] == ("mia", "overlap share: 0.1")
    assert told[3:] == [
        ("root", "role: ann is annotator (before none)"),
        ("root", "role: mia is maintainer (before none)"),
        ("root", "role: root is admin (before none)"),
    ]
    assert all(entry.at for entry in audit_log(desk.store)) and len(audit_log(desk.store, 2)) == 2


def test_a_session_lasts_its_time_and_can_be_ended_alone_or_with_all_others(tmp_path, monkeypatch):
    time = [1_000_000.0]
    monkeypatch.setattr(sessions.time, "time", lambda: time[0])
    store = house_store(tmp_path)
    one, other = (SignIn.of("ann", {"iss": "i", "sub": "s", "iat": iat}) for iat in (999_000, 999_500))
    assert one.sid != other.sid and sessions.over(store, one) == ""
    sessions.end(store, one)
    assert "was ended" in sessions.over(store, one) and sessions.over(store, other) == ""
    monkeypatch.setenv(ADMINS, "root")
    with pytest.raises(InputError, match="Only an admin may end sessions of others"):
        sessions.end_all(store, "ann", by="bob")
    sessions.end_all(store, "ann", by="root")
    assert "was ended" in sessions.over(store, other)
    time[0] += 1
    again = SignIn.of("ann", {"iss": "i", "sub": "s", "iat": time[0]})
    assert sessions.over(store, again) == "", "whose sessions were ended can sign in again"
    time[0] += 12 * 3600
    assert "lasted its time" in sessions.over(store, again)
    assert "lasted its time" in sessions.over(store, SignIn.of("eve", {"sub": "s"})), "no time, no session"
    assert [change.who for change in store.changes()] == ["ann", "root"]


def test_the_log_of_the_house_is_in_words(tmp_path):
    assert house_log(tmp_path) == [] and not list(tmp_path.iterdir()), "looking makes none"
    store = house_store(tmp_path)
    sessions.end(store, SignIn("ann", "0" * 32, 1.0))
    sessions.end_all(store, "bob", by="bob")
    done(store, "root", DELETE, {"workspace": "0123456789abcdef", "name": "birds"})
    done(store, "root", TIDY, {"uploads": 2, "megabytes": 1.5})
    assert {(entry.who, entry.what) for entry in house_log(tmp_path)} == {
        ("ann", "signed out: ann"),
        ("bob", "all sessions ended: bob"),
        ("root", "deleted: workspace 0123456789abcdef, name birds"),
        ("root", "tidied: uploads 2, megabytes 1.5"),
    }
