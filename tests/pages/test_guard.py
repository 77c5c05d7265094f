"""No page runs anything by itself before the router has run; each names the next step, and what to do where there is
nothing yet."""

from uuid import uuid4

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cleaning.keep.decisions import Decision, shared_store
from cleaning.review.in_force import in_force
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


def test_samples_on_both_sides_of_the_threshold(digits):
    now = in_force(digits, digits.latest_run(), (), None)
    above, below = around(now)
    assert len(above) == len(below) == SHOWN
    assert now.flagged[above].all() and not now.flagged[below].any()
    suspicion = now.run.scores.set_index("row")["suspicion"]
    assert np.all(np.diff(suspicion[np.concatenate([above, below])]) <= 0), "nothing lies between them"
