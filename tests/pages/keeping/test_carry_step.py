"""The step of the Load page that takes decisions along to a new version."""

import shutil

from cleaning.keep.decisions import open_store
from cleaning.keep.workspaces import create_workspace
from cleaning.review.team.roles import ADMIN, ANNOTATOR, give_role
from tests.cleaning.export.making import a_dataset, a_workspace, experts_for, some_decisions
from tests.pages.conftest import words


def carried(test, old, new):
    for key, workspace in (("carry_from", old), ("carry_to", new)):
        box = test.selectbox(key=key)
        box.set_value(next(o for o in box.options if f"{workspace.about['samples']} samples" in o)).run()
    return test.button(key="carry").click().run()


def test_it_is_there_once_there_are_two_and_tells_what_became_of_the_decisions(app, demo_root):
    shutil.rmtree(demo_root)
    demo_root.mkdir()
    old, run = a_workspace(demo_root)
    assert not any("Take decisions along" in e.label for e in app().expander)
    labels = a_dataset(50).given_labels.copy()
    labels[:40] = old.dataset().given_labels
    labels[1] = (labels[1] + 1) % 4
    grown = a_dataset(50)
    object.__setattr__(grown, "given_labels", labels)
    new = create_workspace(demo_root, grown, experts_for(grown))
    store = open_store(old.decisions_url, old.id)
    store.append(some_decisions(old.dataset(), run.id))
    give_role(store, "ana", ADMIN, by="ana")
    give_role(store, "eve", ANNOTATOR, by="ana")
    assert "Only a maintainer may take files" in words(carried(app(reviewer="eve"), old, new))
    store.close()
    test = app(reviewer="ana")
    assert next(b for b in test.button if b.key == "carry").disabled
    carried(test, old, new)
    assert not test.exception
    told = "\n".join([words(test), *(s.value for s in test.success)])
    assert "14 decisions on 10 samples carried" in told and "1 sample changed and come to review again" in told
    store = open_store(new.decisions_url, new.id)
    assert {d.version for d in store.decisions()} == {old.id} and store.changes()[0].who == "ana"
    store.close()
