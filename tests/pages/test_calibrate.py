from cleaning.calibrate import measures as metrics
from cleaning.calibrate.measures import bins_by_brier_score
from cleaning.keep.decisions import Decision, open_store
from cleaning.keep.said_confidence import SaidConfidence
from pages.shared import loaders
from pages.shared.calibrate import calibration_reports
from tests.pages.conftest import words

CODES = {"platt", "isotonic", "histogram", "none"}
PART, FOLD = "calibrate_part", "calibrate_closer"


def look_at(test, part: str):
    """Presses a tab of the page."""
    test.session_state[PART] = part
    return test.run()


def test_every_expert_has_a_row_and_a_sentence(app, digits):
    test = app("calibrate", digits.id)
    assert "When this model says" in words(test)
    table = look_at(test, "All experts").dataframe[0].value
    assert list(table["expert"]) == list(digits.latest_run().expert_names)
    assert (table["nll_after"] <= table["nll_before"] + 5e-3).all()


def test_the_counts_behind_the_diagram_are_told(app, digits):
    test = app("calibrate", digits.id)
    run = digits.latest_run()
    first = loaders.expert_reports(digits.id, run.id)[0]
    method = test.selectbox(key=f"calibrate_method_{first.expert.name}").value
    shown = calibration_reports.with_method(run, first, method)
    usual = bins_by_brier_score(shown.after.confidence, shown.right)
    (slider,) = (s for s in test.slider if s.label == "Bins of equal count")
    assert slider.value == usual and f"After calibration: {usual} bins of" in words(test)
    assert f"Cross-validation chooses {usual}." in words(test)
    slider.set_value(9).run()
    assert "After calibration: 9 bins of 199 to 200 samples" in words(test)


def test_simulated_experts_are_marked(app, questions):
    test = look_at(app("calibrate", questions.id), "All experts")
    assert all(name.endswith("(simulated)") for name in test.dataframe[0].value["expert"])


def test_without_a_dataset_the_page_says_what_to_do(app):
    test = app("calibrate")
    assert "Choose one on the Load page" in test.info[0].value


def test_an_unknown_workspace_is_a_sentence(app):
    test = app("calibrate", "0123456789abcdef")
    assert "There is no workspace" in test.error[0].value


def test_another_calibration_is_shown_and_kept_for_cascades(app, digits):
    test = app("calibrate", digits.id)
    first = digits.latest_run().expert_names[0]
    assert "Use " in words(test) and not CODES & set(words(test).replace(":", " ").split())
    test.selectbox(key=f"calibrate_method_{first}").set_value("isotonic").run()
    again = app("calibrate", digits.id)
    assert again.selectbox(key=f"calibrate_method_{first}").value == "isotonic" and not again.error
    look_at(again, "All experts")
    table = next(d.value for d in again.dataframe if "ece_after" in d.value).set_index("expert")
    assert table.loc[first, "calibration"].startswith("isotonic regression"), (
        "one number for one thing: the table says it too"
    )


def test_groups_and_shift_by_any_column(app, questions):
    test = look_at(app("calibrate", questions.id), "Groups and shift")
    dataset = questions.dataset()
    options = test.selectbox(key="groups_column").options
    assert options[:2] == [dataset.group_name, "given label"]
    table = next(d.value for d in test.dataframe if "lost" in d.value)
    assert set(table["part"]) == {*dataset.group, "a random half, for comparison"}
    test.selectbox(key="groups_column").set_value("given label").run()
    table = next(d.value for d in test.dataframe if "lost" in d.value)
    assert set(table["part"]) <= {*dataset.class_names, "a random half, for comparison"} and not test.error


def test_leaving_experts_out_tells_which_to_drop(app, digits):
    test = look_at(app("calibrate", digits.id), "Which experts help")
    assert "together are worth" in words(test) and "Drop" not in words(test)
    test.button(key="leave_out").click().run()
    table = next(d.value for d in test.dataframe if "overlap" in d.value)
    assert table["overlap"].between(1, 100).all() and "Drop" in words(test) and not test.error


def test_what_was_worked_out_is_looked_up_without_its_progress(app, digits, monkeypatch):
    """For the tab that asked at once, for another one at a press; a bar comes up only while something is done."""
    test = look_at(app("calibrate", digits.id), "Which experts help")
    test.button(key="leave_out").click().run()
    monkeypatch.setattr(calibration_reports, "Rescoring", None)  # nothing is scored again
    monkeypatch.setattr(SaidConfidence, "reports", None)
    test.run()
    assert "Drop" in words(test) and not test.error and not test.get("progress")
    other = look_at(app("calibrate", digits.id), "Which experts help")
    assert "Drop" not in words(other)
    other.button(key="leave_out").click().run()
    assert "Drop" in words(other) and not other.error and not other.get("progress")


