"""The import doctor on the Load page."""

import numpy as np
import pytest

from cleaning.keep.workspaces import list_workspaces, workspaces_root
from tests.pages.conftest import words
from tests.pages.test_load import button


@pytest.fixture
def swapped(demo_root):
    """A folder whose expert has two classes the other way round, joined by id."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 120)
    ids = np.array([f"s{i}" for i in range(120)])
    (demo_root / "mine" / "experts").mkdir(parents=True)
    rows = "".join(f"{i},{l}\n" for i, l in zip(ids, labels))
    (demo_root / "mine" / "samples.csv").write_text("sample_id,label\n" + rows)
    scores = rng.normal(size=(120, 3)) + 4 * np.eye(3)[labels]
    np.savez(demo_root / "mine" / "experts" / "net.npz", sample_ids=ids, scores=scores[:, [1, 0, 2]])
    return labels


def test_a_ticked_fix_is_scored_and_kept_in_the_workspace(app, swapped):
    test = app("load")
    test.selectbox[0].set_value("mine")
    button(test, "Read it").click().run()
    assert "seems to have 2 classes in another order" in words(test)
    assert "Put its classes into that order" not in words(test)  # the tick says it, and nothing else does
    before = {w.id for w in list_workspaces(workspaces_root())}
    test.checkbox(key="fix_class_order:net").check().run()
    button(test, "Score it").click().run()
    assert not test.exception
    (made,) = [w for w in list_workspaces(workspaces_root()) if w.id not in before]
    assert any("Fix 'class_order:net' accepted" in note for note in made.about["notes"])
    scores = made.experts()[0].scores
    assert (scores.argmax(axis=1) == swapped).mean() > 0.9


def test_without_the_tick_nothing_is_changed(app, swapped):
    test = app("load")
    test.selectbox[0].set_value("mine")
    button(test, "Read it").click().run()
    before = {w.id for w in list_workspaces(workspaces_root())}
    button(test, "Score it").click().run()
    (made,) = [w for w in list_workspaces(workspaces_root()) if w.id not in before]
    assert not any("accepted" in note for note in made.about["notes"])
    assert (made.experts()[0].scores.argmax(axis=1) == swapped).mean() < 0.6


@pytest.fixture
def from_one(demo_root):
    """A folder that its readers refuse: labels numbered 1 to 3."""
    labels = np.arange(90) % 3
    (demo_root / "mine" / "experts").mkdir(parents=True)
    rows = "".join(f"s{i},{l + 1}\n" for i, l in enumerate(labels))
    (demo_root / "mine" / "samples.csv").write_text("sample_id,label\n" + rows)
    scores = np.random.default_rng(0).normal(size=(90, 3)) + 4 * np.eye(3)[labels]
    np.savez(demo_root / "mine" / "experts" / "net.npz", sample_ids=[f"s{i}" for i in range(90)], scores=scores)
    return labels


def test_what_the_readers_refuse_is_put_right_with_two_clicks_and_kept(app, from_one):
    test = app("load")
    test.selectbox[0].set_value("mine")
    button(test, "Read it").click().run()
    assert len(test.error) == 1 and not test.warning  # one sentence says why, and each fix is a tick
    assert test.checkbox(key="fix_label_base").label.endswith("numbered 1 to 3, and classes from 0\\. Subtract 1\\.")
    assert not [b for b in test.button if b.label == "Score it"]
    assert button(test, "Read again with these fixes").disabled
    test.checkbox(key="fix_label_base").check().run()
    button(test, "Read again with these fixes").click().run()
    assert not test.exception and not test.error
    before = {w.id for w in list_workspaces(workspaces_root())}
    button(test, "Score it").click().run()
    (made,) = [w for w in list_workspaces(workspaces_root()) if w.id not in before]
    assert (made.dataset().given_labels == from_one).all()
    assert any("Fix 'label_base' accepted" in note for note in made.about["notes"])
