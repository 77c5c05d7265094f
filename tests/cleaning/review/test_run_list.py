"""Runs as people see them: the order of experts makes no other run, two are compared, one has a name."""

from dataclasses import replace

import numpy as np
import pytest

from cleaning.domain.settings import Settings
from cleaning.errors import InputError
from cleaning.keep.stored import now, read_json
from cleaning.keep.workspaces import create_workspace
from cleaning.review.chosen import RUN_ARCHIVED, RUN_NAME, Choosing
from cleaning.review.in_force import in_force
from cleaning.review.told import run_list
from cleaning.suspect import pipeline
from tests.cleaning.review.reviewing import judge


@pytest.fixture(scope="module")
def without_last(planted):
    return pipeline.run(planted.dataset, planted.experts[:2])


def force(desk, run):
    return in_force(desk.workspace, run, desk.store.decisions(), desk.store.choices())


def test_the_order_of_experts_does_not_make_another_run(tmp_path, planted, scored):
    workspace = create_workspace(tmp_path, planted.dataset, planted.experts)
    run = workspace.save_run(scored, planted.experts)
    turned = planted.experts[::-1]
    assert workspace.find_run(Settings(), turned).id == run.id
    again = workspace.save_run(pipeline.run(planted.dataset, turned), turned)
    assert again.id == run.id and workspace.run_ids() == [run.id]


def test_a_run_whose_id_still_holds_the_order_is_found(tmp_path, planted, scored):
    workspace = create_workspace(tmp_path, planted.dataset, planted.experts)
    run = workspace.save_run(scored, planted.experts)
    run.folder.rename(run.folder.with_name("0" * 12))
    assert read_json(workspace.folder / "runs" / ("0" * 12) / "settings.json")["experts"]
    assert workspace.find_run(Settings(), planted.experts[::-1]).id == "0" * 12
    assert workspace.find_run(Settings(seed=1), planted.experts) is None


def test_two_runs_tell_what_came_and_went(desk, planted, without_last):
    other = desk.workspace.save_run(without_last, planted.experts[:2])
    one, two = force(desk, desk.run), force(desk, other)
    found = run_list.compared(one, two)
    assert np.array_equal(found.came, two.flagged & ~one.flagged)
    assert np.array_equal(found.went, one.flagged & ~two.flagged)
    assert found.both + found.came.sum() == two.flagged_count and found.both + found.went.sum() == one.flagged_count
    assert set(run_list.table_of(found.went, one)["sample_id"]) == set(desk.dataset.sample_ids[found.went])
    figures = {name: (first, second) for name, first, second in found.rows}
    assert figures["flagged"] == (f"{one.flagged_count:,}", f"{two.flagged_count:,}")
    assert figures["precision"] == ("not known yet", "not known yet")


def test_the_list_counts_the_decisions_of_all_runs(desk, planted, without_last):
    rows = np.flatnonzero(desk.in_force().flagged)[:10]
    judge(desk, rows, planted.truth)
    other = desk.workspace.save_run(without_last, planted.experts[:2])
    for run in (desk.run, other):
        found = run_list.listed(force(desk, run), desk.store.choices())
        assert found.reviewed == 10 and found.found == int((planted.truth != desk.dataset.given_labels)[rows].sum())
    assert run_list.listed(force(desk, desk.run), desk.store.choices()).flagged_reviewed == 10


def test_no_name_bears_an_id_and_no_two_are_alike(desk, planted, without_last):
    one, other = desk.run, desk.workspace.save_run(without_last, planted.experts[:2])
    again = replace(one, id="0" * 12)  # as if made twice within a minute
    names = list(run_list.names_of([one, again, other], desk.store.choices()).values())
    listed = run_list.all_listed([force(desk, one), force(desk, other)], desk.store.choices())
    assert [run.name for run in listed] == [names[0], names[2]]
    assert names[0].endswith(one.created[:16].replace("T", " ")) and names[1] == f"{names[0]} (2)"
    assert len(set(names)) == 3 and not any(run.id[:6] in "".join(names) for run in (one, other))


def test_a_run_is_named_and_archived_by_the_settings_log(desk):
    choosing = Choosing(desk.store, desk.run.id, "ann", now)
    usual = run_list.listed(force(desk, desk.run), desk.store.choices())
    assert usual.name == run_list.usual_name(desk.run) and not usual.archived
    choosing.record(RUN_NAME, run_list.checked_name("  first  look "))
    choosing.record(RUN_ARCHIVED, True)
    found = run_list.listed(force(desk, desk.run), desk.store.choices())
    assert (found.name, found.archived) == ("first look", True)
    assert [c.what for c in desk.store.changes()] == [RUN_NAME, RUN_ARCHIVED]
    with pytest.raises(InputError, match="1 to 60"):
        run_list.checked_name(" ")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "default rule, seed 0"),
        ({"budget": 90}, "default rule, budget of 90 cards, seed 0"),
        ({"rule": "paper", "agree": 5, "min_confidence": 0.7}, "paper's rule, K = 5 of 7, tau = 0.7, seed 0"),
        ({"rule": "paper", "use_group": False}, "paper's rule, K = 4 of 7, tau = 0.5, seed 0, groups not looked at"),
    ],
)
def test_settings_in_words(changes, words):
    assert run_list.settings_in_words(replace(Settings(), **changes), 7) == words
