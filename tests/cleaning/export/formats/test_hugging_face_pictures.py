"""A Hugging Face dataset with its pictures: theirs opens it, ours reads it again, and no path of a disk is in it."""

from dataclasses import replace

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
    (tmp_path / "out").mkdir()
    for name, data in files.items():
        (tmp_path / "out" / name).write_bytes(data)
    return tmp_path / "out", files, handover


def test_the_pictures_come_back_and_no_path_of_the_disk_leaves(exported, tmp_path):
    folder, files, handover = exported
    read = read_hugging_face(folder, pictures_to=tmp_path / "again")
    ids = read.table.text("sample_id").tolist()
    assert len(ids) == 11 and "s0003" not in ids
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
