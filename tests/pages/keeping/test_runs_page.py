"""The Runs page: the list, a new run, two side by side, and the workspaces."""

import os
import shutil

import pytest
import streamlit as st

from cleaning.keep.decisions import open_store, shared_store
from cleaning.keep.upkeep.workspace_care import UPLOADS
from cleaning.keep.workspaces import list_workspaces, open_workspace
from cleaning.review.team.permissions import TIDY, done
from cleaning.review.team.roles import ADMIN, ADMINS, give_role
from cleaning.review.team.sessions import house_store
from cleaning.review.told.run_list import settings_in_words
from tests.cleaning.export.making import some_decisions
from tests.pages.conftest import words
from tests.pages.test_calibrate import look_at


def changes_of(workspace):
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return store.changes()
    finally:
        store.close()


def button(test, key):
    return next(b for b in test.button if b.key == key)


def anew(workspace):
    return open_workspace(workspace.folder.parent, workspace.id)


@pytest.fixture
def page(app, digits):
    return app("runs", digits.id, reviewer="ana")


def test_without_a_dataset_it_lists_the_workspaces(app, demo_root):
    test = app("runs")
    assert not test.exception and "No dataset is chosen yet" in words(test)
    assert "Choose a dataset" in [button.label for button in test.button]
    assert {"Demo: handwritten digits"} <= set(test.dataframe[-1].value["workspace"])


def test_a_new_run_by_other_experts_and_the_papers_rule(page, digits):
    experts = page.multiselect(key="new_run_experts").value
    assert len(experts) == 7
    page.multiselect(key="new_run_experts").set_value(experts[:4]).run()
    page.radio(key="new_run_rule").set_value("paper").run()
    page.number_input(key="new_run_agree").set_value(2).run()
    page.number_input(key="new_run_tau").set_value(0.6).run()
    button(page, "new_run_make").click().run()
    runs = [anew(digits).run(run_id) for run_id in anew(digits).run_ids()]
    assert len(runs) == 2 and runs[-1].expert_names == tuple(experts[:4])
    assert (runs[-1].settings.rule, runs[-1].settings.agree, runs[-1].settings.min_confidence) == ("paper", 2, 0.6)
    (made,) = changes_of(digits)
    assert (made.who, made.run_id, made.after["experts"]) == ("ana", runs[-1].id, experts[:4])


def test_each_experts_calibration_and_the_groups_are_chosen_for_a_new_run(page, digits):
    first, second = [about["name"] for about in digits.experts_about() if about["kind"] == "full"][:2]
    chosen = page.selectbox(key=f"new_run_calibration_{first}")
    assert chosen.value == "temperature" and chosen.options[0] == "Recommended"
    assert {"Temperature scaling", "Platt scaling"} <= set(chosen.options)
    page.multiselect(key="new_run_experts").set_value([first, second]).run()
    page.selectbox(key=f"new_run_calibration_{first}").set_value("platt").run()
    page.selectbox(key=f"new_run_calibration_{second}").set_value("temperature").run()
    column = page.selectbox(key="new_run_group").options[-1]
    page.selectbox(key="new_run_group").set_value(column).run()
    button(page, "new_run_make").click().run()
    run = anew(digits).latest_run()
    assert run.settings.calibrations == ((first, "platt"),) and run.settings.group_column == column != ""
    assert [c.method for c in run.calibrations] == ["platt", "temperature"] and run.groups is not None
    listed = settings_in_words(run.settings, 2)
    assert f"groups by {column}" in listed and f"{first} with Platt scaling" in listed


def test_runs_are_named_archived_and_compared(app, digits):
    workspace, first = digits, digits.latest_run()
    from cleaning.domain.settings import Settings
    from cleaning.suspect import pipeline

    experts = workspace.experts()[:3]
    scored = pipeline.run(workspace.dataset(), experts, Settings(), store=workspace.opinion_store())
    second = workspace.save_run(scored, experts)
    test = app("runs", workspace.id, reviewer="ana", run=first.id)
    assert len(test.dataframe[0].value) == 2
    assert list(test.dataframe[0].proto.column_order)[:4] == ["run", "", "flagged", "of them reviewed"], "none cut off"
    both = test.dataframe[1].value
    assert both.iloc[3, 1:].tolist() == [f"{int(r.scores['flagged'].sum()):,}" for r in (first, second)]
    assert any("stay flagged" in m.value for m in test.markdown)
    test.text_input(key="runs_name").set_value("all seven").run()
    assert "all seven" in set(test.dataframe[0].value["run"])
    button(test, "runs_archive").click().run()
    assert len(test.dataframe[0].value) == 1
    assert [(c.what, c.run_id, c.who) for c in changes_of(workspace)] == [
        ("run_name", first.id, "ana"),
        ("run_archived", first.id, "ana"),
    ]


