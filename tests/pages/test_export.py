import io
import json
import re
import zipfile
from contextlib import closing

import pandas as pd
import pytest

from cleaning.export import Policy, available_exports
from cleaning.export.card.impact_file import impact_of
from cleaning.export.handover import Handover
from cleaning.keep import writer
from cleaning.keep.decisions import Decision, forget_store, open_store
from cleaning.review.in_force import in_force
from cleaning.review.team.permissions import EXPORT
from pages.shared import allowed
from pages.shared.export import export_handout, reports_shown
from pages.shared.state import AppState
from tests.pages.conftest import words


def decide(workspace, sample_id, verdict, labels, reviewer="anna"):
    store = open_store(workspace.decisions_url, workspace.id)
    run = workspace.latest_run()
    decision = Decision(
        uuid=f"00000000-0000-4000-8000-{abs(hash((sample_id, reviewer))) % 10**12:012d}",
        run_id=run.id,
        sample_id=sample_id,
        reviewer=reviewer,
        verdict=verdict,
        labels=labels,
        decided_at="2026-01-01T00:00:00.000Z",
    )
    assert store.append([decision]) == [decision.uuid]


def test_without_decisions_the_export_equals_the_given_labels(app, digits):
    test = app("export", digits.id, reviewer="ann")
    assert "Nothing has been decided yet" in words(test)
    assert not test.info and not test.error and not test.metric
    [next_step] = [b for b in test.button if b.proto.type == "primary"]
    assert not [e for e in test.get("download_button") if e.proto.type == "primary"]
    flagged = in_force(digits, digits.latest_run(), (), None).flagged_count
    assert next_step.label == f"Review these {flagged:,}"
    next_step.click().run()
    assert not test.exception and "Flagged samples only" in [t.label for t in test.toggle]


def test_a_relabelled_sample_is_counted_and_shown(app, digits):
    top = digits.latest_run().scores.iloc[0]
    decide(digits, top.sample_id, "relabel", (int(top.suggested),))
    test = app("export", digits.id)
    assert [m.value for m in test.metric] == ["1", "1"]
    changes = test.dataframe[0].value
    assert changes.iloc[0]["sample_id"] == top.sample_id
    assert changes.iloc[0]["label_corrected"] == top.suggested_label
    assert "/thumb?" in changes.iloc[0]["picture"] and changes.iloc[0]["verdict"] == "Relabel"


def test_it_asks_what_for_and_gives_that_one_file_first(app, digits):
    decide(digits, digits.latest_run().scores.iloc[0].sample_id, "none_fits", ())
    test = app("export", digits.id)
    first = test.get("download_button")[0].proto
    assert first.id.endswith("needed_csv") and first.type == "primary"
    test.radio(key="export_use").set_value("publish").run()
    assert test.get("download_button")[0].proto.id.endswith("needed_patch")
    primary = [e for e in test.get("download_button") if e.proto.type == "primary"]
    assert len(primary) == 1


def test_only_so_many_changes_bear_a_picture_and_only_what_can_be_shown(digits, monkeypatch):
    run, dataset = digits.latest_run(), digits.dataset()
    for row in range(3):
        decide(digits, str(dataset.sample_ids[row]), "none_fits", ())
    store = open_store(digits.decisions_url, digits.id)
    handout = export_handout.Handout(digits, run, store.decisions(), store.choices(run.id))
    store.close()
    monkeypatch.setattr(export_handout, "MOST_PICTURES", 2)
    changes = handout.preview(Policy()).changes
    gone = int(changes["row"].iloc[1])
    assert dataset.image_root.is_relative_to(digits.folder.parent)  # this test's own copy
    (dataset.image_root / dataset.samples["image"].iloc[gone]).unlink()
    first, second, third = handout.illustrated(changes)["picture"]
    assert re.fullmatch(rf"api/media/{digits.id}/{changes['row'].iloc[0]}/thumb\?v=\w+&s=[\w-]+", first)
    assert pd.isna(second) and pd.isna(third)


def test_a_question_is_shown_with_its_text_and_its_options(app, questions):
    top, dataset = questions.latest_run().scores.iloc[0], questions.dataset()
    decide(questions, top.sample_id, "relabel", (int(top.suggested),))
    shown = app("export", questions.id).dataframe[0].value.iloc[0]
    options = dataset.samples["choices"].iloc[int(top.row)]
    assert shown["question"] == str(dataset.samples["question"].iloc[int(top.row)])[: export_handout.MOST_TEXT]
    assert shown["given_text"] == f"{top.given_label}: {options[int(top.given)]}"
    assert shown["corrected_text"] == f"{top.suggested_label}: {options[int(top.suggested)]}"


