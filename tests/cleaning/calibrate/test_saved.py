"""A calibration saved on one part or dataset and judged, or scored with, on another."""

import json

import numpy as np
import pandas as pd
import pytest

from cleaning.calibrate.calibration import calibrate
from cleaning.calibrate.calibrators import METHODS, fit_calibrator
from cleaning.calibrate.measures import expected_calibration_error
from cleaning.calibrate.method_words import in_words
from cleaning.calibrate.report import expert_reports
from cleaning.calibrate.saved import (
    calibration_json,
    judged_elsewhere,
    parsed_calibration,
    part_of,
    read_calibration,
    saved_calibration,
)
from cleaning.calibrate.saved_scored import saved_of_scored, scored_elsewhere
from cleaning.command_line import main
from cleaning.domain.folds import draw_folds
from cleaning.domain.settings import Settings
from cleaning.errors import InputError
from cleaning.keep.decisions import open_store
from cleaning.keep.runs import run_id_of
from cleaning.keep.workspaces import create_marked_workspace
from cleaning.review.chosen import WHOLE, Choosing
from cleaning.suspect.pipeline import run
from tests.cleaning.keep.test_marked_workspaces import some_answers
from tests.data_adapters.scored.marked_tables import marked_answers
from tests.factories import planted_dataset


@pytest.fixture(scope="module")
def made():
    return planted_dataset(n=1200, experts=4)


def saved_of(made):
    folds = draw_folds(made.dataset.sample_ids)
    fitted = [(e.kind, calibrate(e, made.dataset.given_labels, folds)) for e in made.experts]
    return saved_calibration(made.dataset.name, len(made.dataset), fitted)


def test_saving_and_reading_gives_every_parameter_to_the_last_bit(made):
    saved = saved_of(made)
    again = parsed_calibration(calibration_json(saved).encode(), "c.json")
    assert again == saved and again.fingerprint() == saved.fingerprint()


def test_where_nothing_shifts_nothing_is_lost_and_where_confidence_swells_it_is(made):
    other = planted_dataset(n=1200, experts=4, seed=5)
    told = judged_elsewhere(other.dataset, other.experts, saved_of(made)).set_index("expert")
    assert (told["lost"].abs() < 0.03).all()
    doubled = json.loads(calibration_json(saved_of(made)))
    doubled["experts"][0]["parameters"]["T"] /= 4
    worse = parsed_calibration(json.dumps(doubled).encode(), "c.json")
    first = judged_elsewhere(other.dataset, other.experts, worse).set_index("expert").loc["logits_0"]
    assert first["beyond_chance"] and first["lost"] > 0.03
    assert first["across_low"] <= first["ece_across"] <= first["across_high"]


def test_scores_by_a_saved_calibration_are_another_run_and_see_its_maps(made):
    saved = saved_of(made)
    taken = [c.described() for c in saved.for_experts(made.experts).values()]
    own, with_it = run(made.dataset, made.experts), run(made.dataset, made.experts, saved=saved)
    assert [c.described() for c in with_it.opinions.calibrations] == taken
    assert not np.array_equal(own.suspicion, with_it.suspicion)
    assert np.corrcoef(own.suspicion, with_it.suspicion)[0, 1] > 0.99
    ids = {run_id_of(s.settings, ["a"], ["b"]) for s in (own, with_it)}
    assert len(ids) == 2 and "calibrated_elsewhere" not in own.settings.to_dict()
    assert Settings(**with_it.settings.to_dict()) == with_it.settings


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(kind="router"), "no calibration of format"),
        (lambda d: d["experts"][0]["parameters"].update(T=-1), "is damaged"),
        (lambda d: d["experts"][0].update(method="platt"), "is damaged"),
        (lambda d: d.pop("samples"), "is damaged"),
        (lambda d: d["experts"].append(d["experts"][0]), "names an expert twice"),
    ],
)
def test_a_damaged_file_is_a_sentence(made, change, said):
    told = json.loads(calibration_json(saved_of(made)))
    change(told)
    with pytest.raises(InputError, match=said):
        parsed_calibration(json.dumps(told).encode(), "c.json")


def test_experts_it_does_not_know_are_named(made):
    saved = saved_of(made)
    stranger = planted_dataset(n=300, experts=5).experts[4:]
    with pytest.raises(InputError, match="knows no expert logits_4"):
        saved.for_experts(stranger)


def test_a_part_is_those_samples_alone():
    made = planted_dataset(n=600, experts=4, kind="question")
    dataset = made.dataset
    dataset.samples["half"] = np.where(np.arange(600) % 2, "odd", "even")
    part, experts = part_of(dataset, made.experts, "half", "odd")
    assert list(part.sample_ids) == list(dataset.sample_ids[1::2]) and len(part.samples) == 300
    assert dataset.option_counts is not None and part.option_counts is not None
    assert part.option_counts.tolist() == dataset.option_counts[1::2].tolist()
    whole = expert_reports(dataset, made.experts)
    for one, of_all in zip(expert_reports(part, experts), whole):
        assert one.predicted.tolist() == of_all.predicted[1::2].tolist()
    with pytest.raises(InputError, match="It holds even, odd"):
        part_of(dataset, made.experts, "half", "third")