def test_decisions_bring_accuracy_on_corrected_labels(app, digits):
    dataset, run = digits.dataset(), digits.latest_run()
    store = open_store(digits.decisions_url, digits.id)
    row = int(run.scores["row"].iloc[0])
    label = int(run.scores["suggested"].iloc[0])
    store.append(
        [Decision("0" * 32, run.id, dataset.sample_ids[row], "anna", "relabel", (label,), decided_at="2026-01-01")]
    )
    store.close()
    table = look_at(app("calibrate", digits.id), "All experts").dataframe[0].value.set_index("expert")
    gained = (table["accuracy_on_corrected"] - table["accuracy_on_given"]) / 100 * len(dataset)
    for name, change in gained.items():
        said = run.predicted[row, run.expert_names.index(name)]
        assert round(change) == int(said == label) - int(said == dataset.given_labels[row])


def test_finds_lost_are_estimated_once_there_are_audit_cards(app, digits):
    run, dataset = digits.latest_run(), digits.dataset()
    store = open_store(digits.decisions_url, digits.id)
    for place, row in enumerate(run.audit.sort_values("order")["row"].head(60)):
        given, wrong = int(dataset.given_labels[row]), place % 3 == 0
        said = ("relabel", ((given + 1) % 10,)) if wrong else ("keep", (given,))
        sample = str(dataset.sample_ids[row])
        store.append([Decision(f"{place:032x}", run.id, sample, "anna", *said, card="audit", decided_at="2026-01-01")])
    store.close()
    test = look_at(app("calibrate", digits.id), "Which experts help")
    test.button(key="leave_out").click().run()
    table = next(d.value for d in test.dataframe if "overlap" in d.value)
    assert (table["lost_low"] <= table["lost_high"]).all() and table["lost_said"].str.contains(" to ").all()


def test_it_begins_with_the_answer(app, digits):
    told = words(app("calibrate", digits.id))
    assert "Most of the weight lies on " in told and "together are worth about " in told
    assert told.index("together are worth about ") < told.index("After calibration:"), "before the proof"
    assert "_" not in told.split("Most of the weight")[1].split("After calibration no expert")[0]


def test_what_is_said_is_the_recommended_and_ranked_by_is_told(app, digits):
    test = app("calibrate", digits.id)
    names = digits.latest_run().expert_names
    test.selectbox(key="calibrate_expert").set_value(names.index("nearest_neighbours")).run()
    assert test.selectbox(key="calibrate_method_nearest_neighbours").value == "beta"
    assert "weighed and ranked by temperature scaling T = " in words(test)
    look_at(test, "All experts")
    table = next(d.value for d in test.dataframe if "ece_after" in d.value).set_index("expert")
    row = table.loc["nearest_neighbours"]
    assert row["ece_after"] < row["ece_before"] < 0.1, "a temperature alone brings it to 0.14"


def written_down(asked: list[str], name: str, work):
    """The same work, whose name is written down when it is asked for."""

    def told(*given):
        asked.append(name)
        return work(*given)

    return told


def test_only_what_is_looked_at_is_worked_out(app, digits, monkeypatch):
    asked = []
    for name in ("groups", "table", "measured", "bins_effect"):
        monkeypatch.setattr(calibration_reports, name, written_down(asked, name, getattr(calibration_reports, name)))
    test = app("calibrate", digits.id)
    assert "When this model says" in words(test) and asked == []
    test.session_state[FOLD] = True
    test.run()
    assert asked == ["measured", "bins_effect"] and "By chance" in words(test)
    look_at(test, "Groups and shift")
    look_at(test, "All experts")
    assert asked[2:] == ["groups", "table"] and not test.error


def test_a_second_look_finds_what_the_first_worked_out(app, digits, monkeypatch):
    test = app("calibrate", digits.id)
    monkeypatch.setattr(metrics, "overconfidence_sentence", None)
    monkeypatch.setattr(metrics, "reliability_curve", None)
    test.run()
    assert not test.error and "When this model says" in words(test)


def test_the_figure_comes_before_what_is_said_of_it(app, digits, monkeypatch):
    asked = []
    for name in ("answer", "curves", "sentence", "recommendation"):
        monkeypatch.setattr(calibration_reports, name, written_down(asked, name, getattr(calibration_reports, name)))
    test = app("calibrate", digits.id)
    assert asked == ["curves", "sentence", "recommendation", "answer"]
    shown = words(test)
    assert shown.index("Most of the weight") < shown.index("When this model says")
