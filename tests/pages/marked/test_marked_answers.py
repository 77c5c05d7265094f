"""Answers that are marked already, from the Load page to a router; pages that clean say why they cannot."""

import json
from pathlib import Path

import pandas as pd
import pytest

from cleaning.calibrate.saved import calibration_json
from cleaning.calibrate.saved_scored import saved_of_scored
from cleaning.calibrate.scored_report import scored_table
from cleaning.experts.cascade import answers_scored, calibrations_named, cascade_curves, no_labels
from cleaning.keep.workspaces import create_marked_workspace, open_workspace
from data_adapters.scored.scored_tables import read_scored
from pages.shared import loaders
from tests.data_adapters.scored.marked_tables import marked_answers
from tests.loading_files import dropped, folder, from_server
from tests.pages.conftest import words
from tests.pages.test_cascade import figures_of

MADE = marked_answers(300)
PART = "marked_part"


def tables() -> dict[str, bytes]:
    return {f"{name}.csv": MADE.table(name).to_csv(index=False).encode() for name in MADE.right}


@pytest.fixture
def marked(demo_root, tmp_path):
    """A workspace of marked answers with two parts."""
    wide = pd.read_csv(MADE.write_wide(tmp_path / "wide.csv"))
    wide["split"] = ["dev", "test"] * (len(wide) // 2)
    wide.to_csv(tmp_path / "wide.csv", index=False)
    return create_marked_workspace(demo_root, read_scored({"wide": tmp_path / "wide.csv"}, "sums"))


def test_dropped_tables_of_marks_are_opened(app, demo_root):
    test = dropped(app("load"), tables())
    assert "300 samples with marked answers, 2 experts" in words(test) and "nothing to clean" in words(test)
    assert not test.error and not any(b.key == "score_it" for b in test.button)
    shown = next(d.value for d in test.dataframe if "answers" in d.value).set_index("expert")
    assert shown.loc["large", "score"] == pytest.approx(100 * MADE.right["large"].mean())
    test.text_input(key="dataset_name").set_value("my sums").run()
    test.button(key="open_marked").click().run()
    assert not test.exception and not test.error
    made = open_workspace(demo_root, test.query_params["workspace"])
    assert made.name == "my sums" and made.is_marked and not list((demo_root / "uploads").iterdir())


def test_a_folder_on_the_server_is_opened_too(app, demo_root):
    folder(demo_root, {"wide.csv": MADE.write_wide(demo_root / "w.csv").read_bytes()})
    test = from_server(app("load"), "mine")
    assert "300 samples with marked answers" in words(test)


def test_answers_with_a_reference_can_be_opened_either_way(app, demo_root):
    table = pd.DataFrame({"id": MADE.ids, "question": [f"What is {i} + 1?" for i in range(300)]})
    table["reference"] = [str(i + 1) for i in range(300)]
    for name in MADE.right:
        table[f"{name}_answer"] = [str(i + 1 if ok else i + 2) for i, ok in enumerate(MADE.right[name])]
        table[f"{name}_confidence"], table[f"{name}_correct"] = MADE.confidence[name].round(4), MADE.right[name]
    folder(demo_root, {"sums.csv": table.to_csv(index=False).encode()})
    test = from_server(app("load"), "mine")
    assert any(b.key == "score_it" for b in test.button) and "The answers bear marks as well" in words(test)
    test.button(key="open_marked").click().run()
    assert open_workspace(demo_root, test.query_params["workspace"]).is_marked


def test_calibrate_says_what_the_command_line_says(app, marked):
    test = app("calibrate", marked.id)
    assert not test.error and "When this model says" in words(test) and "large is the most accurate" in words(test)
    assert "sums · 300 samples with marked answers" in words(test)
    test.session_state[PART] = "All experts"
    test.run()
    shown = test.dataframe[0].value.set_index("expert")
    table = scored_table(marked.marked_answers()).set_index("expert")
    assert shown["ece_after"].to_numpy() == pytest.approx(table["ece_after"].to_numpy())
    assert shown["mean_score"].to_numpy() == pytest.approx(100 * table["mean_score"].to_numpy())
    test.session_state[PART] = "Parts and shift"
    test.run()
    assert {"dev", "test"} <= set(next(d.value for d in test.dataframe if "lost" in d.value)["part"]) and not test.error


def test_another_calibration_is_shown_kept_and_used(app, marked):
    test = app("calibrate", marked.id)
    test.selectbox(key="marked_expert").set_value("large").run()
    test.selectbox(key="marked_method_large").set_value("isotonic").run()
    assert not test.error and "isotonic" in words(test) and "slope" not in words(test)
    again = app("calibrate", marked.id)
    again.selectbox(key="marked_expert").set_value("large").run()
    assert again.selectbox(key="marked_method_large").value == "isotonic"
    again.session_state[PART] = "All experts"
    again.run()
    shown = again.dataframe[0].value.set_index("expert")["calibration"]
    assert shown["large"] == "isotonic regression" and shown["small"].startswith("Platt scaling")
    chosen = marked.marked_answers().calibrated_by({"large": "isotonic"})
    curves = cascade_curves(
        [answers_scored(e, c) for e, c in zip(chosen.experts, (1, 10))],
        no_labels(chosen),
        calibrate=calibrations_named({"large": "isotonic"}, ["small", "large"]),
    )
    cascade = app("cascade", marked.id)
    assert figures_of(cascade)["Accuracy"][0] == f"{100 * curves.at('calibrated', 0.5).mean():.1f} %"
    assert loaders.marked_answers(marked.id).experts[1].method == "isotonic"


def test_a_saved_calibration_is_judged_here(app, marked):
    saved = calibration_json(saved_of_scored(marked.marked_answers()))
    test = app("calibrate", marked.id)
    test.file_uploader(key="calibration_elsewhere").set_value([("calibration.json", saved.encode(), "")]).run()
    assert "Fitted on sums (300 samples)." in words(test) and not test.error
    shown = next(d.value for d in test.dataframe if "ece_across" in d.value).set_index("expert")
    assert shown["ece_here"].to_numpy() == pytest.approx(shown["ece_across"].to_numpy(), abs=2.5)


def test_cascade_routes_by_marks(app, marked):
    test = app("cascade", marked.id)
    assert not test.error and test.multiselect(key="cascade_experts").value == ["small", "large"]
    read = marked.marked_answers()
    answers = [answers_scored(e, c) for e, c in zip(read.experts, (1, 10))]
    curves = cascade_curves(answers, no_labels(read), calibrate=calibrations_named({}, ["small", "large"]))
    assert figures_of(test)["Accuracy"][0] == f"{100 * curves.at('calibrated', 0.5).mean():.1f} %"
    assert "no label was read" in words(test) and "For cleaning" not in words(test)


@pytest.mark.parametrize("page", ["threshold", "review", "settle", "export", "runs"])
def test_pages_that_clean_say_why_not_and_lead_on(app, marked, page):
    test = app(page, marked.id, reviewer="anna")
    assert not test.error and "are marked already" in words(test)
    test.button(key="marked_to_cascade").click().run()
    assert not test.exception and test.query_params["workspace"] == marked.id


def test_home_leads_to_what_can_be_done_with_them(app, marked):
    test = app("load")
    assert "300 samples with marked answers · 2 experts" in words(test) and "not scored yet" not in words(test)
    test.button(key=f"cascade_{marked.id}").click().run()
    assert not test.exception and test.query_params["workspace"] == marked.id


PUBLISHED = Path(__file__).parents[4] / "shared" / "files" / "cascade"


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published tables are not here")
def test_published_marks_of_routers_are_opened(app, demo_root):
    test = dropped(app("load"), {"routellm.csv": (PUBLISHED / "routellm.csv").read_bytes()})
    test.button(key="open_marked").click().run()
    assert not test.exception and "small" in json.dumps(open_workspace(demo_root, test.query_params["workspace"]).about)
