"""Uploaded files: saved under safe names, bounded, and gone again when they cannot be read."""

import io

import numpy as np
import pytest

from cleaning.errors import InputError
from data_adapters import read_uploads, save_uploads
from data_adapters.uploads import safe_name
from tests.data_adapters import tiny


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, tiny.SCORES)
    return file.getvalue()


LABELS = ("sample_id,label\n" + "".join(f"{i},{k}\n" for i, k in zip(tiny.IDS, tiny.LABELS))).encode()


def test_files_are_sorted_into_a_dataset_folder_and_read(tmp_path):
    files = {
        "Labels.csv": LABELS,
        "net.npy": io.BytesIO(npy()),
        "s00.jpg": b"x",
        "class_names.txt": b"cat\ndog\nowl",
    }
    reading = read_uploads(files, tmp_path / "up")
    assert sorted(p.relative_to(tmp_path / "up").as_posix() for p in (tmp_path / "up").rglob("*.*")) == [
        "class_names.txt",
        "experts/net.npy",
        "images/s00.jpg",
        "labels.csv",
    ]
    assert [expert.name for expert in reading.experts] == ["net"]
    assert reading.dataset.samples["image"][0] == "s00.jpg"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("/abs/net.npy", "net.npy"),
        ("C:\\x\\net.npy", "net.npy"),
        ("a\x00b.csv", "a_b.csv"),
        ("<script>.csv", "_script_.csv"),
        (".hidden", "hidden"),
        ("Bär.npy", "Bär.npy"),
        ("x" * 300 + ".npy", "x" * 120 + ".npy"),
    ],
)
def test_names_cannot_leave_the_folder(name, safe):
    assert safe_name(name) == safe


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"net.npy": npy()}, "None of the uploaded files holds the labels; they are net.npy."),
        ({"labels.csv": LABELS, "..": b"x"}, "An uploaded file has no usable name ('..')."),
        ({"labels.csv": LABELS, "a/net.npy": b"x", "b/net.npy": b"y"}, "called experts/net.npy."),
        ({"labels.csv": LABELS, "net.npy": b"x" * 5000}, "larger than 4.0 KB together."),
        ({"labels.csv": LABELS, "net.npy": b"abc"}, "'net.npy' is no NumPy array file"),
        ({"labels.csv": LABELS}, "has no folder 'experts'"),
    ],
)
def test_a_refused_upload_leaves_nothing_behind(tmp_path, files, sentence):
    with pytest.raises(InputError) as refused:
        read_uploads(files, tmp_path / "up", limit=4000)
    assert sentence in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_left_alone(tmp_path):
    tiny.write(tmp_path / "up" / "mine.txt", "keep")
    with pytest.raises(InputError, match="in use"):
        save_uploads({"labels.csv": LABELS}, tmp_path / "up")
    assert (tmp_path / "up" / "mine.txt").read_text() == "keep\n"
