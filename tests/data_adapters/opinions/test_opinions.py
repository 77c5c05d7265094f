"""Decisions made in other tools, and published annotations as truth that the product never reads."""

import json

import numpy as np
import pandas as pd
import pytest

from cleaning.command_line import main
from cleaning.domain.dataset import OPTION_LETTERS
from cleaning.errors import InputError
from cleaning.export.formats.argilla_records import argilla_records
from cleaning.export.formats.label_studio import label_studio_tasks
from cleaning.export.formats.published_layouts import cleanlab_label_issues
from cleaning.export.formats.row_texts import whole
from cleaning.export.handover import Handover
from cleaning.keep.decisions import open_store
from cleaning.settle.policy import Policy
from data_adapters.opinions import read_earlier_decisions, read_truth
from tests.cleaning.export.making import a_workspace, some_decisions, some_questions
from tests.data_adapters import tiny
from tests.factories import tiny_dataset


@pytest.fixture
def reviewed(tmp_path):
    """(workspace, what was handed over) of a set with decisions of several reviewers."""
    workspace, run = a_workspace(tmp_path / "spaces")
    store = open_store(workspace.decisions_url, workspace.id)
    store.append(some_decisions(workspace.dataset(), run.id))
    handed = Handover(workspace, run, store.decisions(), Policy())
    store.close()
    return workspace, handed


def decisions_in(path, dataset, run_id=""):
    return list(read_earlier_decisions(path, dataset, run_id).decisions)


def standing(decisions):
    return sorted((d.sample_id, d.verdict, d.labels) for d in decisions)


@pytest.mark.parametrize("write", [argilla_records, label_studio_tasks])
def test_an_export_gives_the_same_standing_decisions_back(reviewed, tmp_path, write):
    workspace, handed = reviewed
    (tmp_path / "out.json").write_bytes(whole(write(handed)))
    read = decisions_in(tmp_path / "out.json", workspace.dataset())
    votes = [vote for said in handed.final.votes.values() for vote in said]
    assert len(read) == len(votes) > 5
    assert standing(read) == standing(votes)
    assert read == decisions_in(tmp_path / "out.json", workspace.dataset())  # uuids and all


def test_argillas_own_label_question_gives_keep_and_relabel(tmp_path):
    dataset = tiny_dataset([0, 1, 2], 3)
    records = [
        {"id": "s0", "responses": {"label": [{"value": "c0", "user_id": "u"}, {"value": "c1", "user_id": "w"}]}},
        {
            "id": "x",
            "metadata": {"sample_id": "s1"},
            "responses": {"labels": [{"value": ["c0", "c2"], "user_id": "u"}]},
        },
        {"id": "s2", "responses": {"label": [{"value": "c0", "user_id": "u", "status": "draft"}]}},
    ]
    (tmp_path / "a.json").write_text(json.dumps(records))
    read = decisions_in(tmp_path / "a.json", dataset, "run")
    assert [(d.sample_id, d.reviewer, d.verdict, d.labels) for d in read] == [
        ("s0", "argilla-u", "keep", (0,)),
        ("s0", "argilla-w", "relabel", (1,)),
        ("s1", "argilla-u", "several_fit", (0, 2)),
    ]


def test_an_argilla_record_that_does_not_fit_is_named_and_the_rest_is_read(tmp_path):
    dataset = tiny_dataset([0, 1, 2], 3)
    good = {"id": "s0", "responses": {"label": [{"value": "c1", "user_id": "u"}, {"value": "cow", "user_id": "w"}]}}
    bad = [
        {"id": "s9", "responses": {"label": [{"value": "c0", "user_id": "u"}]}},
        {"id": "s1", "responses": {"note": [{"value": "hm", "user_id": "u"}]}},
        {"id": "s1", "responses": {"verdict": [{"value": "perhaps", "user_id": "u"}]}},
        {"id": "s2", "responses": {"label": [{"value": 7, "user_id": "u"}]}},
        "no record",
    ]
    (tmp_path / "a.json").write_text(json.dumps([good, *bad]))
    incoming = read_earlier_decisions(tmp_path / "a.json", dataset, "run")
    assert [(d.sample_id, d.labels) for d in incoming.decisions] == [("s0", (1,))]
    assert [str(one).partition(";")[0] for one in incoming.left_out] == [
        "record s0: 'cow' is no class of this dataset",
        "record s9: 's9' is no sample of this dataset",
        "record s1: submitted without a label or a verdict",
        "record s1: 'perhaps' is not a verdict",
        "record s2: its response is no label or verdict as Argilla writes them",
        "record 5: it is no record with responses as Argilla writes them",
    ]
    (tmp_path / "a.json").write_text(json.dumps([{**good, "responses": {}} | {"id": "s9"}]))
    with pytest.raises(
        InputError, match=r"Nothing in the Argilla file fits this dataset\. record s9: 's9' is no sample"
    ):
        read_earlier_decisions(tmp_path / "a.json", dataset)


