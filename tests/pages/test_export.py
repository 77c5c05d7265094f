from cleaning.review_store import Decision, open_store
from tests.pages.conftest import words


def decide(workspace, sample_id, verdict, labels):
    store = open_store(workspace.decisions_url, workspace.id)
    run = workspace.latest_run()
    decision = Decision(
        uuid=f"00000000-0000-4000-8000-{abs(hash(sample_id)) % 10**12:012d}",
        run_id=run.id,
        sample_id=sample_id,
        reviewer="anna",
        verdict=verdict,
        labels=labels,
        decided_at="2026-01-01T00:00:00.000Z",
    )
    assert store.append([decision]) == [decision.uuid]


def test_without_decisions_the_export_equals_the_given_labels(app, digits):
    test = app("export", digits.id)
    assert "No decision has been made yet" in words(test)
    assert test.metric[0].value == "0"


def test_a_relabelled_sample_is_counted_and_shown(app, digits):
    top = digits.latest_run().scores.iloc[0]
    decide(digits, top.sample_id, "relabel", (int(top.suggested),))
    test = app("export", digits.id)
    assert [m.value for m in test.metric] == ["1", "1", "0", "0", "0"]
    changes = test.dataframe[0].value
    assert changes.iloc[0]["sample_id"] == top.sample_id
    assert changes.iloc[0]["label_corrected"] == top.suggested_label
