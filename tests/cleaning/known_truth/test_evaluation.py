"""A run against a planted truth: figures by hand and by scikit-learn, bands, and that nobody else looks at it."""

import ast
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from cleaning.command_line import main
from cleaning.errors import InputError
from cleaning.keep.decisions import Decision
from cleaning.known_truth.audit_check import bands_table, recalibrated_table
from cleaning.known_truth.curves_of_rankings import measures_table, precision_curves
from cleaning.known_truth.evaluation import CAUTION, evaluate_run
from cleaning.known_truth.known import ALONE, DEFAULT, KnownTruth, rankings
from cleaning.known_truth.surface import on_frontier, paper_surface
from cleaning.review.in_force import in_force
from tests.source_files import REPOSITORY


def test_average_precision_is_scikit_learns_and_the_first_leads_itself_by_nothing(judged):
    known, _, experts, _ = judged
    scores = rankings(known, experts)
    table = measures_table(scores, known.wrong, resamples=30).set_index(["ranking", "measure"])
    for name, score in scores.items():
        row = table.loc[(name, "average precision")]
        assert row["value"] == pytest.approx(average_precision_score(known.wrong, score))
        assert row["low"] <= row["value"] <= row["high"]
    assert (table.loc[DEFAULT][["lead", "lead_low", "lead_high"]] == 0).all(axis=None)
    assert {ALONE + e.name for e in experts} < set(scores)


def test_the_surface_is_the_rule_itself_at_some_k_and_tau(judged):
    known, _, _, _ = judged
    surface = paper_surface(known, resamples=30)
    view = known.agreement()
    for agree, tau in ((1, 0.0), (2, 0.5), (3, 0.4)):
        row = surface[(surface["agree"] == agree) & (surface["tau"] == tau)].iloc[0]
        flagged = view.flagged(agree, tau)
        assert row["flagged"] == flagged.sum()
        assert row["precision"] == pytest.approx(known.wrong[flagged].mean())
        assert row["detection_rate"] == pytest.approx(known.wrong[flagged].sum() / known.wrong.sum())
        top = np.argsort(-known.suspicion, kind="stable")[: int(row["flagged"])]
        assert row["run_detection_rate"] == pytest.approx(known.wrong[top].sum() / known.wrong.sum(), abs=0.01)
    assert (surface["precision_low"] <= surface["precision"] + 1e-9).all()


@pytest.mark.parametrize("left", [0, 3])
def test_a_truth_of_hardly_more_samples_than_the_cards_is_no_fault(judged, left):
    known, now, _, _ = judged
    rows = now.ranked.audit.rows
    places = np.sort(rows[known.judged[rows]][: 200 + left])
    few = replace(known, places=places, wrong=known.wrong[np.searchsorted(known.places, places)])
    table = recalibrated_table(few, now, cards=200)
    assert len(table) == left and table.get("count", np.ones(0)).sum() == left


def test_the_frontier_by_hand():
    precision, detection = np.array([0.9, 0.5, 0.5, 0.4, 0.9]), np.array([0.2, 0.6, 0.5, 0.7, 0.1])
    assert on_frontier(precision, detection).tolist() == [True, True, False, True, False]


def test_precision_falls_to_the_share_of_errors_where_all_is_found(judged):
    known, _, _, _ = judged
    constant = precision_curves({"same": np.zeros(len(known.wrong))}, known.wrong, resamples=20)
    assert constant["precision"].to_numpy() == pytest.approx(known.wrong.mean())
    assert constant.iloc[-1]["flagged"] == len(known.wrong)


def test_bands_as_if_judged_by_the_truth_cover_and_narrow(judged):
    known, now, _, _ = judged
    bands = bands_table(known, now, cards=(100, 200, 400))
    precision = bands[bands["quantity"] == "precision"]
    assert precision["covered"].all() and len(precision) >= 2
    width = precision["high"] - precision["low"]
    assert width.iloc[-1] < width.iloc[0]
    inside = now.flagged[known.places]
    assert precision["truth"].iloc[0] == pytest.approx(known.wrong[inside].mean())