# ---- cleanlab


def issues(path, **changes):
    columns = {
        "is_label_issue": [False, True, True, False],
        "label_quality": [0.9, 0.1, 0.4, 0.8],
        "given_label": [0, 1, 2, 0],
        "predicted_label": [0, 2, 2, 0],
    }
    frame = pd.DataFrame(columns | changes)
    frame.to_csv(path, index=False) if path.suffix == ".csv" else frame.to_parquet(path)
    return path


@pytest.fixture
def four():
    return tiny_dataset([0, 1, 2, 0], 3)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_cleanlabs_issues_are_decisions_of_a_reviewer_called_cleanlab(four, tmp_path, suffix):
    read = decisions_in(issues(tmp_path / f"i{suffix}"), four)
    assert [(d.sample_id, d.verdict, d.labels, d.reviewer, d.note) for d in read] == [
        ("s1", "relabel", (2,), "cleanlab", "label_quality 0.1"),
        ("s2", "unsure", (), "cleanlab", "label_quality 0.4"),
    ]


def test_the_same_issue_with_its_quality_written_otherwise_is_the_same_decision(four, tmp_path):
    one = decisions_in(issues(tmp_path / "a.csv", label_quality=[0.9, 0.1, 0.4, 0.9]), four)
    other = decisions_in(issues(tmp_path / "b.csv", label_quality=[0.9, 0.10001, 0.4, 0.9]), four)
    assert [d.uuid for d in one] == [d.uuid for d in other]


def test_cleanlabs_rows_join_by_id(four, tmp_path):
    turned = {"id": ["s3", "s2", "s1", "s0"], "given_label": [0, 2, 1, 0], "predicted_label": [0, 2, 2, 0]}
    read = decisions_in(issues(tmp_path / "i.csv", is_label_issue=[False, True, True, False], **turned), four)
    assert [(d.sample_id, d.verdict) for d in read] == [("s2", "unsure"), ("s1", "relabel")]


def test_our_own_table_read_back_adds_nothing(reviewed, tmp_path):
    workspace, handed = reviewed
    (tmp_path / "label_issues.csv").write_bytes(whole(cleanlab_label_issues(handed)))
    incoming = read_earlier_decisions(tmp_path / "label_issues.csv", workspace.dataset())
    assert incoming.decisions == () and "our own export" in str(incoming.left_out[0])


def test_datalabs_table_of_all_issues_has_no_predictions(four, tmp_path):
    table = pd.read_csv(issues(tmp_path / "i.csv")).rename(columns={"label_quality": "label_score"})
    table.assign(is_outlier_issue=False).drop(columns="predicted_label").to_csv(tmp_path / "all.csv")
    read = decisions_in(tmp_path / "all.csv", four)
    assert [(d.sample_id, d.verdict) for d in read] == [("s1", "unsure"), ("s2", "unsure")]


@pytest.mark.parametrize("write", [int, OPTION_LETTERS.__getitem__])
def test_cleanlab_counts_the_options_of_questions_from_zero(tmp_path, write):
    """Also where no 0 is among them; it does not know that a question has fewer options than others."""
    dataset = some_questions(4)
    object.__setattr__(dataset, "given_labels", np.array([3, 1, 2, 1], np.int32))
    object.__setattr__(dataset, "option_counts", np.array([4, 4, 4, 2], np.int32))
    told = {"given_label": [3, 1, 2, 1], "predicted_label": [1, 2, 3, 3]}
    table = {"is_label_issue": [True] * 4} | {name: [write(k) for k in codes] for name, codes in told.items()}
    read = decisions_in(issues(tmp_path / "i.csv", **table), dataset)
    assert [(d.verdict, d.labels) for d in read] == [
        ("relabel", (1,)), ("relabel", (2,)), ("relabel", (3,)), ("unsure", ())
    ]  # fmt: skip


@pytest.mark.parametrize("orient", ["records", "columns"])
def test_cleanlabs_table_as_json(four, tmp_path, orient):
    pd.read_csv(issues(tmp_path / "i.csv")).to_json(tmp_path / "i.json", orient=orient)
    assert [(d.sample_id, d.labels) for d in decisions_in(tmp_path / "i.json", four)] == [("s1", (2,)), ("s2", ())]


