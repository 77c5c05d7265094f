"""Pictures are read from below the image root alone, bounded in size, and never stand in for each other."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cleaning.domain.dataset import Dataset
from pages.shared.server import served_pictures
from pages.shared.server.served_pictures import PictureError, find_picture, picture_file


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    return folder


def dataset_of(root, *names) -> Dataset:
    ids = np.array([f"s{i}" for i in range(len(names))], object)
    samples = pd.DataFrame({"sample_id": ids, "image": list(names)})
    return Dataset("d", "image", ids, np.zeros(len(names), np.int32), ("a", "b"), samples, image_root=root)


def bomb(path, side: int) -> None:
    """A valid PNG header that claims side x side pixels in a few bytes."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def test_a_picture_is_found_with_its_size(root):
    Image.new("RGB", (30, 20)).save(root / "a.png")
    found = find_picture(dataset_of(root, "a.png"), 0)
    assert (found.width, found.height, found.format) == (30, 20, "PNG")


@pytest.mark.parametrize("name", ["../secret.png", "sub/../../secret.png", "link.png", "linked/secret.png"])
def test_nothing_outside_the_root_is_opened(root, name):
    outside = root.parent / "out"
    outside.mkdir()
    Image.new("RGB", (3, 3)).save(root.parent / "secret.png")
    Image.new("RGB", (3, 3)).save(outside / "secret.png")
    (root / "sub").mkdir()
    (root / "link.png").symlink_to(root.parent / "secret.png")
    (root / "linked").symlink_to(outside)
    with pytest.raises(PictureError, match="outside"):
        find_picture(dataset_of(root, name), 0)


def test_a_file_that_was_looked_at_before_costs_one_look_at_its_state(root, monkeypatch):
    Image.new("RGB", (3, 3)).save(root / "a.png")
    dataset = dataset_of(root, "a.png")
    first = find_picture(dataset, 0)
    monkeypatch.setattr(Path, "resolve", lambda path: pytest.fail("looked for anew"))
    assert find_picture(dataset, 0) == first


def test_a_link_that_leads_out_of_the_root_by_now_is_not_followed(root):
    for place in (root / "real.png", root.parent / "secret.png"):
        Image.new("RGB", (3, 3)).save(place)
        os.utime(place, (1, 1))
    dataset = dataset_of(root, "link.png")
    (root / "link.png").symlink_to(root / "real.png")
    assert find_picture(dataset, 0).path == root / "real.png"
    (root / "link.png").unlink()
    (root / "link.png").symlink_to(root.parent / "secret.png")
    with pytest.raises(PictureError, match="outside"):
        find_picture(dataset, 0)


def test_an_absolute_name_is_not_opened(root):
    Image.new("RGB", (3, 3)).save(root.parent / "secret.png")
    with pytest.raises(PictureError, match="outside"):
        find_picture(dataset_of(root, str(root.parent / "secret.png")), 0)


def test_a_decompression_bomb_is_refused_before_decoding(root):
    bomb(root / "bomb.png", 20_000)
    with pytest.raises(PictureError, match="more than 50,000,000 pixels"):
        find_picture(dataset_of(root, "bomb.png"), 0)


def test_a_file_too_big_is_refused_unopened(root, monkeypatch):
    Image.new("RGB", (3, 3)).save(root / "a.png")
    monkeypatch.setattr(served_pictures, "LARGEST_BYTES", 10)
    with pytest.raises(PictureError, match="not opened"):
        find_picture(dataset_of(root, "a.png"), 0)


def test_what_cannot_be_shown_is_said(root):
    (root / "a.png").write_text("no picture")
    (root / "folder.png").mkdir()
    dataset = dataset_of(root, "a.png", "folder.png", "missing.png", "")
    for row, words in enumerate(("cannot be read", "not a file", "is not in", "without a picture")):
        with pytest.raises(PictureError, match=words):
            find_picture(dataset, row)


def test_a_truncated_picture_is_refused_when_made_smaller(root, tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (900, 900, 3)).astype(np.uint8)
    Image.fromarray(noise).save(root / "a.jpg")
    whole = (root / "a.jpg").read_bytes()
    (root / "a.jpg").write_bytes(whole[: len(whole) // 3])
    picture = find_picture(dataset_of(root, "a.jpg"), 0)
    with pytest.raises(PictureError, match="damaged"):
        picture_file(picture, 0, "thumb", tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.jpg"))


def test_a_full_disk_is_not_called_a_damaged_picture(root, tmp_path, monkeypatch):
    def full(*_args, **_named):
        raise OSError(28, "No space left on device")

    Image.new("RGB", (900, 600)).save(root / "a.png")
    picture = find_picture(dataset_of(root, "a.png"), 0)
    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(PictureError, match="A smaller picture could not be written: No space left on device"):
        picture_file(picture, 0, "thumb", tmp_path / "cache")
    assert list((tmp_path / "cache" / "thumb").iterdir()) == []


def test_a_thumbnail_is_made_once_and_anew_when_the_file_changes(root, tmp_path):
    Image.new("RGB", (900, 600), "red").save(root / "a.png")
    made, kind = picture_file(find_picture(dataset_of(root, "a.png"), 0), 0, "thumb", tmp_path / "cache")
    assert kind == "image/png" and max(Image.open(made).size) == 192
    stamp = made.stat().st_mtime_ns
    again, _ = picture_file(find_picture(dataset_of(root, "a.png"), 0), 0, "thumb", tmp_path / "cache")
    assert (again, again.stat().st_mtime_ns) == (made, stamp)
    Image.new("RGB", (901, 600), "blue").save(root / "a.png")
    other, _ = picture_file(find_picture(dataset_of(root, "a.png"), 0), 0, "thumb", tmp_path / "cache")
    assert other != made and Image.open(other).convert("RGB").getpixel((5, 5)) == (0, 0, 255)


def test_a_small_picture_is_sent_as_it_is(root, tmp_path):
    Image.new("L", (8, 8)).save(root / "a.png")
    path, kind = picture_file(find_picture(dataset_of(root, "a.png"), 0), 0, "full", tmp_path)
    assert (path, kind) == (root / "a.png", "image/png")


def test_a_smaller_picture_waits_for_no_disk(root, tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(
        os, "fsync", waited.append
    )  # else decisions, which have to wait for the disk, wait for this too
    Image.new("RGB", (600, 300)).save(root / "wide.jpg")
    made, _ = picture_file(find_picture(dataset_of(root, "wide.jpg"), 0), 0, "thumb", tmp_path / "cache")
    assert made.exists() and not waited


def test_a_smaller_picture_left_empty_by_a_power_cut_is_made_again(root, tmp_path):
    Image.new("RGB", (600, 300)).save(root / "wide.jpg")
    found = find_picture(dataset_of(root, "wide.jpg"), 0)
    made, _ = picture_file(found, 0, "thumb", tmp_path / "cache")
    whole = made.read_bytes()
    made.write_bytes(b"")
    again, _ = picture_file(found, 0, "thumb", tmp_path / "cache")
    assert again == made and made.read_bytes() == whole
