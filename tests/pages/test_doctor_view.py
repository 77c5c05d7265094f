"""What speaks against a reading on the Load page: a button puts right what is safe, a tick overrules the rest."""

import pytest

from cleaning.keep.workspaces import list_workspaces, workspaces_root
from tests import loading_files as loading
from tests.loading_files import LABELS, folder, from_server, score
from tests.pages.conftest import words


@pytest.fixture
def swapped(demo_root) -> str:
    """A folder whose expert has two classes the other way round, joined by id."""
    return folder(
        demo_root, {"labels.csv": loading.labels_csv(), "net.npz": loading.npz(loading.scores()[:, [1, 0, 2]])}
    )


@pytest.fixture
def from_one(demo_root) -> str:
    """A folder that its readers refuse: labels numbered 1 to 3."""
    return folder(demo_root, {"labels.csv": loading.labels_csv(1), "net.npz": loading.npz(loading.scores())})


def made(before: set[str]):
    (new,) = [w for w in list_workspaces(workspaces_root()) if w.id not in before]
    return new


def here() -> set[str]:
    return {w.id for w in list_workspaces(workspaces_root())}


def test_a_fix_is_a_button_that_says_what_it_changes(app, swapped):
    test = from_server(app("load"), swapped)
    assert "seems to have 2 classes in another order" in words(test)
    assert "Put its classes into that order" not in words(test)  # the button says it, and nothing else does
    assert "Agreement with the given labels: " in words(test) and "% then." in words(test)
    before = here()
    test.button(key="fix_class_order:net").click().run()
    assert not test.error and not test.button(key="score_it").disabled
    assert "class_order" not in words(test)
    score(test)
    new = made(before)
    assert any("Fix 'class_order:net' accepted" in note for note in new.about["notes"])
    assert (new.experts()[0].scores.argmax(axis=1) == LABELS).mean() > 0.8


def test_a_fix_can_be_taken_back(app, swapped):
    test = from_server(app("load"), swapped)
    test.button(key="fix_class_order:net").click().run()
    test.button(key="unfix_class_order:net").click().run()
    assert len(test.error) == 1 and test.button(key="score_it").disabled


def test_below_an_error_nothing_is_scored_without_a_tick(app, swapped):
    test = from_server(app("load"), swapped)
    assert test.button(key="score_it").disabled
    before = here()
    test.checkbox(key="as_is").check().run()
    score(test)
    new = made(before)
    assert not any("accepted" in note for note in new.about["notes"])
    assert (new.experts()[0].scores.argmax(axis=1) == LABELS).mean() < 0.6


def test_what_the_readers_refuse_is_put_right_with_one_click_and_kept(app, from_one):
    test = from_server(app("load"), from_one)
    assert len(test.error) == 1 and len(test.warning) == 1  # why it is refused, and what the button puts right
    assert not [b for b in test.button if b.key == "score_it"]
    test.button(key="fix_label_base").click().run()
    assert not test.exception and not test.error
    before = here()
    score(test)
    new = made(before)
    assert (new.dataset().given_labels == LABELS).all()
    assert any("Fix 'label_base' accepted" in note for note in new.about["notes"])
