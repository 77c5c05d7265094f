"""Pictures with one folder per class, in folders and archives."""

import io
import os
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from cleaning.errors import InputError
from data_adapters import read_loose
from data_adapters.files.pictures import pictures_below
from tests.data_adapters import tiny

PATHS = ("cat/1.png", "cat/2.png", "dog/3.png", "owl/deep/4.png", "owl/5.png")


def picture(shade: int = 0) -> bytes:
    file = io.BytesIO()
    Image.new("L", (2, 2), shade).save(file, "PNG")
    return file.getvalue()


def image_folder(root, paths=PATHS):
    for shade, path in enumerate(paths):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(picture(shade))
    return root


def zipped(path, names=PATHS, content=None):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for shade, name in enumerate(names):
            archive.writestr(name, picture(shade) if content is None else content)
    return path


def tarred(path, names=PATHS, mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for shade, name in enumerate(names):
            member = tarfile.TarInfo(name)
            member.size = len(picture(shade))
            archive.addfile(member, io.BytesIO(picture(shade)))
    return path


def expert(tmp_path):
    scores = np.eye(3, dtype=np.float32)[[0, 0, 1, 2, 2]] * 4 - 1
    return {"net": tiny.save(tmp_path / "net.npy", scores)}


def test_folders_are_classes_and_file_names_are_ids(tmp_path):
    reading = read_loose(image_folder(tmp_path / "pets"), expert(tmp_path))
    dataset = reading.dataset
    assert dataset.class_names == ("cat", "dog", "owl")
    assert dataset.sample_ids.tolist() == ["1.png", "2.png", "3.png", "5.png", "4.png"]
    assert dataset.given_labels.tolist() == [0, 0, 1, 2, 2]
    assert dataset.samples["image"].tolist() == ["cat/1.png", "cat/2.png", "dog/3.png", "owl/5.png", "owl/deep/4.png"]
    assert dataset.image_root == (tmp_path / "pets").resolve() and dataset.name == "pets"
    assert reading.joined_by_position == ("net",)


def test_file_names_shared_by_two_classes_make_ids_paths(tmp_path):
    root = image_folder(tmp_path / "pets", ("cat/1.png", "dog/1.png"))
    votes = tiny.write(tmp_path / "v.csv", "sample_id,answer", "cat/1.png,cat", "dog/1.png,cat")
    reading = read_loose(root, {"v": votes})
    assert reading.dataset.sample_ids.tolist() == ["cat/1.png", "dog/1.png"]
    assert reading.experts[0].predicted.tolist() == [0, 0]


def test_class_names_for_folders_named_by_codes(tmp_path):
    root = image_folder(tmp_path / "val", ("n01/a.png", "n02/b.png"))
    names = tiny.write(tmp_path / "names.csv", "label,name", "0,tench", "1,goldfish")
    votes = tiny.write(tmp_path / "v.csv", "sample_id,answer", "a.png,1", "b.png,1")
    reading = read_loose(root, {"v": votes}, class_names=names)
    assert reading.dataset.class_names == ("tench", "goldfish")
    assert reading.dataset.given_labels.tolist() == [0, 1]


def test_flat_folder_beside_a_table(tmp_path):
    image_folder(tmp_path / "flat", ("s00.png", "s01.png"))
    labels = tiny.labels_csv(tmp_path / "labels.csv", header="file_name,label")
    reading = read_loose(labels, {"top": tiny.top1_csv(tmp_path / "top.csv")}, images=tmp_path / "flat")
    assert reading.dataset.samples["image"].tolist() == ["s00.png", "s01.png", "", "", "", ""]


@pytest.mark.parametrize("prefix", ["", "pets/", "./"])
@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_archives_read_as_their_folder(tmp_path, kind, prefix):
    names = [prefix + path for path in PATHS]
    path = tmp_path / f"pets.{kind}"
    zipped(path, names) if kind == "zip" else tarred(path, names, "w:gz" if kind == "tar.gz" else "w")
    plain = read_loose(image_folder(tmp_path / "pets"), expert(tmp_path)).dataset
    packed = read_loose(path, expert(tmp_path), pictures_to=tmp_path / "out").dataset
    assert packed.sample_ids.tolist() == plain.sample_ids.tolist()
    assert packed.given_labels.tolist() == plain.given_labels.tolist()
    for here, there in zip(packed.samples["image"], plain.samples["image"]):
        assert (packed.image_root / here).read_bytes() == (plain.image_root / there).read_bytes()


def test_without_a_folder_of_ours_nothing_is_unpacked_and_that_is_said(tmp_path):
    reading = read_loose(zipped(tmp_path / "pets.zip"), expert(tmp_path))
    assert reading.dataset.image_root is None and "image" not in reading.dataset.samples
    assert "The pictures inside 'pets.zip' are not shown." in reading.notes
    assert sorted(p.name for p in tmp_path.iterdir()) == ["net.npy", "pets.zip"]


def test_links_and_hidden_files_in_archives_are_passed_over(tmp_path):
    path = tarred(tmp_path / "pets.tar", (*PATHS, "__MACOSX/cat/1.png", "cat/.hidden.png"), "w")
    with tarfile.open(path, "a") as archive:
        link = tarfile.TarInfo("cat/9.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert len(read_loose(path, expert(tmp_path), pictures_to=tmp_path / "out").dataset) == 5
    assert not (tmp_path / "out" / "cat" / "9.png").exists()


def test_links_in_a_zip_are_passed_over(tmp_path):
    path = zipped(tmp_path / "pets.zip", PATHS)
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("cat/9.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert len(read_loose(path, expert(tmp_path), pictures_to=tmp_path / "out").dataset) == 5
    assert not (tmp_path / "out" / "cat" / "9.png").exists()


def test_a_pipe_called_a_picture_is_none(tmp_path):
    folder = image_folder(tmp_path / "pets")
    os.mkfifo(folder / "cat" / "9.png")
    assert len(read_loose(folder, expert(tmp_path)).dataset) == 5


def test_links_within_the_folder_are_pictures_and_folders_behind_links_are_not_walked(tmp_path):
    folder = image_folder(tmp_path / "pets")
    (folder / "cat" / "1b.png").symlink_to(folder / "cat" / "1.png")
    (folder / "cat" / "again").symlink_to(folder)
    assert pictures_below(folder) == {*PATHS, "cat/1b.png"}


def test_a_folder_that_cannot_be_looked_into_is_a_sentence(tmp_path, monkeypatch):
    folder = image_folder(tmp_path / "pets")
    looked = os.scandir

    def forbidden(path):
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", str(path))
        return looked(path)

    monkeypatch.setattr("os.scandir", forbidden)
    with pytest.raises(InputError, match=r"The folder 'owl/deep/' cannot be looked into \(Permission denied\)\."):
        pictures_below(folder)


def twice(path):
    zipped(path, PATHS)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("cat/1.png", b"another")
    return path


def damaged(path):
    """The first picture's compressed bytes begin with a block of no known kind."""
    content = bytearray(zipped(path, PATHS).read_bytes())
    packed = content.index(PATHS[0].encode()) + len(PATHS[0])
    content[packed : packed + 20] = b"\xff" * 20
    path.write_bytes(content)
    return path


def with_password(path):
    """Members marked as encrypted, in their own and in the archive's header."""
    content = bytearray(zipped(path, PATHS).read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(signature)
        while place >= 0:
            content[place + flags] |= 1
            place = content.find(signature, place + 4)
    path.write_bytes(content)
    return path


MALFORMED = {
    "path_escape": (lambda p: zipped(p / "x.zip", ("cat/1.png", "../dog/2.png")), "1 path leading out of it"),
    "tar_escape": (lambda p: tarred(p / "x.tar", ("cat/1.png", "/dog/2.png"), "w"), "1 path leading out of it"),
    "no_pictures": (lambda p: zipped(p / "x.zip", ("a.txt",)), "'x.zip' holds no pictures."),
    "one_class": (lambda p: zipped(p / "x.zip", ("cat/1.png", "cat/2.png")), "holds pictures of 1 class."),
    "no_zip": (lambda p: tiny.write(p / "x.zip", "nonsense"), "'x.zip' cannot be unpacked"),
    "no_tar": (lambda p: tiny.write(p / "x.tar.gz", "nonsense"), "'x.tar.gz' cannot be unpacked"),
    "bomb": (lambda p: zipped(p / "x.zip", PATHS, bytes(3000)), "holds a picture of 3.0 KB, above 2.0 KB: cat/1.png."),
    "much_from_little": (lambda p: zipped(p / "x.zip", PATHS + ("a.bin",), bytes(1999)), "unpacks to more than"),
    "twice": (lambda p: twice(p / "x.zip"), "'x.zip' holds 'cat/1.png' twice."),
    "damaged": (lambda p: damaged(p / "x.zip"), "'x.zip' cannot be unpacked (Error -3"),
    "password": (lambda p: with_password(p / "x.zip"), "'x.zip' is protected by a password."),
    "file_and_folder": (lambda p: zipped(p / "x.zip", (*PATHS, "cat/1.png/2.png")), "cannot be unpacked (File exists)"),
    "long_name": (lambda p: zipped(p / "x.zip", (*PATHS, f"cat/{'n' * 300}.png")), "(File name too long)"),
    "flat": (lambda p: image_folder(p / "x", ("1.png", "2.png")), "neither one subfolder of pictures per class"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_picture_sources_end_in_their_sentence(tmp_path, monkeypatch, name):
    monkeypatch.setattr("data_adapters.layouts.image_archives.MAX_PICTURE_BYTES", 2000)
    monkeypatch.setattr("data_adapters.layouts.image_archives.FREE_UNPACKED_BYTES", 5000)
    monkeypatch.setattr("data_adapters.layouts.image_archives.MAX_UNPACKING_RATIO", 5)
    make, sentence = MALFORMED[name]
    with pytest.raises(InputError) as refused:
        read_loose(make(tmp_path), expert(tmp_path), pictures_to=tmp_path / "out")
    assert sentence in str(refused.value)
    assert not (tmp_path / "out").exists() and not (tmp_path / "dog").exists()


def test_a_member_larger_than_it_declares_is_refused_and_removed(tmp_path, monkeypatch):
    path = zipped(tmp_path / "x.zip", PATHS, bytes(3000))
    monkeypatch.setattr("data_adapters.layouts.image_archives._check_picture", lambda *member: None)
    monkeypatch.setattr("data_adapters.layouts.image_archives.MAX_PICTURE_BYTES", 2000)
    with pytest.raises(InputError, match="larger than it declares"):
        read_loose(path, expert(tmp_path), pictures_to=tmp_path / "out")
    assert not (tmp_path / "out").exists()
