"""Other projects' formats: the values that their readers look for."""

import io
import json
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
import pytest

from cleaning.errors import InputError
from cleaning.export import write_export
from cleaning.export.formats.fiftyone_samples import without_ending, without_endings
from tests.cleaning.export.making import a_workspace, decide, some_questions


def load(opened, kind):
    return json.loads(write_export(kind, *opened))


def test_real_lists_score_as_the_mask(opened):
    lists, given = load(opened, "real"), opened[0].dataset().given_labels
    other = (given + 1) % 4
    assert len(lists) == 40
    assert lists[:6] == [
        [given[0]], [other[1]], sorted([given[2], other[2]]), [], [given[4]], [given[5]]
    ]  # fmt: skip
    assert lists[8] == [other[8]] and lists[20] == [given[20]]


def test_mmlu_redux_columns(tmp_path):
    workspace, run = a_workspace(tmp_path, some_questions())
    given = workspace.dataset().given_labels
    other = int(given[1] + 1) % 4
    said = [("keep", [int(given[0])]), ("relabel", [other]), ("several_fit", [1, 2]), ("none_fits", []),
            ("unclear_item", []), ("unclear_options", []), ("needs_expert", []), ("unsure", [])]  # fmt: skip
    log = [decide(f"q{i:03d}", *s, number=i, note="see, page 3" if i == 1 else "") for i, s in enumerate(said)]
    data = write_export("mmlu_redux", workspace, run, log)
    table = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
    assert list(table)[1:8] == "question choices answer error_type source correct_answer potential_reason".split()
    assert table["error_type"].tolist()[:9] == [
        "ok", "wrong_groundtruth", "multiple_correct_answers", "no_correct_answer", "bad_question_clarity",
        "bad_options_clarity", "expert", "", "",
    ]  # fmt: skip
    assert table["correct_answer"].tolist()[:4] == ["", str(other), "1,2", ""]
    assert table["potential_reason"][1] == "see, page 3" and table["answer"].tolist() == list(map(str, given))
    assert json.loads(table["choices"][2]) == [f"option {k} of 2" for k in range(4)]


def test_questions_only_is_said(opened):
    with pytest.raises(InputError, match="is for questions"):
        write_export("mmlu_redux", *opened)


def test_a_label_is_suggested_only_where_suspicion_passes_the_threshold(opened):
    workspace, run, log = opened
    names = workspace.dataset().class_names
    scores = run.scores.set_index("sample_id")
    passes = scores["flagged"] & (scores["suggested"] != scores["given"])
    assert passes.any() and not passes.loc[[d.sample_id for d in log]].all(), "some were decided that are not flagged"
    suggested = {sample: names[code] for sample, code in scores.loc[passes, "suggested"].items()}
    table = pd.read_csv(io.BytesIO(write_export("fiftyone", *opened)), keep_default_na=False).set_index("sample_id")
    assert table["suggested_label"].to_dict() == {sample: suggested.get(sample, "") for sample in table.index}
    told = [one["attributes"] for one in load(opened, "fiftyone_json")["labels"].values()]
    assert all(one["suggested_label"] == suggested.get(one["sample_id"]) for one in told)
    for record in load(opened, "argilla"):
        wanted = [suggested[record["id"]]] if record["id"] in suggested else None
        assert record["suggestions"].get("labels", {}).get("value") == wanted
    for task in load(opened, "label_studio"):
        assert bool(task["predictions"]) == (task["data"]["sample_id"] in suggested)


def test_labelerrors_votes(opened):
    workspace, run, _ = opened
    row = run.scores.iloc[0]
    sample, g, s = row["sample_id"], int(row["given"]), int(row["suggested"])
    third = next(k for k in range(4) if k not in (g, s))
    log = [
        decide(sample, "keep", [g], "a", 0),
        decide(sample, "relabel", [s], "b", 1),
        decide(sample, "relabel", [third], "c", 2),
        decide(sample, "several_fit", [g, s], "d", 3),
        decide(sample, "several_fit", [g, third], "e", 4),
        decide(sample, "none_fits", [], "f", 5),
        decide(sample, "unsure", [], "g", 6),
    ]
    (found,) = json.loads(write_export("labelerrors", workspace, run, log))
    assert found["mturk"] == {"given": 2, "guessed": 1, "neither": 2, "both": 1} and found["other"] == 1
    assert (found["given_original_label"], found["our_guessed_label"]) == (g, s)


def test_cleanlab_label_issues(opened):
    run = opened[1]
    table = pd.read_csv(io.BytesIO(write_export("cleanlab", *opened)))
    assert list(table)[:4] == ["is_label_issue", "label_quality", "given_label", "predicted_label"]
    assert table["is_label_issue"].tolist()[:4] == [False, True, False, True]
    ranked_by_row = run.scores.sort_values("row")
    doubted = ranked_by_row["suspicion"].to_numpy() > 0.5  # the best other class is more probable than the given one
    best = np.where(doubted, ranked_by_row["suggested"], table["given_label"])
    assert table["predicted_label"].tolist() == best.tolist() and 0 < doubted.sum() < len(doubted)
    flagged = run.scores.sort_values("row")["flagged"].to_numpy()
    unreviewed = (table["decided_by"] == "suspicion").to_numpy()
    assert (table["is_label_issue"].to_numpy() == flagged)[unreviewed].all() and unreviewed.sum() == 34
    ranked = table["label_quality"].to_numpy()[run.scores["row"].to_numpy()]
    assert (np.diff(ranked) >= 0).all()  # the most suspicious first


@pytest.mark.parametrize("kind", ["label_studio", "argilla"])
def test_a_list_of_samples_has_one_a_line(opened, kind):
    data = write_export(kind, *opened)
    first, *lines = data.decode().splitlines()
    assert first == "[" and [json.loads(line[:-1]) for line in lines] == json.loads(data)


def test_argilla_records(opened):
    records = {r["id"]: r for r in load(opened, "argilla")}
    assert set(records["s0001"]["responses"]) == {"verdict", "labels", "note"}
    values = [r["value"] for r in records["s0005"]["responses"]["verdict"]]
    assert values == ["keep", "relabel"]
    users = {r["user_id"] for one in records.values() for r in one["responses"].get("verdict", ())}
    assert len(users) == 3
    decided = {sample for sample, one in records.items() if one["responses"]}
    assert set(records) == decided | set(opened[1].scores.query("flagged")["sample_id"]) > decided
    assert not {"s0007", "s0009"} & decided


ODD_PICTURES = [
    "a",
    "a.jpg",
    "x/y/a.jpg",
    "./a.jpg",
    "a//b/c.tar.gz",
    "/x/a.png",
    ".a",
    "x/.a",
    "a.",
    "x/a.b.",
    "..",
    "x/..",
    "../a.b",
]


@pytest.mark.parametrize("picture", ODD_PICTURES)
def test_a_picture_without_its_ending_is_what_pathlib_says(picture):
    assert without_ending(picture) == str(PurePosixPath(picture).with_suffix(""))


@pytest.mark.parametrize(
    "odd", [*ODD_PICTURES, ".jpg", "x/.jpg", "a//b.jpg", "./a.jpg", "a/./b.jpg", "a\n.jpg", "a.b.jpg", 7]
)
def test_many_pictures_lose_their_endings_as_one_does(odd):
    for many in (["a/1.jpg", odd, "b/2.jpg"], [odd, "1.jpg"], [odd, odd]):
        assert without_endings(many) == [without_ending(str(one)) for one in many]