def test_the_workspaces_own_reviews_are_held_against_the_truth(judged):
    known, now, _, workspace = judged
    truth = np.zeros(len(workspace.dataset()), bool)
    truth[known.places] = known.wrong
    decisions = [
        Decision(f"{row:032d}", now.run.id, workspace.dataset().sample_ids[row], "anna",
                 "none_fits" if truth[row] else "keep", decided_at="2026-01-01T00:00:00.000Z", card="audit",
                 labels=() if truth[row] else (int(workspace.dataset().given_labels[row]),))
        for row in now.ranked.audit.rows[:300]
    ]  # fmt: skip
    reviewed = in_force(workspace, now.run, decisions, None)
    bands = bands_table(known, reviewed, cards=())
    assert len(bands) == 2 and bands["by"].str.contains("reviews").all()
    assert recalibrated_table(known, reviewed)["count"].sum() > 0


def test_truth_dealt_out_to_others_is_found_no_better_than_chance(judged):
    known, now, _, _ = judged
    turned = KnownTruth(known.dataset, known.run, known.places, np.roll(known.wrong, 151))
    found = evaluate_run(turned, now, resamples=30)
    measures = found.measures.set_index(["ranking", "measure"])["value"]
    assert measures[(DEFAULT, "average precision")] < 2.5 * known.wrong.mean()
    assert measures_table({DEFAULT: known.suspicion}, known.wrong, 20)["value"][0] > 0.6


def test_too_little_truth_is_a_sentence(judged):
    known, _, _, _ = judged
    with pytest.raises(InputError, match="at least 2 wrong and 2 right"):
        replace(known, wrong=np.zeros(len(known.wrong), bool))


def test_the_command_writes_every_table_and_figure(judged, tmp_path, capsys):
    known, _, _, workspace = judged
    truth, out = tmp_path / "truth.csv", tmp_path / "evaluated"
    rows = [f"{workspace.dataset().sample_ids[p]},{int(w)}" for p, w in zip(known.places, known.wrong)]
    truth.write_text("\n".join(["sample_id,label_is_wrong", *rows]))
    arguments = ["evaluate", str(workspace.folder), "--truth", str(truth), "--resamples", "30", "--out", str(out)]
    assert main(arguments) == 0
    assert CAUTION in capsys.readouterr().out
    names = {p.name for p in out.iterdir()}
    assert {"measures.csv", "papers_rule.csv", "papers_rule.svg", "papers_rule.png", "audit_bands.csv"} <= names
    assert (out / "papers_rule.png").read_bytes().startswith(b"\x89PNG")
    figure = (out / "precision_by_detection_rate.svg").read_text()
    assert figure.startswith("<svg") and "<script" not in figure and DEFAULT in figure
    assert main(arguments) == 2 and "is there already" in capsys.readouterr().err


def test_no_score_can_see_the_truth():
    """Only the command, the research section and the adapters' own package name the truth or this room."""
    allowed = ("cleaning/known_truth/", "cleaning/command_line/research/evaluate.py", "data_adapters/opinions/")
    allowed += ("pages/shared/threshold/known_truth_section.py", "cleaning/command_line/research/study.py")
    allowed += ("cleaning/paper_claims/cleaning_tradeoff.py",)
    seen = []
    for room in ("cleaning", "data_adapters", "pages"):
        for path in (REPOSITORY / room).rglob("*.py"):
            place = path.relative_to(REPOSITORY).as_posix()
            text = path.read_text(encoding="utf-8")
            imported = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ImportFrom)]
            named = {f"{n.module}.{a.name}" for n in imported for a in n.names}
            if any("known_truth" in one or one.endswith(("read_truth", ".Truth")) for one in named):
                seen.append(place)
    assert seen and [p for p in seen if not p.startswith(allowed)] == ["pages/threshold.py"]
