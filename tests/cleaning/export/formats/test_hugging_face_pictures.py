"""A Hugging Face dataset with its pictures: theirs opens it, ours reads it again, and no path of a disk is in it."""

import json
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec

import pytest

from cleaning.errors import InputError
from cleaning.export.export_options import ExportOptions
from cleaning.export.formats.hugging_face_dataset import hugging_face_files
from cleaning.export.handover import Handover
from cleaning.settle.policy import DEFAULT_POLICY
from data_adapters.layouts.hugging_face import read_hugging_face
from tests.cleaning.export.making import a_dataset, a_workspace, some_decisions

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def exported(tmp_path):
    """(folder of the export, its files, the handover)"""
    root = tmp_path / "home" / "ann"
    root.mkdir(parents=True)
    dataset = replace(a_dataset(12), image_root=root)
    for name in dataset.samples["image"]:
        (root / name).write_bytes(PNG + name.encode())
    workspace, run = a_workspace(tmp_path / "ws", dataset)
    log = some_decisions(dataset, run.id)
    handover = Handover(workspace, run, log, DEFAULT_POLICY, options=ExportOptions(with_pictures=True))
    files = hugging_face_files(handover)
    return written(files, tmp_path / "out"), files, handover


def written(files, folder):
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def exported_of(dataset, tmp_path, read=()):
    workspace, run = a_workspace(tmp_path / "ws", dataset)
    workspace.keep_reading(read)
    log = some_decisions(dataset, run.id)
    return written(hugging_face_files(Handover(workspace, run, log, DEFAULT_POLICY)), tmp_path / "out")


def splits_of(folder):
    """{split: its sample ids}, as theirs and ours read them alike."""
    names = json.loads((folder / "dataset_dict.json").read_text())["splits"]
    read = {name: read_hugging_face(folder, split=name).table.text("sample_id").tolist() for name in names}
    if find_spec("datasets"):
        datasets = import_module("datasets")
        assert {name: part["sample_id"][:] for name, part in datasets.load_from_disk(str(folder)).items()} == read
    return read


def test_the_pictures_come_back_and_no_path_of_the_disk_leaves(exported, tmp_path):
    folder, files, handover = exported
    read = read_hugging_face(folder, pictures_to=tmp_path / "again")
    ids = read.table.text("sample_id").tolist()
    assert len(ids) == 11 and "s0003" not in ids
    assert set(read.table.text("source")) == {"web"}, "metadata goes along"
    for sample, name in zip(ids, read.table.text("image")):
        assert (tmp_path / "again" / name).read_bytes() == PNG + f"{sample}.png".encode()
    assert not any(str(tmp_path).encode() in data for data in files.values())
    gone = handover.dataset.image_root / "s0000.png"
    gone.unlink()
    with pytest.raises(InputError, match=r"The picture 's0000.png' is not there any more"):
        hugging_face_files(handover)


def test_their_library_sees_an_image_column(exported):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    opened = datasets.load_from_disk(str(exported[0]))
    assert isinstance(opened.features["image"], datasets.Image)
    assert opened.features["label"].names == list(exported[2].dataset.class_names)


def test_a_column_of_splits_gives_a_dataset_of_splits(tmp_path):
    dataset = a_dataset(12)
    parts = ["train"] * 6 + ["test"] * 6
    folder = exported_of(replace(dataset, samples=dataset.samples.assign(split=parts)), tmp_path)
    read = splits_of(folder)
    assert {name: len(ids) for name, ids in read.items()} == {"train": 5, "test": 6}
    assert read["test"] == [str(one) for one in dataset.sample_ids[6:]]


def test_one_split_that_was_read_goes_out_as_that_split(tmp_path):
    step = {"about": "cifar", "part": "split", "meaning": "validation", "source": "said", "evidence": ""}
    assert list(splits_of(exported_of(a_dataset(12), tmp_path, [step]))) == ["validation"]


@pytest.mark.parametrize("name", ["../up", "a/b", "", "."])
def test_no_split_becomes_a_path_out_of_the_folder(tmp_path, name):
    dataset = a_dataset(12)
    folder = exported_of(replace(dataset, samples=dataset.samples.assign(split=[name] * 12)), tmp_path)
    assert sorted(file.name for file in folder.iterdir()) == [
        "data-00000-of-00001.arrow",
        "dataset_info.json",
        "state.json",
    ]
