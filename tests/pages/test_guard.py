"""No page runs anything by itself before the router has run; each names the next step, and what to do where there is
nothing yet."""

import shutil
from uuid import uuid4

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cleaning.keep.decisions import Decision, shared_store
from cleaning.review.in_force import in_force
from pages.shared.threshold import browser_part
from pages.shared.threshold.both_sides import SHOWN, around
from tests.pages.conftest import ROOT, words

PAGES = sorted((ROOT / "pages").glob("[!_]*.py"))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_a_page_without_router_shows_nothing(page, demo_root, monkeypatch):
    monkeypatch.chdir(ROOT)
    test = AppTest.from_file(str(page), default_timeout=30).run()
    assert not test.title
    assert not test.markdown
    assert not test.button
    assert not test.dataframe


def test_there_are_pages():
    assert len(PAGES) >= 5


@pytest.mark.parametrize("page", ["calibrate", "threshold", "review", "export", "cascade"])
def test_without_a_dataset_a_page_has_the_button_that_helps_and_no_red_box(app, page):
    test = app(page)
    assert not test.error and "Load page" in words(test)
    assert [b.label for b in test.button] == ["Choose a dataset"]


def test_threshold_leads_to_the_review_of_what_it_flags(app, digits):
    test = app("threshold", digits.id, reviewer="ann")
    flagged = in_force(digits, digits.latest_run(), (), None).flagged_count
    [button] = [b for b in test.button if b.label == f"Review these {flagged:,}"]
    button.click().run()
    assert not test.exception and "Flagged samples only" in [t.label for t in test.toggle]


def test_threshold_counts_what_is_left_of_what_it_flags(app, digits):
    run, dataset = digits.latest_run(), digits.dataset()
    flagged = np.flatnonzero(in_force(digits, run, (), None).flagged)
    ids = dataset.sample_ids[flagged[:7]]
    made = [Decision(str(uuid4()), run.id, str(name), "ann", "unsure") for name in ids]
    shared_store(digits.decisions_url, digits.id).append(made)
    [onward] = [b for b in app("threshold", digits.id, reviewer="ann").button if b.proto.type == "primary"]
    assert onward.label == f"Review the {len(flagged) - 7:,} left"


@pytest.mark.parametrize("page", ["threshold", "settle"])
def test_once_all_is_decided_a_page_leads_to_the_export_and_not_back_to_the_review(app, digits, page):
    run, dataset = digits.latest_run(), digits.dataset()
    before = [b.key for b in app(page, digits.id, reviewer="ann").button if b.proto.type == "primary"]
    assert before == ["onward_review"]
    each = zip(dataset.sample_ids, dataset.given_labels)
    made = [Decision(str(uuid4()), run.id, str(name), "ann", "keep", (int(label),)) for name, label in each]
    shared_store(digits.decisions_url, digits.id).append(made)
    [onward] = [b for b in app(page, digits.id, reviewer="ann").button if b.proto.type == "primary"]
    assert (onward.key, onward.label) == ("onward_export", "All decided: export")


@pytest.mark.parametrize("page", ["calibrate", "threshold", "review", "settle", "export", "cascade"])
def test_a_dataset_without_a_run_leads_to_its_first(app, digits, page):
    shutil.rmtree(digits.folder / "runs")
    test = app(page, digits.id, reviewer="ann")
    assert not test.error and "has not been scored yet" in words(test)
    assert [m.value for m in test.markdown if m.value.startswith("# ")] == [f"# {page.capitalize()}"]
    [button] = [b for b in test.button if b.proto.type == "primary"]
    assert button.label == "Score it"


def test_the_first_run_is_made_like_any_other(app, digits):
    shutil.rmtree(digits.folder / "runs")
    assert next(b for b in app().button if b.key == f"score_{digits.id}").label == "Score it"
    test = app("runs", digits.id, reviewer="ann")
    assert test.multiselect(key="new_run_experts").value == [about["name"] for about in digits.experts_about()]
    test.button(key="new_run_make").click().run()
    assert not test.exception and not test.error and len(digits.run_ids()) == 1


def test_once_every_sample_is_reviewed_nothing_more_is_asked(app, digits):
    run, dataset = digits.latest_run(), digits.dataset()
    each = zip(dataset.sample_ids, dataset.given_labels)
    made = [Decision(str(uuid4()), run.id, str(name), "ann", "keep", (int(label),)) for name, label in each]
    shared_store(digits.decisions_url, digits.id).append(made)
    test = app("threshold", digits.id, reviewer="ann")
    told = words(test)
    assert "no more random cards are needed" in told and "Every sample is reviewed." in told
    assert "Known once 40 random cards" not in told and "2% of" not in told
    assert not [b.key for b in test.button if str(b.key).startswith("threshold_random")]
    data = browser_part.explorer_data(in_force(digits, run, made, None), "")
    assert data["reviewed"] == data["flagged"] and data["chosen"]["reviewed"] == data["chosen"]["flagged"] > 0
    assert "0 to settle" not in words(app("settle", digits.id, reviewer="ann"))


def test_samples_on_both_sides_of_the_threshold(digits):
    now = in_force(digits, digits.latest_run(), (), None)
    above, below = around(now)
    assert len(above) == len(below) == SHOWN
    assert now.flagged[above].all() and not now.flagged[below].any()
    suspicion = now.run.scores.set_index("row")["suspicion"]
    assert np.all(np.diff(suspicion[np.concatenate([above, below])]) <= 0), "nothing lies between them"
