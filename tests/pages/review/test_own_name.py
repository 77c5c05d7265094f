"""Saying who one is where nobody signs in: by typing, or by pressing a name that is known in the workspace."""

import uuid

import pytest

from cleaning.keep.decisions import Decision, open_store
from cleaning.review.team import roles
from cleaning.review.team.known_names import KnownNames
from pages.shared import own_name
from tests.pages.conftest import words

NO_SIGN_IN = "Names are no sign-in"


def decision(name: str, run_id: str) -> Decision:
    return Decision(str(uuid.uuid4()), run_id, "d0", name, "later", decided_at="2026-01-01T00:00:00.000Z")


def decide(workspace, *names: str) -> None:
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        store.append([decision(name, workspace.run_ids()[-1]) for name in names])
    finally:
        store.close()


def options(test, key: str) -> list[str]:
    return [one.content for one in test.button_group(key=key).proto.options]


def test_who_reviewed_before_presses_their_name(app, digits):
    decide(digits, "bob", "zoë", "bob", "*ann*")
    test = app("review", digits.id)
    assert "Who is reviewing" in words(test) and NO_SIGN_IN in words(test)
    assert options(test, "review_name_known") == [r"\*ann\*", "bob", "zoë"]
    test.button_group(key="review_name_known").set_value("*ann*").run()
    assert not test.exception and "Who is reviewing" not in words(test)
    assert test.query_params["reviewer"] in ("*ann*", ["*ann*"])


def test_another_takes_the_seat_in_the_sidebar(app, digits):
    decide(digits, "bob")
    test = app("load", digits.id, reviewer="ann")
    assert options(test, "reviewer_name_known") == ["bob"]
    test.button_group(key="reviewer_name_known").set_value("bob").run()
    assert not test.exception and not test.warning and test.query_params["reviewer"] in ("bob", ["bob"])
    assert test.sidebar.text_input(key="reviewer_name").value == "bob"
    assert not [one for one in test.button_group if one.key == "reviewer_name_known"]
    test.sidebar.text_input(key="reviewer_name").set_value("cy").run()
    assert test.query_params["reviewer"] in ("cy", ["cy"]) and options(test, "reviewer_name_known") == ["bob"]


def test_many_names_are_found_by_typing(app, digits):
    decide(digits, *(f"reviewer {i:02d}" for i in range(own_name.FEW_NAMES + 1)), "r" * 60)
    test = app("review", digits.id)
    box = test.main.selectbox(key="review_name_known")
    assert len(box.options) == own_name.FEW_NAMES + 1 and box.value is None
    box.set_value("reviewer 03").run()
    assert test.query_params["reviewer"] in ("reviewer 03", ["reviewer 03"])


def test_nobody_known_means_nothing_to_choose_from(app, digits):
    test = app("review", digits.id)
    assert not [one for one in test.button_group if one.key == "review_name_known"]
    first = app()
    assert not [one for one in first.button_group if str(one.key).endswith("_known")]


@pytest.fixture
def store(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'log.sqlite'}", "w")
    yield store
    store.close()


def test_names_of_a_workspace_the_last_to_decide_first(store, monkeypatch):
    names = KnownNames(store)
    assert names.now() == []
    store.append([decision(name, "r") for name in ("ann", "bob", "ann")])
    roles.give_role(store, "root", roles.ADMIN, by="root")
    monkeypatch.setenv(roles.ADMINS, "chief, bob")
    assert names.now() == ["ann", "bob", "root", "chief"]
    store.append([decision("bob", "r")])
    assert names.now() == ["bob", "ann", "root", "chief"]


def test_only_what_is_new_is_read(store, monkeypatch):
    asked, read = [], type(store).reviewers
    monkeypatch.setattr(type(store), "reviewers", lambda self, since: asked.append(since) or read(self, since))
    names = KnownNames(store)
    store.append([decision(name, "r") for name in ("ann", "bob")])
    assert (names.now(), names.now(), asked) == (["bob", "ann"], ["bob", "ann"], [0, 2])
