"""The Settle page: answers side by side, a ruling, questions, and the team's figures."""

import shutil
import uuid

import pytest

from cleaning.keep.decisions import Decision, open_store
from cleaning.review.team.roles import ADMIN, give_role
from pages.shared import loaders
from tests.pages.conftest import words


@pytest.fixture
def contested(digits):
    """Two reviewers differ on the first card; its sample id."""
    store = open_store(digits.decisions_url, digits.id)
    sample, run = str(digits.dataset().sample_ids[0]), digits.latest_run().id
    for name, label in (("bob", 1), ("eve", 7)):
        verdict = "keep" if digits.dataset().given_labels[0] == label else "relabel"
        made = Decision(str(uuid.uuid4()), run, sample, name, verdict, (label,), f"{name}'s note", 3.0)
        store.append([made])
    yield sample
    store.close()


def log_of(digits):
    store = open_store(digits.decisions_url, digits.id)
    try:
        return store.decisions()
    finally:
        store.close()


def test_answers_stand_without_names_and_a_ruling_settles(app, digits, contested):
    page = app("settle", digits.id, reviewer="ann")
    told = words(page)
    assert "They differ" in told and "bob's note" in told and "Reviewer A" in told and "Last settled" not in told
    page.button(key=f"settle_{contested}_7").click().run()
    assert log_of(digits)[-1].card == "adjudication" and log_of(digits)[-1].labels == (7,)
    assert "Nothing is contested" in "\n".join(s.value for s in page.success) and "Last settled" in words(page)
    assert page.button(key="onward_review").proto.type == "primary", "an empty page leads on"


def test_a_question_is_asked_and_the_card_left(app, digits, contested):
    page = app("settle", digits.id, reviewer="ann")
    page.text_area(key=f"settle_{contested}_note").input("Which stroke?").run()
    page.button(key=f"settle_{contested}_ask").click().run()
    asked = app("settle", digits.id, reviewer="bob", settle_look="Asked of me")
    assert "Which stroke?" in words(asked)


def test_everybody_reads_how_their_own_cards_were_settled_and_maintainers_all(app, digits, contested):
    name = digits.dataset().class_names
    before = app("settle", digits.id, reviewer="bob", settle_look="Mine").dataframe[0].value
    assert before[["sample", "your answer", "state", "ruling"]].values.tolist() == [
        [contested, name[1], "to settle", ""]
    ]
    page = app("settle", digits.id, reviewer="ann")
    page.text_area(key=f"settle_{contested}_note").input("two strokes").run()
    page.button(key=f"settle_{contested}_7").click().run()
    after = app("settle", digits.id, reviewer="bob", settle_look="Mine").dataframe[0].value
    assert after.values.tolist() == [[contested, name[1], "settled", name[7], "two strokes"]]
    store = open_store(digits.decisions_url, digits.id)
    give_role(store, "lead", ADMIN, by="lead")
    store.close()
    ruled = app("settle", digits.id, reviewer="lead", settle_look="Settled").dataframe[0].value
    assert ruled[["sample", "ruling", "why"]].values.tolist() == [[contested, name[7], "two strokes"]]
    assert "by" not in ruled
    other = app("settle", digits.id, reviewer="zoe", settle_look="Settled")
    assert not other.dataframe and "shown to maintainers" in "\n".join(one.value for one in other.info)
    assert "have not decided" in "\n".join(
        one.value for one in app("settle", digits.id, reviewer="zoe", settle_look="Mine").info
    )


def test_an_annotator_reads_no_answer_of_others_and_settles_nothing(app, digits, contested):
    ruled = app("settle", digits.id, reviewer="lead")
    ruled.text_area(key=f"settle_{contested}_note").input("the ruling").run()
    ruled.button(key=f"settle_{contested}_7").click().run()
    store, run = open_store(digits.decisions_url, digits.id), digits.latest_run().id
    give_role(store, "lead", ADMIN, by="lead")
    other, label = str(digits.dataset().sample_ids[1]), int(digits.dataset().given_labels[1])
    for name, verdict, said in (("bob", "keep", label), ("eve", "relabel", (label + 1) % 10)):
        store.append([Decision(str(uuid.uuid4()), run, other, name, verdict, (said,), f"{name}'s note", 3.0)])
    page = app("settle", digits.id, reviewer="ann")
    assert "bob's note" not in words(page) and not [b for b in page.button if str(b.key).startswith("settle_")]
    assert "1 to settle" in words(page) and "shown to maintainers" in "\n".join(one.value for one in page.info)
    team = app("settle", digits.id, reviewer="ann", settle_look="Team")
    assert "Dawid and Skene" not in words(team) and "Agreement beyond chance" in words(team)
    assert not [
        line for frame in team.dataframe for line in frame.value.astype(str).values.ravel() if contested in line
    ]
    lead = app("settle", digits.id, reviewer="lead", settle_look="Team")
    assert "Dawid and Skene" in words(lead) and f"settled {contested}" in lead.dataframe[-1].value["what"].to_string()
    assert "bob's note" in words(app("settle", digits.id, reviewer="lead"))
    export = app("export", digits.id, reviewer="ann")
    assert (
        "What changes" not in words(export)
        and not export.dataframe
        and "Only a maintainer may take files" in words(export)
    )
    assert "What changes" in words(app("export", digits.id, reviewer="lead"))
    store.close()


