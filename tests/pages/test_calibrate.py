from cleaning.calibrate.measures import bins_by_brier_score
from cleaning.calibrate.study import stated_by
from cleaning.keep.decisions import Decision, open_store
from pages.shared import loaders
from pages.shared.calibrate import calibration_reports
from tests.pages.conftest import words


def test_every_expert_has_a_row_and_a_sentence(app, digits):
    test = app("calibrate", digits.id)
    table = test.dataframe[0].value
    assert list(table["expert"]) == list(digits.latest_run().expert_names)
    assert (table["nll_after"] <= table["nll_before"] + 5e-3).all()
    assert "When this model says" in words(test)


def test_the_counts_behind_the_diagram_are_told(app, digits):
    test = app("calibrate", digits.id)
    first = loaders.expert_reports(digits.id, digits.latest_run().id)[0]
    stated = stated_by(first, "beta", loaders.folds(digits.id, digits.latest_run().id).fold)  # what is recommended here
    usual = bins_by_brier_score(stated, first.right)
    (slider,) = (s for s in test.slider if s.label == "Bins of equal count")
    assert slider.value == usual and f"After calibration: {usual} bins of" in words(test)
    assert f"Cross-validation chooses {usual}." in words(test)
    slider.set_value(9).run()
    assert "After calibration: 9 bins of 199 to 200 samples" in words(test)


def test_simulated_experts_are_marked(app, questions):
    test = app("calibrate", questions.id)
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
    assert "Use '" in words(test)
    test.selectbox(key=f"calibrate_method_{first}").set_value("beta").run()
    again = app("calibrate", digits.id)
    assert again.selectbox(key=f"calibrate_method_{first}").value == "beta" and not again.error


def test_groups_and_shift_by_any_column(app, questions):
    test = app("calibrate", questions.id)
    dataset = questions.dataset()
    options = test.selectbox(key="groups_column").options
    assert options[:2] == [dataset.group_name, "given label"]
    table = next(d.value for d in test.dataframe if "lost" in d.value)
    assert set(table["part"]) == {*dataset.group, "a random half, for comparison"}
    test.selectbox(key="groups_column").set_value("given label").run()
    table = next(d.value for d in test.dataframe if "lost" in d.value)
    assert set(table["part"]) <= {*dataset.class_names, "a random half, for comparison"} and not test.error


def test_leaving_experts_out_tells_which_to_drop(app, digits):
    test = app("calibrate", digits.id)
    assert "together are worth" in words(test) and "Drop" not in words(test)
    test.button(key="leave_out").click().run()
    table = next(d.value for d in test.dataframe if "overlap" in d.value)
    assert table["overlap"].between(1, 100).all() and "Drop" in words(test) and not test.error


def test_what_was_worked_out_is_looked_up_without_its_progress(app, digits, monkeypatch):
    """For the tab that asked at once, for another one at a press; a bar comes up only while something is done."""
    test = app("calibrate", digits.id)
    test.button(key="leave_out").click().run()
    monkeypatch.setattr(calibration_reports, "Rescoring", None)  # nothing is scored again
    monkeypatch.setattr(loaders, "report_expert", None)
    test.run()
    assert "Drop" in words(test) and not test.error and not test.get("progress")
    other = app("calibrate", digits.id)
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
    table = app("calibrate", digits.id).dataframe[0].value.set_index("expert")
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
    test = app("calibrate", digits.id)
    test.button(key="leave_out").click().run()
    table = next(d.value for d in test.dataframe if "overlap" in d.value)
    assert (table["lost_low"] <= table["lost_high"]).all() and table["lost_said"].str.contains(" to ").all()


def test_it_begins_with_the_answer(app, digits):
    told = words(app("calibrate", digits.id))
    assert "Most of the weight lies on " in told and "together are worth about " in told
    assert told.index("together are worth about ") < told.index("After calibration:"), "before the proof"
    assert (
        "nearest neighbours worse" in told
        and "_" not in told.split("Most of the weight")[1].split("Calibration made")[0]
    )
