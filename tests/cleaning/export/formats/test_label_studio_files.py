"""Label Studio's flat rows, and what its server and page really wrote."""

import json

import numpy as np
import pandas as pd
import pytest

from cleaning.domain.dataset import Dataset
from cleaning.errors import InputError
from cleaning.export.formats.label_studio_reading import read_tasks
from cleaning.export.incoming import arrival_of
from tests.cleaning.export.making import a_dataset, decide

DATASET = a_dataset(5)
MIN_ROW = {"id": 37, "annotator": 1, "annotation_id": 9, "lead_time": 3.2, "created_at": "2026-01-02T00:00:00Z",
           "updated_at": "2026-01-02T00:00:00Z", "sample_id": "s0001"}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "labels"),
    [
        ({"label": "cat"}, (0,)),
        ({"label": {"choices": ["cat", "dog"]}, "verdict": "Several fit"}, (0, 1)),
        ({"verdict": "none_fits", "note": "a note"}, ()),
        ({"verdict": "none_fits", "label": "", "note": ""}, ()),
    ],
)
def test_json_min_is_read(said, labels):
    (decision,) = read_tasks(json.dumps([MIN_ROW | said]).encode(), DATASET).decisions
    assert (decision.sample_id, decision.labels, decision.seconds) == ("s0001", labels, 3.2)
    assert decision.note == said.get("note", "") and decision.reviewer == "label-studio-1"


def test_flat_rows_do_not_say_again_what_somebody_said():
    log = [decide("s0001", "relabel", [0], "ann")]
    rows = [MIN_ROW | {"label": "cat", "verdict": "relabel"}, MIN_ROW | {"annotation_id": None, "sample_id": "s0002"}]
    arrival = arrival_of(read_tasks(json.dumps(rows).encode(), DATASET), log)
    assert (len(arrival.known), arrival.order, arrival.left_out) == (1, (), ())
    other = [MIN_ROW | {"label": "dog"}]
    (decision,) = arrival_of(read_tasks(json.dumps(other).encode(), DATASET), log).new
    assert (decision.labels, decision.reviewer) == ((1,), "label-studio-1")


# ---- what its server and its page really wrote


DIGITS = tuple("zero one two three four five six seven eight nine".split())


def digits_of(folder):
    """A dataset of the samples in the real files, with the given labels that they tell."""
    tasks = [t for file in sorted(folder.glob("*.json")) for t in json.loads(file.read_text(encoding="utf-8"))]
    told = {t["data"]["sample_id"]: t["data"]["given_label"] for t in tasks if "question" not in t["data"]}
    given_labels = np.array([DIGITS.index(label) for label in told.values()], np.int32)
    frame = pd.DataFrame({"sample_id": list(told)})
    return Dataset("digits", "image", np.array(list(told), object), given_labels, DIGITS, frame)


def test_files_of_a_real_server_come_back_right(others_files):
    folder = others_files / "label_studio"
    dataset = digits_of(folder)

    def read(name):
        return read_tasks((folder / name).read_bytes(), dataset)

    ours = read("no_user.json")
    assert len(ours.decisions) == 12 and {d.reviewer for d in ours.decisions} == {"ada", "bob"}
    made = read("made_there.json")
    assert len(made.decisions) == 7
    changed = arrival_of(read("made_there_edited.json"), made.decisions)
    ((before, after),) = changed.changed
    assert (DIGITS[before.labels[0]], DIGITS[after.labels[0]], changed.new) == ("four", "nine", ())
    ((before, after),) = arrival_of(read("ui_edited_one.json"), ours.decisions).changed
    assert (before.verdict, after.verdict, after.reviewer) == ("relabel", "none_fits", "bob")


def test_a_real_file_in_which_nothing_fits_says_why(others_files):
    folder = others_files / "label_studio"
    with pytest.raises(InputError, match="task 57: Verdict 'relabel' does not go with classes") as said:
        read_tasks((folder / "made_bad.json").read_bytes(), digits_of(folder))
    assert "task 59: submitted without a label or a verdict" in str(said.value)
