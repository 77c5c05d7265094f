"""Uploaded files: saved under safe names, bounded, and gone again when they cannot be read."""

import io
import zipfile

import numpy as np
import pytest

from cleaning.errors import InputError
from data_adapters import read_uploads, save_uploads
from data_adapters.layouts.uploads import name_of_upload, safe_name
from tests.data_adapters import tiny


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, tiny.SCORES)
    return file.getvalue()


LABELS = ("sample_id,label\n" + "".join(f"{i},{k}\n" for i, k in zip(tiny.IDS, tiny.LABELS))).encode()


@pytest.mark.parametrize(
    ("names", "called"),
    [
        (["questions.csv"], "questions"),
        (["labels.csv", "net.npy"], "labels and net"),
        (["labels.csv", "net.npy", "vit.npy", "s00.jpg"], "labels and 3 more"),
        (["pets/labels.csv", "pets/experts/net.npy"], "pets"),
        (["../labels.csv"], "labels"),
    ],
)
def test_an_upload_is_called_after_its_files(names, called):
    assert name_of_upload(names) == called


def test_the_dataset_is_called_so_and_never_after_a_folder_of_ours(tmp_path):
    files = {"labels.csv": LABELS, "net.npy": npy()}
    assert read_uploads(files, tmp_path / "0f3a9c").dataset.name == "labels and net"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("labels.csv", LABELS)
        archive.writestr("experts/net.npy", npy())
    assert read_uploads({"pets of spring.zip": packed}, tmp_path / "4d5e6f").dataset.name == "pets of spring"
    with pytest.raises(InputError, match=r"^'labels' holds the given labels"):
        read_uploads({"labels.csv": LABELS}, tmp_path / "7a8b9c")


def test_files_are_saved_as_they_are_called_and_read(tmp_path):
    files = {
        "mine/labels.csv": LABELS,
        "mine/models/net.npy": io.BytesIO(npy()),
        "mine/s00.jpg": b"x",
        "mine/class_names.txt": b"cat\ndog\nowl",
    }
    reading = read_uploads(files, tmp_path / "up")
    assert sorted(p.relative_to(tmp_path / "up").as_posix() for p in (tmp_path / "up").rglob("*.*")) == sorted(files)
    assert [expert.name for expert in reading.experts] == ["net"]
    assert reading.dataset.samples["image"][0] == "s00.jpg"


def test_saving_tells_how_far_it_is_and_can_be_ended(tmp_path):
    told = []
    save_uploads({"labels.csv": LABELS, "net.npy": npy()}, tmp_path / "up", told=lambda *at: told.append(at))
    assert told == [(0, 2), (1, 2)]

    def enough(done, count):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_uploads({"labels.csv": LABELS, "net.npy": npy()}, tmp_path / "cancelled", told=enough)
    assert not (tmp_path / "cancelled").exists()


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
        (
            {"net.npy": npy()},
            "no table in it has a column known to hold the given labels, such as 'label'. It holds net.npy.",
        ),
        ({"labels.csv": LABELS, "..": b"x"}, "An uploaded file has no usable name ('..')."),
        ({"labels.csv": LABELS, "net?.npy": b"x", "net*.npy": b"y"}, "More than one uploaded file is called net_.npy."),
        ({"labels.csv": LABELS, "net.npy": b"x" * 5000}, "larger than 4.0 KB together."),
        ({"labels.csv": LABELS, "net.npy": b"abc"}, "'net.npy' is no NumPy array file"),
        ({"labels.csv": LABELS}, "holds the given labels, and no expert was found in it."),
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


def packed(members: dict, outer: str = "") -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name if isinstance(name, zipfile.ZipInfo) else outer + name, content)
    return file


@pytest.mark.parametrize("outer", ["", "mine/"])
def test_a_zip_alone_holds_the_whole_folder(tmp_path, outer):
    members = {"labels.csv": LABELS, "experts/net.npy": npy(), "images/s00.jpg": b"x", "__MACOSX/._labels.csv": b"?"}
    reading = read_uploads({"mine.zip": packed(members, outer)}, tmp_path / "up")
    assert [expert.name for expert in reading.experts] == ["net"]
    assert reading.dataset.samples["image"][0] == "s00.jpg"
    assert not list((tmp_path / "up").rglob("._*"))


def test_a_zip_beside_the_labels_holds_pictures(tmp_path):
    pictures = packed({f"{sample_id}.jpg": b"x" for sample_id in tiny.IDS}, "photos/")
    reading = read_uploads({"labels.csv": LABELS, "net.npy": npy(), "Photos.ZIP": pictures}, tmp_path / "up")
    assert reading.dataset.samples["image"].tolist() == [f"{sample_id}.jpg" for sample_id in tiny.IDS]


def a_link() -> zipfile.ZipInfo:
    link = zipfile.ZipInfo("labels.csv")
    link.external_attr = 0o120777 << 16
    return link


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (packed({"../labels.csv": LABELS}), "'d.zip' holds 1 path leading out of it: ../labels.csv."),
        (packed({"/etc/labels.csv": LABELS}), "holds 1 path leading out of it"),
        (packed({a_link(): "/etc/passwd"}), "holds 1 path that are links: labels.csv."),
        (packed({}), "'d.zip' holds no files."),
        (io.BytesIO(b"PK no zip"), "'d.zip' cannot be unpacked"),
        (packed({"labels.csv": b"0" * 3_000_000}), "unpacks to 1 file of 3.0 MB; up to 500,000 files of 2.0 MB"),
        (packed({"notes.txt": b"x"}), "is no dataset folder"),
    ],
)
def test_a_zip_that_cannot_be_taken_ends_in_its_sentence_and_leaves_nothing(tmp_path, content, sentence):
    with pytest.raises(InputError) as refused:
        read_uploads({"d.zip": content}, tmp_path / "up", limit=2_000_000)
    assert sentence in str(refused.value)
    assert not list(tmp_path.rglob("*"))


def test_a_zip_that_unpacks_to_more_than_it_declares_writes_no_more_than_that(tmp_path):
    raw = bytearray(packed({"labels.csv": LABELS, "experts/net.npy": npy()}).getvalue())
    place = raw.rindex(b"PK\x01\x02", 0, raw.rindex(b"experts/net.npy"))
    raw[place + 24 : place + 28] = (40).to_bytes(4, "little")  # the size that the directory declares for net.npy
    with pytest.raises(InputError):
        read_uploads({"d.zip": io.BytesIO(bytes(raw))}, tmp_path / "up")
    assert not list(tmp_path.rglob("*"))


def test_parts_of_one_zip_are_one_folder(tmp_path):
    pictures = [f"photos/images/{sample_id}.jpg" for sample_id in tiny.IDS]
    parts = {
        "photos (1 of 2).zip": packed({"photos/labels.csv": LABELS, "photos/net.npy": npy(), pictures[0]: b"x"}),
        "photos (2 of 2).zip": packed(dict.fromkeys(pictures[1:], b"x")),
    }
    reading = read_uploads(parts, tmp_path / "up")
    assert reading.dataset.name == "photos"
    assert sorted(p.name for p in (tmp_path / "up" / "photos").iterdir()) == ["images", "labels.csv", "net.npy"]
    assert reading.dataset.samples["image"].map(bool).all()