def test_the_team_is_shown_with_its_figures(app, digits, contested):
    page = app("settle", digits.id, reviewer="ann", settle_look="Team")
    assert "Agreement beyond chance" in words(page)
    assert list(page.dataframe[0].value["reviewer"]) == ["bob", "eve"]
    assert list(page.dataframe[0].value["seconds a card"]) == ["3.0", "3.0"], "one card has no interval"
    page.slider(key="team_repeat_share").set_value(10).run()
    store = open_store(digits.decisions_url, digits.id)
    assert store.choice(digits.latest_run().id, "repeat_share") == 0.1
    store.close()


def test_tables_show_text_as_it_is_and_a_run_by_its_name(app, digits, contested):
    loaders.choosing(digits.id, digits.latest_run().id).record("mode", "open")
    page = app("settle", digits.id, reviewer="ann", settle_look="Team")
    tables = [table.value for table in page.dataframe]
    assert contested in next(t["sample"].tolist() for t in tables if "Dawid and Skene" in t) and "_" in contested
    assert not [cell for table in tables for cell in table.to_numpy().ravel() if "\\" in str(cell)]
    [log] = [table for table in tables if "what" in table]
    assert "run" not in log, "there is only one"
    run = digits.latest_run()
    shutil.copytree(run.folder, run.folder.with_name("0" * 12))
    page = app("settle", digits.id, reviewer="ann", settle_look="Team")
    [log] = [table.value for table in page.dataframe if "what" in table.value]
    assert "experts, default rule" in log["run"].iloc[0] and run.id[:6] not in log["run"].iloc[0]


def kept(digits, run_id, key):
    store = open_store(digits.decisions_url, digits.id)
    try:
        return store.choice(run_id, key)
    finally:
        store.close()


def test_an_admin_gives_roles_and_parts_and_the_log_tells(app, digits, contested):
    page = app("settle", digits.id, reviewer="lead", settle_look="Team")
    assert "Names are no sign-in" in words(page) and "Dawid and Skene" in words(page)
    page.selectbox(key="people_who").select("lead").run()
    page.button(key="people_give").click().run()
    assert kept(digits, "", "roles") == {"lead": "admin"} and "bob is here as" not in words(page)
    page.selectbox(key="people_who").select("bob").run()
    page.multiselect(key="people_expert_bob").set_value(["*"]).run()
    name = digits.dataset().class_names[0]
    page.multiselect(key="people_classes_bob").set_value([name]).run()
    run_id = digits.latest_run().id
    assert kept(digits, run_id, "expertise") == {"bob": ["*"]}
    assert kept(digits, run_id, "assigned") == {"bob": {"classes": [name], "groups": []}}
    assert page.dataframe[-1].value["who"].tolist() == ["lead"] * 3


def test_who_is_no_admin_gives_no_role(app, digits, contested):
    store = open_store(digits.decisions_url, digits.id)
    give_role(store, "lead", ADMIN, by="lead")
    store.close()
    page = app("settle", digits.id, reviewer="bob", settle_look="Team")
    page.selectbox(key="people_who").select("bob").run()
    page.selectbox(key="people_role_bob").select("admin").run()
    page.button(key="people_give").click().run()
    assert "Only an admin may give roles" in words(page) and kept(digits, "", "roles") == {"lead": "admin"}
    assert "bob is here as annotator" in words(page)
    lead = app("settle", digits.id, reviewer="lead", settle_look="Team")
    lead.selectbox(key="people_who").select("bob").run()
    lead.selectbox(key="people_role_bob").select("maintainer").run()
    lead.button(key="people_give").click().run()
    assert kept(digits, "", "roles") == {"lead": "admin", "bob": "maintainer"}


def test_a_guideline_is_written_and_a_card_pinned_to_it(app, digits, contested):
    page = app("settle", digits.id, reviewer="ann")
    page.selectbox(key=f"guide_pinned_{contested}").select("one").run()
    page.button(key=f"guide_pinned_{contested}_now").click().run()
    team = app("settle", digits.id, reviewer="ann", settle_look="Team")
    team.selectbox(key="guide_about").select("one").run()
    assert [b.key for b in team.button if "unpin" in str(b.key)] == [f"unpin_one_{contested}"]
    team.text_area(key="guide_text_one").input("A stroke, *mostly* upright.").run()
    assert kept(digits, "", "guidelines") == {"one": "A stroke, *mostly* upright."}
    team.button(key=f"unpin_one_{contested}").click().run()
    assert kept(digits, "", "guideline_examples") == {}
