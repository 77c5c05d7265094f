"""``cascade``, ``experts-report`` and ``calibrate`` as JSON: the numbers of the core, or one sentence."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cleaning.command_line import main
from cleaning.command_line.calibrate import reports_of
from cleaning.domain.dataset import ABSTAIN
from cleaning.experts.cascade import answers_of, calibrations_named, cascade_curves, cheapest_within
from cleaning.experts.cascade.router import load_router
from cleaning.experts.shared_errors import effective_number, error_correlation
from cleaning.keep.decisions import Decision, open_store
from cleaning.keep.said_confidence import SaidConfidence
from cleaning.keep.workspaces import list_workspaces
from data_adapters import read_folder
from tests.cleaning.command_line.test_commands import refused

PAIR = ["--small", "logits_0", "--large", "probabilities_1"]


def curves_from_core(folder, names, costs):
    reading = read_folder(folder)
    by_name = {e.name: e for e in reading.experts}
    chosen = SimpleNamespace(dataset=reading.dataset, experts=[by_name[n] for n in names])
    answers = [answers_of(r, c) for r, c in zip(reports_of(chosen, 0), costs)]
    return cascade_curves(answers, reading.dataset.given_labels)


def test_cascade_writes_the_curves_of_the_core_and_a_router(planted_folder, tmp_path, capsys):
    costs = ["--cost", "logits_0=2", "--cost", "probabilities_1=30"]
    out, router = tmp_path / "c.json", tmp_path / "router.json"
    arguments = ["cascade", str(planted_folder), *PAIR, *costs, "--out", str(out), "--router", str(router)]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    written, expected = json.loads(out.read_text()), curves_from_core(planted_folder, PAIR[1::2], [2, 30])
    pd.testing.assert_frame_equal(pd.DataFrame(written["curves"]), expected.table())
    assert written["experts"] == [{"name": "logits_0", "cost": 2.0}, {"name": "probabilities_1", "cost": 30.0}]
    point = cheapest_within(expected, 0.5)
    assert set(written["bins"]) <= {20, 50, 100, 200} and "best single expert" in said
    assert written["operating_points"][0]["sentence"] == point.sentence() and point.sentence() in said
    learned = load_router(router)
    assert [e["cost"] for e in learned["experts"]] == [2.0, 30.0]
    assert learned["learned"]["judged_accuracy"]["value"] == pytest.approx(point.accuracy.value)


def test_a_chain_as_csv_with_costs_by_place(planted_folder, tmp_path):
    out = tmp_path / "c.csv"
    names = ["votes_3", "top1_2", "logits_0"]
    assert main(["cascade", str(planted_folder), "--chain", *names, "--out", str(out)]) == 0
    pd.testing.assert_frame_equal(pd.read_csv(out), curves_from_core(planted_folder, names, [1, 10, 100]).table())


def test_a_promise_is_told_kept_in_the_router_and_written(planted_folder, tmp_path, capsys):
    out, router = tmp_path / "c.json", tmp_path / "router.json"
    arguments = ["cascade", str(planted_folder), *PAIR, "--promise", "20", "--confidence", "0.9", "--repeats", "2"]
    assert main([*arguments, "--out", str(out), "--router", str(router)]) == 0
    told, kept, said = json.loads(out.read_text())["promise"], load_router(router), capsys.readouterr().out
    assert told["kept"] and told["sentence"] in said and told["sentence"].startswith("Promised with 90 % confidence")
    assert kept["promise"]["points"] == 20 and kept["learned"]["samples"] == told["learned"]
    assert kept["learned"]["fraction_spent"] == pytest.approx(told["fraction"]) and len(kept["seen"]) == 2


def test_latency_is_a_second_cost(planted_folder, tmp_path, capsys):
    out = tmp_path / "c.csv"
    waits = ["--latency", "logits_0=8", "--latency", "probabilities_1=90"]
    assert main(["cascade", str(planted_folder), *PAIR, *waits, "--fraction", "0.5", "--out", str(out)]) == 0
    said, table = capsys.readouterr().out, pd.read_csv(out)
    assert (
        "Expected latency 53, of probabilities_1 alone 90." in said and "alone: logits_0 8, probabilities_1 90" in said
    )
    routed = table[table["policy"] == "calibrated"]
    assert routed["latency"].to_numpy() == pytest.approx(8 + 90 * routed["fraction"].to_numpy())
    single = table[table["policy"] == "best single expert"]
    assert single["latency"].iloc[0] == 8 and single["latency"].max() <= 90


def test_in_a_workspace_accuracy_is_against_corrected_labels(planted_folder, tmp_path, capsys):
    main(["score", str(planted_folder), "--workspaces", str(tmp_path / "w"), "--out", str(tmp_path / "s.csv")])
    (workspace,) = list_workspaces(tmp_path / "w")
    dataset, store = workspace.dataset(), open_store(workspace.decisions_url, workspace.id)
    other = (int(dataset.given_labels[0]) + 1) % 4
    shared = {"run_id": workspace.latest_run().id, "reviewer": "anna", "decided_at": "2026-01-01T00:00:00.000Z"}
    store.append([Decision("0" * 32, sample_id=dataset.sample_ids[0], verdict="relabel", labels=(other,), **shared)])
    store.close()
    capsys.readouterr()
    assert main(["cascade", str(workspace.folder), *PAIR, "--repeats", "2"]) == 0
    assert "(1 sample settled, 1 label changed)" in capsys.readouterr().out


def test_in_a_workspace_the_calibration_that_somebody_chose_is_the_one_that_is_told(planted_folder, tmp_path):
    main(["score", str(planted_folder), "--workspaces", str(tmp_path / "w"), "--out", str(tmp_path / "s.csv")])
    (workspace,) = list_workspaces(tmp_path / "w")
    run, store = workspace.latest_run(), open_store(workspace.decisions_url, workspace.id)
    chosen = {run.expert_names[0]: "histogram"}
    store.set_choice(run.id, "calibration_methods", chosen, at="2026-01-01T00:00:00.000Z", who="anna")
    store.close()
    told = {r.expert.name: r for r in SaidConfidence.of(workspace, run, chosen).reports(workspace.dataset())}
    assert told[run.expert_names[0]].calibration.method == "histogram"
    assert main(["calibrate", str(workspace.folder), "--out", str(tmp_path / "c.csv")]) == 0
    table = pd.read_csv(tmp_path / "c.csv").set_index("expert")
    assert table["calibration"].to_dict() == {name: r.calibration.described() for name, r in told.items()}
    assert table["ece_after"].tolist() == pytest.approx([told[name].row()["ece_after"] for name in table.index])
    assert main(["cascade", str(workspace.folder), *PAIR, "--repeats", "2", "--out", str(tmp_path / "k.json")]) == 0
    answers = [answers_of(told[name], cost) for name, cost in zip((PAIR[1], PAIR[3]), (1.0, 10.0))]
    maps = calibrations_named({name: r.calibration.method for name, r in told.items()}, [a.name for a in answers])
    curves = cascade_curves(answers, workspace.dataset().given_labels, repeats=2, calibrate=maps)
    written = pd.DataFrame(json.loads((tmp_path / "k.json").read_text())["curves"])
    pd.testing.assert_frame_equal(written, curves.table())


def test_experts_report_tells_what_the_core_finds(planted_folder, tmp_path, capsys):
    out = tmp_path / "e.json"
    assert main(["experts-report", str(planted_folder), "--budget", "30", "--out", str(out)]) == 0
    written, reading = json.loads(out.read_text()), read_folder(planted_folder)
    assert [e["expert"] for e in written["experts"]] == [e.name for e in reading.experts]
    chosen = SimpleNamespace(dataset=reading.dataset, experts=reading.experts)
    predicted = {r.expert.name: r.predicted for r in reports_of(chosen, 0)}
    assert main(["score", str(planted_folder), "--out", str(tmp_path / "ranked.csv")]) == 0
    ranked = pd.read_csv(tmp_path / "ranked.csv", dtype={"sample_id": str}).set_index("sample_id")
    trusted = (ranked["suspicion"] < 0.5).loc[list(reading.dataset.sample_ids)].to_numpy()
    said = {name: np.where(trusted, classes, ABSTAIN) for name, classes in predicted.items()}
    correlation = error_correlation(said, reading.dataset.given_labels)
    assert written["effective_number"] == pytest.approx(effective_number(correlation))
    assert written["budget"] == 30 and all(0 < e["overlap"] <= 1 for e in written["experts"])
    assert sum(e["weight"] for e in written["experts"]) == pytest.approx(1)
    assert written["advice"][0] in capsys.readouterr().out


def test_quick_leaves_no_expert_out(planted_folder, tmp_path):
    out = tmp_path / "e.json"
    assert main(["experts-report", str(planted_folder), "--quick", "--out", str(out)]) == 0
    written = json.loads(out.read_text())
    assert written["budget"] is None and {e["overlap"] for e in written["experts"]} == {None}


def test_calibrate_as_json(planted_folder, tmp_path):
    out = tmp_path / "x.json"
    assert main(["calibrate", str(planted_folder), "--out", str(out)]) == 0
    rows = {row["expert"]: row for row in json.loads(out.read_text())}
    assert rows["logits_0"]["nll_after"] < rows["logits_0"]["nll_before"]
    assert rows["votes_3"]["ece_before"] is None and np.isfinite(rows["votes_3"]["ece_after"])


def test_mistakes_are_one_sentence(planted_folder, tmp_path, capsys):
    cases = [
        (["cascade", planted_folder], "Give --small A --large B"),
        (["cascade", planted_folder, *PAIR, "--chain", "a", "b"], "not both"),
        (["cascade", planted_folder, "--small", "logits_0", "--large", "nobody"], "There is no expert 'nobody'"),
        (["cascade", planted_folder, "--chain", "logits_0", "logits_0"], "same expert twice"),
        (["cascade", planted_folder, *PAIR, "--cost", "other=3"], "names no expert of this cascade"),
        (["cascade", planted_folder, *PAIR, "--cost", "logits_0=cheap"], "ends in no number"),
        (["cascade", planted_folder, *PAIR, "--cost", "logits_0=0"], "a cost must be a number above 0"),
        (["cascade", planted_folder, *PAIR, "--fraction", "2"], "between 0 and 1"),
        (["cascade", planted_folder, *PAIR, "--latency", "logits_0=3"], "--latency is missing for probabilities_1"),
        (["cascade", planted_folder, *PAIR, "--promise", "-1"], "points lie between 0 and 100"),
        (
            ["cascade", planted_folder, *PAIR, "--promise", "0", "--router", tmp_path / "r.json"],
            "No router is written. Nothing cheaper than probabilities_1 alone can be promised",
        ),
        (["cascade", planted_folder, *PAIR, "--out", tmp_path / "c.txt"], "expected .json or .csv"),
        (["experts-report", planted_folder, "--budget", "5000"], "does not fit"),
    ]
    for arguments, words in cases:
        assert words in refused(capsys, *arguments)
    assert list(tmp_path.iterdir()) == []