def test_what_cleanlab_itself_finds_can_be_read(tmp_path):
    rank = pytest.importorskip("cleanlab.rank", reason="cleanlab is not installed")
    from cleanlab.filter import find_label_issues

    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 200)
    given = np.where(rng.random(200) < 0.1, (truth + 1) % 3, truth)
    scores = 0.1 + 0.7 * np.eye(3)[truth] + 0.05 * rng.random((200, 3))
    scores /= scores.sum(axis=1, keepdims=True)
    found = find_label_issues(given, scores, n_jobs=1)
    quality = rank.get_label_quality_scores(given, scores)
    table = {
        "is_label_issue": found,
        "label_quality": quality,
        "given_label": given,
        "predicted_label": scores.argmax(1),
    }
    pd.DataFrame(table).to_csv(tmp_path / "i.csv", index=False)
    read = decisions_in(tmp_path / "i.csv", tiny_dataset(given, 3))
    assert {d.sample_id for d in read} == {f"s{i}" for i in np.flatnonzero(truth != given)}
    assert all(d.labels == (int(truth[int(d.sample_id[1:])]),) for d in read)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"given_label": [0, 2, 1, 0]}, r"other given labels than the dataset for 2 samples: s1, s2\. It belongs"),
        ({"is_label_issue": ["no", "yes", "yes", "no"]}, "must hold True or False, not no, yes, yes, no"),
        ({"predicted_label": [0, 7, 2, 0]}, r"\(column 'predicted_label'\) holds no class: 7"),
        ({"sample_id": ["s0", "s1", "s2", "s9"]}, "has 1 id that are no sample, or ids more than once: s9"),
    ],
)
def test_label_issues_that_do_not_fit_are_refused(four, tmp_path, changes, sentence):
    with pytest.raises(InputError, match=sentence):
        decisions_in(issues(tmp_path / "i.csv", **changes), four)


def test_other_files_are_refused(four, tmp_path):
    with pytest.raises(InputError, match="no label_issues table of cleanlab: it has no column 'is_label_issue'"):
        decisions_in(tiny.write(tmp_path / "t.csv", "a,b", "1,2"), four)
    with pytest.raises(InputError, match="is no sound JSON"):
        decisions_in(tiny.write(tmp_path / "t.json", "{"), four)
    with pytest.raises(InputError, match="holds no list"):
        decisions_in(tiny.write(tmp_path / "t.json", "{}"), four)
    with pytest.raises(InputError, match="has an ending we do not read"):
        decisions_in(tiny.write(tmp_path / "t.xml", "x"), four)
    short = tiny.write(tmp_path / "i.csv", "is_label_issue,predicted_label", "True,1")
    with pytest.raises(InputError, match="has 1 row without sample ids for 4 samples"):
        decisions_in(short, four)


def test_the_command_adds_them_once(reviewed, tmp_path, capsys):
    workspace, _ = reviewed
    dataset = workspace.dataset()
    others = (dataset.given_labels + 1) % dataset.class_count
    rows = [f"{i},{k == 0},{c}" for k, (i, c) in enumerate(zip(dataset.sample_ids, others))]
    table = tiny.write(tmp_path / "i.csv", "sample_id,is_label_issue,predicted_label", *rows)
    for new in (1, 0):
        assert main(["import-decisions", str(workspace.folder), str(table)]) == 0
        assert f"1 decision read, {new} new" in capsys.readouterr().out


# ---- truth, for evaluation only


def imagenet_like(numbers, given):
    dataset = tiny_dataset(given, 4)
    ids = np.array([f"ILSVRC2012_val_{n:08d}.JPEG" for n in numbers], object)
    object.__setattr__(dataset, "sample_ids", ids)
    return dataset


def test_real_says_which_labels_are_wrong(tmp_path):
    (tmp_path / "real.json").write_text("[[0], [1, 2], [], [3]]")
    truth = read_truth(tmp_path / "real.json", imagenet_like([4, 2, 3, 1], [3, 0, 1, 0]))
    assert truth.places.tolist() == [0, 1, 3] and truth.wrong.tolist() == [False, True, False]
    with pytest.raises(InputError, match=r"1 sample id without the number .*: ILSVRC2012_val_00000005.JPEG"):
        read_truth(tmp_path / "real.json", imagenet_like([5], [0]))
    (tmp_path / "real.json").write_text('[["cat"]]')
    with pytest.raises(InputError, match="is not ReaL's file"):
        read_truth(tmp_path / "real.json", imagenet_like([1], [0]))


def test_mmlu_redux_says_which_answers_are_wrong(tmp_path, four):
    rows = ("s3,ok", "s0,wrong_groundtruth", "s2,bad_question_clarity", "s1,no_correct_answer")
    table = tiny.write(tmp_path / "t.csv", "question_id,error_type", *rows)
    truth = read_truth(table, four)
    assert truth.places.tolist() == [3, 0, 2, 1] and truth.wrong.tolist() == [False, True, False, True]
    assert truth.error_types[2] == "bad_question_clarity"
    with pytest.raises(InputError, match="error types that MMLU-Redux does not: odd"):
        read_truth(tiny.write(tmp_path / "t.csv", "question_id,error_type", "s1,odd"), four)


@pytest.mark.real_data
def test_the_published_half_of_mmlu_redux_reads(real_data):
    home = real_data / "mmlu_redux"
    frame = pd.read_csv(home / "truth_even.csv")
    dataset = tiny_dataset(np.zeros(len(frame), int), 4)
    object.__setattr__(dataset, "sample_ids", frame["question_id"].to_numpy(object))
    assert 0.01 < read_truth(home / "truth_even.csv", dataset).wrong.mean() < 0.05
