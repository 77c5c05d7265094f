"""Sample ids that are paths: none of somebody's disk is left in them, and the experts' files still join."""

import pytest

from cleaning.errors import InputError
from data_adapters import read_loose
from tests.data_adapters import tiny

NAMES = [f"{i}.png" for i in range(6)]


def reading_of(tmp_path, ids, expert_ids):
    labels = tiny.labels_csv(tmp_path / "labels.csv", ids)
    return read_loose(labels, {"net": tiny.top1_csv(tmp_path / "net.csv", expert_ids)})


@pytest.mark.parametrize(
    "folders",
    [
        ["/home/ann/pets/"],
        ["/home/ann/pets/", ""],
        ["C:/ann/", "D:/ann/"],
        ["C:\\ann\\", ""],
        ["file:///home/ann/", ""],
        ["\\\\nas\\ann\\", ""],
        ["/home/ann/", "C:/ann/", "https://pets.example/"],
    ],
)
def test_no_absolute_path_becomes_an_id(tmp_path, folders):
    ids = [folders[i % len(folders)] + name for i, name in enumerate(NAMES)]
    reading = reading_of(tmp_path, ids, ids)
    held = reading.dataset.sample_ids.tolist()
    assert not [
        one for one in held if one.startswith(("/", "C:", "D:", "file:", "\\\\")) or "home" in one or "nas" in one
    ]
    assert [one.rpartition("/")[2] for one in held] == NAMES
    assert len(set(reading.experts[0].predicted.tolist())) == 3


def test_ids_that_are_alike_without_their_folders_are_named(tmp_path):
    ids = ["/home/ann/0.png", "0.png", *NAMES[2:]]
    with pytest.raises(InputError, match=r"more than once: 0\.png"):
        reading_of(tmp_path, ids, ids)


def test_ids_that_only_begin_with_a_slash_stay(tmp_path):
    ids = ["/0", "/1", "2", "3", "4", "5"]
    assert reading_of(tmp_path, ids, ids).dataset.sample_ids.tolist() == ids
