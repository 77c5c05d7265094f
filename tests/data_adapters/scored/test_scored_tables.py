"""Marked answers: read as marks, never as classes, and never as abstentions."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cleaning.__main__ import main
from cleaning.calibrate.report import expert_reports
from cleaning.domain.experts import Top1Expert
from cleaning.errors import InputError
from cleaning.experts.cascade import answers_of, answers_scored, cascade_curves, no_labels
from cleaning.keep.workspaces import create_workspace
from data_adapters import ReadingOptions, ReadingPlan, read_loose
from data_adapters import read as read_any
from data_adapters.scored.scored_tables import read_scored
from tests.data_adapters.scored.marked_tables import marked_answers

MADE = marked_answers()


def same_as_made(read):
    for expert in read.experts:
        assert expert.score.tolist() == MADE.right[expert.name].astype(float).tolist()
        assert expert.confidence.tolist() == pytest.approx(MADE.confidence[expert.name].round(4).tolist())


def test_a_table_an_expert_and_one_wide_table_say_the_same(tmp_path):
    tables = MADE.write(tmp_path)
    shuffled = pd.read_csv(tables["large"]).sample(frac=1, random_state=1)
    shuffled.to_csv(tables["large"], index=False)
    for read in (read_scored(tables), read_scored({"wide": MADE.write_wide(tmp_path / "wide.csv")})):
        assert [e.name for e in read.experts] == ["small", "large"] and list(read.sample_ids) == MADE.ids
        same_as_made(read)


def test_true_and_false_alone_claim_certainty(tmp_path):
    path = tmp_path / "booleans.csv"
    pd.DataFrame({"id": MADE.ids, "prompt": "?", **MADE.right}).to_csv(path, index=False)
    read = read_scored({"booleans": path})
    assert {e.name for e in read.experts} == {"small", "large"} and all((e.confidence == 1).all() for e in read.experts)
    assert "states no confidence" in read.notes[0]


def test_scores_between_and_rows_left_out(tmp_path):
    path = tmp_path / "judge.csv"
    pd.DataFrame({"id": ["a", "b", "c"], "score": [0.25, 1, None], "confidence": [0.5, 0.9, 0.1]}).to_csv(
        path, index=False
    )
    (expert,) = read_scored({"judge": path}).experts
    assert expert.score[:2].tolist() == [0.25, 1.0] and np.isnan(expert.score[2]) and np.isnan(expert.confidence[2])


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"id": ["a", "b"], "correct": [0, 1]}, "how sure"),
        ({"id": ["a", "b"], "confidence": [0.5, 0.6]}, "how right"),
        ({"id": ["a", "a"], "correct": [0, 1], "confidence": [0.5, 0.6]}, "more than once: a"),
        ({"id": ["a", "b"], "correct": [0, 7], "confidence": [0.5, 0.6]}, "outside 0 to 1: b"),
        ({"id": ["a", "b"], "correct": [0, 1], "confidence": [0.5, None]}, "no abstention"),
        ({"name": ["a", "b"], "correct": [0, 1], "confidence": [0.5, 0.6]}, "no column of sample ids"),
    ],
)
def test_what_is_missing_is_a_sentence(tmp_path, columns, said):
    path = tmp_path / "t.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    with pytest.raises(InputError, match=said):
        read_scored({"t": path})


@pytest.mark.parametrize("way", ["files", "columns", "one table"])
def test_marks_given_as_labels_are_refused(tmp_path, way):
    tables, wide = MADE.write(tmp_path), MADE.write_wide(tmp_path / "wide.csv")
    with pytest.raises(InputError, match="says whether an answer is right, not which class"):
        if way == "files":
            read_loose(tables["small"], tables, label_column="correct")
        elif way == "columns":
            read_loose(wide, {}, label_column="small_correct", answers=wide, answer_columns=["small_correct"])
        else:
            read_loose(wide, {"small": wide}, label_column="small_correct")


def test_pairs_whose_class_is_called_match_are_no_marks(tmp_path):
    labels, probability = tmp_path / "pairs.csv", tmp_path / "model.csv"
    table = pd.DataFrame({"id": MADE.ids, "match": MADE.right["small"].astype(int)})
    table.to_csv(labels, index=False)
    table.assign(probability=MADE.confidence["small"].round(4)).to_csv(probability, index=False)
    reading = read_loose(labels, {"model": probability}, label_column="match")
    assert reading.experts[0].kind == "full"


def test_where_wrong_labels_are_looked_for_free_words_are_grouped(tmp_path):
    labels, places = MADE.write_words(tmp_path)
    reading = read_loose(labels, places)
    assert reading.dataset.open_answers and reading.dataset.option_counts.max() == 3
    for expert in reading.experts:
        assert expert.kind == "top1" and (expert.predicted >= 0).all()
        assert ((expert.predicted == reading.dataset.given_labels) == MADE.right[expert.name]).all()


def words(tmp_path):
    labels, places = MADE.write_words(tmp_path)
    return read_loose(labels, places, plan=ReadingPlan(ReadingOptions(free_answers=True)))


def test_a_wrong_answer_in_words_is_an_answer_in_a_cascade(tmp_path):
    reading = words(tmp_path)
    answers = [answers_of(r, c) for r, c in zip(expert_reports(reading.dataset, reading.experts), (1, 10))]
    assert [int(np.isnan(a.answered_confidence()).sum()) for a in answers] == [0, 0]
    as_words = cascade_curves(answers, reading.dataset.given_labels, repeats=4)
    marked = read_scored(MADE.write(tmp_path))
    scored = [answers_scored(e, c) for e, c in zip(marked.experts, (1, 10))]
    as_marks = cascade_curves(scored, no_labels(marked), repeats=4)
    assert as_words.summary()["value"].tolist() == pytest.approx(as_marks.summary()["value"].tolist(), abs=1e-3)
    assert as_words.at("oracle", 0.5).mean() > as_words.at("calibrated", 0.5).mean() + 0.03


def test_answers_that_are_no_class_are_kept_in_a_workspace(tmp_path):
    reading = words(tmp_path)
    workspace = create_workspace(tmp_path / "w", reading.dataset, reading.experts)
    for kept, read in zip(workspace.experts(), reading.experts):
        assert isinstance(kept, Top1Expert) and kept.fingerprint() == read.fingerprint()
        np.testing.assert_array_equal(kept.outside, read.outside)
        assert int(np.isfinite(kept.outside).sum()) == int((~MADE.right[read.name]).sum())


def test_an_answer_left_empty_still_abstains(tmp_path):
    labels, places = MADE.write_words(tmp_path)
    table = pd.read_csv(places["small"])
    table.loc[:4, "predicted_class"] = None
    table.to_csv(places["small"], index=False)
    reading = read_loose(labels, places, plan=ReadingPlan(ReadingOptions(free_answers=True)))
    answers = answers_of(expert_reports(reading.dataset, reading.experts)[0], 1.0)
    assert np.isnan(answers.answered_confidence()).nonzero()[0].tolist() == [0, 1, 2, 3, 4]


def test_a_reference_column_is_enough_and_marks_may_lack(tmp_path):
    ids = [f"r{i}" for i in range(30)]
    wide = pd.DataFrame(
        {"id": ids, "prompt": [f"{i} + 1?" for i in range(30)], "reference": [str(i + 1) for i in range(30)]}
    )
    wide["small_answer"] = [f"The answer is {i + 1 + (i % 3 == 0)}." for i in range(30)]
    wide["large_answer"], wide["large_confidence"] = [f"{i + 1}.0" for i in range(30)], 0.75
    wide.to_csv(tmp_path / "wide.csv", index=False)
    long = pd.concat(
        wide[["id", "prompt", "reference"]].assign(model=name, answer=wide[f"{name}_answer"])
        for name in ("small", "large")
    )
    long.to_json(tmp_path / "long.jsonl", orient="records", lines=True)
    for name, kinds in (("wide.csv", ["votes", "top1"]), ("long.jsonl", ["votes", "votes"])):
        reading = read_any(tmp_path / name)
        small, large = reading.experts
        assert [e.kind for e in reading.experts] == kinds and (small.name, large.name) == ("small", "large")
        assert (large.predicted == reading.dataset.given_labels).all() and reading.dataset.samples["reference"][
            4
        ] == "5"
        assert (small.predicted != reading.dataset.given_labels).nonzero()[0].tolist() == list(range(0, 30, 3))
        assert reading.dataset.samples["question"].tolist() == wide["prompt"].tolist()


REAL = Path(__file__).parents[4] / "shared" / "files" / "cascade"


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.is_dir(), reason="the tables that other programs wrote are not beside this checkout")
@pytest.mark.parametrize(
    "way",
    [["--expert", "small={}/small.csv", "--expert", "large={}/large.csv"], ["{}/wide.csv"],
     ["--labels", "{}/labels_text.csv", "--expert", "small={}/small_text.csv", "--expert", "large={}/large_text.csv"]],
    ids=["tables", "wide", "text"],
)  # fmt: skip
def test_an_answer_is_never_an_abstention_in_a_cascade(way, tmp_path, capsys):
    out = tmp_path / "cascade.json"
    asked = [
        "--small",
        "small",
        "--large",
        "large",
        "--fraction",
        "0.5",
        "--bins",
        "50",
        "--cost",
        "small=1",
        "--cost",
        "large=10",
    ]
    assert main(["cascade", *(part.format(REAL) for part in way), *asked, "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "70.6 %" in told and "85.4" not in told.split("oracle")[0]