def test_counts_follow_the_policy(app, digits):
    top = digits.latest_run().scores.iloc[0]
    decide(digits, top.sample_id, "relabel", (int(top.suggested),))
    test = app("export", digits.id)
    shown = {m.label: m.value for m in test.metric}
    assert shown == {"Samples decided": "1", "Labels replaced": "1"}, "what there is none of is left out"
    test.number_input(key="policy_least_votes").set_value(2).run()
    shown = {m.label: m.value for m in test.metric}
    assert (shown["Labels replaced"], shown["Undecided"]) == ("0", "1")
    assert "No label changes under this choice." in words(test) and "at least 2 votes" in words(test)


def handout_of(workspace) -> export_handout.Handout:
    store = open_store(workspace.decisions_url, workspace.id)
    made = export_handout.Handout(workspace, workspace.latest_run(), store.decisions(), store.choices())
    store.close()
    return made


def test_the_card_is_seen_in_the_page_as_it_is_handed_out(app, digits):
    top = digits.latest_run().scores.iloc[0]
    decide(digits, top.sample_id, "relabel", (int(top.suggested),))
    test = app("export", digits.id)
    assert not test.get("iframe"), "nothing is made before it is asked for"
    test.session_state["export_card_open"] = True
    [shown] = test.run().get("iframe")
    assert shown.proto.srcdoc.encode() == handout_of(digits).writer("card", Policy())()
    assert "default-src 'none'" in shown.proto.srcdoc and 0 < reports_shown.CARD_HEIGHT < 1_000


def test_the_impact_is_seen_as_a_table_with_its_warning(app, digits):
    top, run = digits.latest_run().scores.iloc[0], digits.latest_run()
    decide(digits, top.sample_id, "relabel", (int(top.suggested),))
    test = app("export", digits.id)
    test.session_state["export_impact_open"] = True
    test.run()
    [shown] = [d.value for d in test.dataframe if "accuracy_corrected" in d.value]
    made = handout_of(digits)
    expected = impact_of(Handover(digits, run, made.decisions, Policy(), made.choices))
    assert list(shown["expert"]) == list(expected.experts["expert"])
    assert shown["accuracy_corrected"].to_numpy() == pytest.approx(100 * expected.experts["accuracy_corrected"])
    assert all(sentence in words(test) for sentence in expected.sentences)


def test_a_report_is_made_once_for_one_log_and_choice(app, digits, monkeypatch):
    made = []
    monkeypatch.setattr(reports_shown, "impact_of", lambda handover: made.append(handover) or impact_of(handover))
    decide(digits, digits.latest_run().scores.iloc[0].sample_id, "none_fits", ())
    test = app("export", digits.id)
    test.session_state["export_impact_open"] = True
    test.run().run()
    assert len(made) == 1
    decide(digits, digits.latest_run().scores.iloc[1].sample_id, "none_fits", ())
    test.run()
    test.selectbox(key="policy_none_fits").set_value("keep").run()
    assert not test.exception and len(made) == 3


@pytest.mark.parametrize("kind", ["digits", "questions"])
def test_every_export_that_suits_is_offered(app, request, kind):
    workspace = request.getfixturevalue(kind)
    test = app("export", workspace.id)
    offered = {e.proto.id.rpartition("-")[2] for e in test.get("download_button")}
    suited = [k for k in available_exports() if k.suits(workspace.kind)]
    assert {one for one in offered if one.startswith("download_")} == {f"download_{k.name}" for k in suited}


def test_one_click_gives_everything_with_a_manifest(digits):
    top, run = digits.latest_run().scores.iloc[0], digits.latest_run()
    decide(digits, top.sample_id, "relabel", (int(top.suggested),))
    store = open_store(digits.decisions_url, digits.id)
    handout = export_handout.Handout(digits, run, store.decisions(), store.choices(run.id))
    store.close()
    with zipfile.ZipFile(io.BytesIO(handout.writer(export_handout.EVERYTHING, Policy("unanimous"))())) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        names = set(archive.namelist()) - {"manifest.json"}
    files = {k.file_name for kinds in handout.sections().values() for k in kinds}
    assert names == files and manifest["policy"]["settle"] == "unanimous"


@pytest.mark.parametrize("page", ["load", "calibrate", "threshold", "export", "cascade", "runs", "settle"])
def test_no_page_speaks_in_commands_flags_or_modules(app, digits, page):
    said = words(app(page, digits.id))
    assert not re.search(r"python -m|(?<!\w)--[a-z]|\w/\w+\.py\b|`", said)


def test_a_workspace_that_may_only_be_read_is_exported_and_another_tells_who_took_what(digits, monkeypatch):
    monkeypatch.setattr(allowed.state, "current", lambda: AppState(reviewer="ann"))
    taken = allowed.taken(EXPORT, digits, lambda: b"rows", file="csv")
    assert taken() == b"rows"
    with closing(open_store(digits.decisions_url, digits.id)) as store:
        assert [(c.who, c.what) for c in store.changes()] == [("ann", "exported")]
    forget_store(digits.decisions_url, digits.id)
    monkeypatch.setattr(writer, "may_write", lambda path: False)
    try:
        assert allowed.taken(EXPORT, digits, lambda: b"rows", file="csv")() == b"rows"
    finally:
        forget_store(digits.decisions_url, digits.id)