def test_the_advice_has_its_button(app, digits):
    test = look_at(app("calibrate", digits.id), "Which experts help")
    button(test, "leave_out").click().run()
    without = button(test, "run_without").label.removeprefix("New run without ").replace("\\", "")
    button(test, "run_without").click().run()
    assert not test.exception and without not in test.multiselect(key="new_run_experts").value
    assert len(test.multiselect(key="new_run_experts").value) == 6


def test_a_workspace_is_renamed_copied_and_deleted_with_what_is_lost(app, digits, demo_root):
    store = open_store(digits.decisions_url, digits.id)
    store.append(some_decisions(digits.dataset(), digits.latest_run().id))
    store.close()
    test = app("runs", digits.id, reviewer="ana")
    test.text_input(key="workspaces_name").set_value("digits, again").run()
    assert anew(digits).name == "digits, again"
    button(test, "workspaces_copy").click().run()
    assert not test.exception and len(list_workspaces(demo_root)) == 3
    store = open_store(digits.decisions_url, digits.id)
    assert [(c.who, c.after["copy"]) for c in store.changes() if c.what == "copied"] == [
        ("ana", next(w.id for w in list_workspaces(demo_root) if w.name == "digits, again (copy)"))
    ]
    store.close()
    assert "the verdicts on 9 samples" in words(test)
    assert button(test, "workspaces_delete").disabled
    test.checkbox(key=f"workspaces_sure_{digits.id}").set_value(True).run()
    button(test, "workspaces_delete").click().run()
    assert not test.exception and digits.id not in {w.id for w in list_workspaces(demo_root)}
    st.cache_resource.clear()


def test_a_folder_brought_in_says_who_brought_it(app, digits, demo_root):
    shutil.copytree(digits.folder, demo_root / "digits from the old disk")
    test = app("runs", digits.id, reviewer="ana")
    button(test, "adopt_digits from the old disk").click().run()
    made = next(one for one in list_workspaces(demo_root) if one.name == "digits from the old disk")
    assert not test.exception
    told = [(c.who, c.what, c.after) for c in changes_of(made)]
    assert told == [("ana", "brought_in", {"folder": "digits from the old disk"})]


def test_uploads_removed_are_told_in_the_log_of_the_house(app, digits, demo_root):
    upload = demo_root / UPLOADS / "0123456789abcdef0123456789abcdef"
    upload.mkdir(parents=True)
    (upload / "net.npy").write_bytes(b"0" * 2_000_000)
    os.utime(upload, (0, 0))
    button(app("runs", digits.id, reviewer="ana"), "workspaces_tidy").click().run()
    assert not upload.exists()
    told = [(c.who, c.what, c.after) for c in house_store(demo_root).changes()]
    assert told == [("ana", "tidied", {"uploads": 1, "megabytes": 2.0})]


HOUSE = "What was done to all workspaces, and when"


def logs_shown(test):
    """What each table of a log says was done."""
    return [table.value["what"].tolist() for table in test.dataframe if "what" in table.value]


def test_the_log_of_the_house_is_shown_to_admins_of_the_server_only(app, digits, demo_root, monkeypatch):
    assert HOUSE not in words(app("runs", digits.id, reviewer="ana")), "nothing was done yet"
    done(house_store(demo_root), "ana", TIDY, {"uploads": 1})
    for page, further in (("runs", {}), ("settle", {"settle_look": "Team"})):
        monkeypatch.delenv(ADMINS, raising=False)
        assert ["tidied: uploads 1"] in logs_shown(app(page, digits.id, reviewer="ana", **further))
        monkeypatch.setenv(ADMINS, "root")
        assert ["tidied: uploads 1"] not in logs_shown(app(page, digits.id, reviewer="ana", **further))
        assert ["tidied: uploads 1"] in logs_shown(app(page, digits.id, reviewer="root", **further))


def test_an_annotator_of_a_workspace_reads_no_log_of_the_house(app, digits, demo_root):
    done(house_store(demo_root), "ana", TIDY, {"uploads": 1})
    give_role(shared_store(digits.decisions_url, digits.id), "lead", ADMIN, by="lead")
    assert ["tidied: uploads 1"] not in logs_shown(app("settle", digits.id, reviewer="ana", settle_look="Team"))
    assert ["tidied: uploads 1"] in logs_shown(app("settle", digits.id, reviewer="lead", settle_look="Team"))


def test_a_run_of_the_papers_rule_says_so_on_the_threshold_page(app, digits):
    from cleaning.domain.settings import Settings
    from cleaning.suspect import pipeline

    experts = digits.experts()
    settings = Settings(rule="paper", agree=5)
    run = digits.save_run(pipeline.run(digits.dataset(), experts, settings, store=digits.opinion_store()), experts)
    test = app("threshold", digits.id, run=run.id)
    assert "Flagged by the paper's rule, K = 5 of 7, tau = 0.5" in words(test)
    button(test, "threshold_change_rule").click().run()
    assert not test.exception and test.radio(key="new_run_rule").value == "paper"
    assert test.number_input(key="new_run_agree").value == 5
