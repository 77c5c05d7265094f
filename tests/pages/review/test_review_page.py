"""The review page without a browser: its states and the plain-widget card."""

import time

from cleaning.keep.decisions import open_store
from cleaning.keep.leases import LEAVING_SECONDS, Holder, Leases, Offer
from tests.decisions import current_decisions
from tests.pages.conftest import words


def log_of(workspace):
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return store.decisions()
    finally:
        store.close()


def simple(app, workspace, reviewer="ann"):
    test = app("review", workspace.id, reviewer=reviewer)
    return test.toggle(key="review_simple").set_value(True).run()


def button(test, words_of_it):
    return next(b for b in test.button if b.label == words_of_it)


def picks(test):
    return [b for b in test.button if b.key.startswith("pick_")]


def test_it_asks_who_reviews_first(app, digits):
    test = app("review", digits.id)
    assert "Who is reviewing" in words(test)
    test.text_input(key="review_name").set_value("  ann ").run()
    assert test.query_params["reviewer"] in ("ann", ["ann"])
    assert "Who is reviewing" not in words(test)


def test_without_a_dataset_it_says_where_to_open_one(app):
    test = app("review")
    assert "Load page" in words(test)


def test_simple_view_decides_the_card_that_was_shown(app, questions):
    test = simple(app, questions)
    assert not test.exception and len(picks(test)) == 4
    decided = []
    for verdict in ("Unsure", "None fits", "Needs an expert"):
        decided.append(picks(test)[0].key.split("_", 1)[1].rsplit("_", 1)[0])
        button(test, verdict).click().run()
    log = log_of(questions)
    assert [d.sample_id for d in log] == decided
    assert [d.verdict for d in log] == ["unsure", "none_fits", "needs_expert"]
    assert any("Last card: Needs an expert" in c.value for c in test.caption)


def test_simple_view_picks_notes_and_undoes(app, digits):
    test = simple(app, digits)
    first = picks(test)[0].key
    sample = first.split("_", 1)[1].rsplit("_", 1)[0]
    test.text_area(key=f"note_{sample}").set_value("odd").run()
    picks(test)[3].click().run()
    (made,) = log_of(digits)
    assert (made.sample_id, made.labels, made.note) == (sample, (3,), "odd")
    assert made.verdict in ("keep", "relabel")
    assert picks(test)[0].key != first
    button(test, "Undo").click().run()
    assert picks(test)[0].key == first
    assert current_decisions(log_of(digits)).empty


def test_simple_view_says_that_a_colleague_has_the_last_cards_open(app, digits):
    run = digits.run(digits.run_ids()[-1])
    everything = [str(sample) for sample in run.scores["sample_id"]]
    store = open_store(digits.decisions_url, digits.id)
    leases, holder = Leases(store), Holder("ben", "his tab")
    leases.take(holder, lambda: [Offer(sample) for sample in everything], len(everything))
    test = simple(app, digits)
    told = words(test)
    assert "No card is free right now. The last 168 cards are with colleagues" in told
    assert "queue is done" not in told
    leases.clock = lambda: time.time() - LEAVING_SECONDS  # his tab was closed a while ago
    leases.leave(holder)
    store.close()
    button(test, "Look again").click().run()
    assert len(picks(test)) == 10


def test_choosing_open_mode_is_recorded_with_who(app, digits):
    test = app("review", digits.id, reviewer="lead")
    test.radio(key="review_mode").set_value("open").run()
    store = open_store(digits.decisions_url, digits.id)
    kept = store.choices()
    store.close()
    assert list(kept[["key", "value", "who"]].itertuples(index=False, name=None)) == [("mode", "open", "lead")]


def test_the_audit_share_is_a_setting_that_changes_the_queue(app, digits):
    test = app("review", digits.id, reviewer="lead")
    assert test.slider(key="review_audit_share").value == 20
    test.slider(key="review_audit_share").set_value(40).run()
    test.slider(key="review_audit_share").set_value(0).run()
    store = open_store(digits.decisions_url, digits.id)
    kept = store.choices()
    store.close()
    assert list(kept[["key", "value", "who"]].itertuples(index=False, name=None)) == [
        ("audit_share", 0.4, "lead"),
        ("audit_share", 0.0, "lead"),
    ]
    run = digits.latest_run()
    test.toggle(key="review_simple").set_value(True).run()
    flagged = int((run.scores["suspicion"] >= run.threshold).sum())
    assert f"0 of {flagged:,} decided" in str([p.proto.text for p in test.get("progress")])


def test_whoever_reviews_reads_who_set_the_threshold_and_what_it_means(app, digits):
    run = digits.latest_run()
    store = open_store(digits.decisions_url, digits.id)
    flagged = int(run.scores["flagged"].sum())
    value = {"threshold": 0.95, "flagged": flagged - 19, "how": "by hand", "asked": None}
    store.set_choice(run.id, "threshold", value, at="2026-01-01T00:00:00.000Z", who="Ana")
    store.close()
    told = "Ana set the threshold to 0.95: 19 cards fewer"
    test = app("review", digits.id, reviewer="bob")
    assert any(told in c.value.replace("\\", "") for c in test.caption), "beside the queue"
    assert any(told in m.value.replace("\\", "") for m in test.markdown), "in the history"
    mine = app("review", digits.id, reviewer="Ana")
    assert not any(told in c.value.replace("\\", "") for c in mine.caption), "one's own needs no word"
    test = app("threshold", digits.id, reviewer="bob")
    assert any(e.label.replace("\\", "").startswith(told) for e in test.expander)