def test_the_commands_save_on_one_part_and_judge_and_score_on_another(planted_folder, tmp_path, capsys):
    kept, out = tmp_path / "c.json", tmp_path / "t.csv"
    assert main(["calibrate", str(planted_folder), "--save", str(kept)]) == 0
    assert main(["calibrate", str(planted_folder), "--calibration", str(kept), "--out", str(out)]) == 0
    told = pd.read_csv(out)
    assert {"ece_before", "ece_here", "ece_across", "by_chance", "beyond_chance"} <= set(told)
    own, ranked = tmp_path / "own.csv", tmp_path / "s.csv"
    assert main(["score", str(planted_folder), "--out", str(own)]) == 0
    assert main(["score", str(planted_folder), "--calibration", str(kept), "--out", str(ranked)]) == 0
    first, second = (
        pd.read_csv(p, dtype={"sample_id": str}).set_index("sample_id")["suspicion"] for p in (own, ranked)
    )
    assert not first.sort_index().equals(second.sort_index()) and first.corr(second) > 0.99
    assert main(["calibrate", str(planted_folder), "--part", "split"]) == 2
    assert "COLUMN=VALUE" in capsys.readouterr().err


@pytest.mark.parametrize("method", METHODS)
def test_marked_answers_are_saved_by_the_method_chosen_for_them(method):
    read = some_answers(300).calibrated_by({"large": method})
    again = parsed_calibration(calibration_json(saved_of_scored(read)).encode(), "c.json")
    assert again == saved_of_scored(read) and [m.method for m in again.maps.values()] == ["platt", method]
    large = read.experts[1]
    told = scored_elsewhere(read, again).set_index("expert").loc["large"]
    across = fit_calibrator(method, large.confidence, large.score)(large.confidence)
    assert told["ece_across"] == pytest.approx(expected_calibration_error(across, large.score))
    assert told["calibration"].startswith(in_words(method))


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("histogram", {"edges": [0.5, 0.2], "values": [0.1, 0.5, 0.9]}),
        ("histogram", {"edges": [0.5], "values": [0.1]}),
        ("histogram", {"edges": [0.5], "values": [0.1, 1.2]}),
        ("histogram", {"edges": 0.5, "values": [0.1, 0.2]}),
        ("isotonic", {"x": [], "y": []}),
        ("isotonic", {"x": [0.1, 0.1], "y": [0.2, 0.3]}),
        ("beta", {"a": -1.0, "b": 1.0, "c": 0.0}),
        ("beta", {"a": [1.0], "b": 1.0, "c": 0.0}),
        ("platt", {"slope": float("inf"), "intercept": 0.0}),
        ("temperature", {"T": 1.0}),
    ],
)
def test_a_curve_that_is_no_map_is_a_sentence(method, parameters):
    told = json.loads(calibration_json(saved_of_scored(some_answers(300))))
    told["experts"][1] |= {"method": method, "parameters": parameters}
    with pytest.raises(InputError, match="is damaged"):
        parsed_calibration(json.dumps(told).encode(), "c.json")


def test_what_is_chosen_for_a_workspace_of_marks_is_saved_and_routed_by(tmp_path, capsys):
    made = create_marked_workspace(tmp_path, some_answers(300))
    place, kept = str(made.folder), tmp_path / "c.json"
    assert (
        main(["cascade", place, "--small", "small/one", "--large", "large", "--router", str(tmp_path / "r.json")]) == 0
    )
    store = open_store(made.decisions_url, made.id)
    Choosing(store, WHOLE, "ana", lambda: "2026-01-01T00:00:00.000Z").calibration("large", "isotonic")
    store.close()
    assert main(["calibrate", place, "--save", str(kept)]) == 0
    assert "isotonic" in capsys.readouterr().out
    assert {m.name: m.method for m in read_calibration(kept).maps.values()} == {
        "small/one": "platt",
        "large": "isotonic",
    }
    assert (
        main(["cascade", place, "--small", "small/one", "--large", "large", "--router", str(tmp_path / "s.json")]) == 0
    )
    before, after = (json.loads((tmp_path / name).read_text())["experts"] for name in ("r.json", "s.json"))
    assert before[0] == after[0] and before[1] != after[1] and "isotonic" in json.dumps(after[1])


def test_marked_answers_travel_by_split(tmp_path):
    table = marked_answers(600).table("small").assign(split=["fit"] * 300 + ["judge"] * 300)
    path, kept, out = tmp_path / "small.csv", tmp_path / "c.json", tmp_path / "t.csv"
    table.to_csv(path, index=False)
    assert main(["calibrate", str(path), "--part", "split=fit", "--save", str(kept)]) == 0
    assert read_calibration(kept).samples == 300
    assert main(["calibrate", str(path), "--part", "split=judge", "--calibration", str(kept), "--out", str(out)]) == 0
    told = pd.read_csv(out)
    assert told["answered"][0] == 300 and told["ece_across"][0] < told["by_chance"][0] + 0.05
