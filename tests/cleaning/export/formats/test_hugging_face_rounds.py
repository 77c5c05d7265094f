"""Out to Hugging Face, edited as its library edits, and read in again: what was edited there is what is read."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaning.export.formats.hugging_face_dataset import hugging_face_files
from cleaning.export.handover import Handover
from cleaning.settle.policy import DEFAULT_POLICY
from data_adapters import read_loose
from tests.cleaning.export.making import a_workspace, some_decisions, some_questions
from tests.data_adapters import tiny

datasets = pytest.importorskip("datasets", reason="datasets is not installed")
datasets.disable_progress_bars()


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """By shape the folder as it goes out."""
    folders = {}
    for shape, dataset in (("pictures", None), ("questions", some_questions(n=20))):
        place = tmp_path_factory.mktemp(shape)
        workspace, run = a_workspace(place, dataset)
        handover = Handover(workspace, run, some_decisions(workspace.dataset(), run.id), DEFAULT_POLICY)
        for name, data in hugging_face_files(handover).items():
            (place / "sent" / name).parent.mkdir(parents=True, exist_ok=True)
            (place / "sent" / name).write_bytes(data)
        folders[shape] = place / "sent"
    return folders


@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data(), shape=st.sampled_from(["pictures", "questions"]))
def test_labels_edited_and_rows_chosen_there_are_those_read(sent, data, shape):
    there = datasets.load_from_disk(str(sent[shape]))
    names, ids = there.features["label"].names, there["sample_id"]
    kept = data.draw(st.permutations(range(len(ids))))[: data.draw(st.integers(8, len(ids)))]
    told = dict(zip(ids, there["label"])) | data.draw(
        st.dictionaries(st.sampled_from(list(ids)), st.integers(0, len(names) - 1), max_size=5)
    )
    edited = there.select(kept).map(lambda row: {"label": told[row["sample_id"]]}, load_from_cache_file=False)
    with tempfile.TemporaryDirectory() as folder:
        edited.save_to_disk(folder)
        votes = tiny.write(Path(folder) / "v.csv", "sample_id,answer", *(f"{one},{names[0]}" for one in ids))
        read = read_loose(Path(folder), {"v": votes}).dataset
    assert dict(zip(read.sample_ids, read.given_labels.tolist())) == {ids[row]: told[ids[row]] for row in kept}
    assert list(read.class_names) == names
