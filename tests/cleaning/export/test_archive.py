"""The ZIP of everything: its manifest tells the truth, and its bytes are made the same twice."""

import hashlib
import io
import json
import time
import zipfile

import pytest

from cleaning.errors import InputError
from cleaning.export import available_exports, write_export
from cleaning.export.formats import archive
from cleaning.export.formats.archive import zip_files, zip_made
from tests.cleaning.export.making import a_workspace, some_decisions, some_questions


def test_the_manifest_names_every_file_with_its_hash(tmp_path):
    workspace, run = a_workspace(tmp_path, some_questions())
    log = some_decisions(workspace.dataset(), run.id)
    data = write_export("everything", workspace, run, log)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
        assert {e.date_time for e in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    manifest = json.loads(files.pop("manifest.json"))
    assert {f["file"]: f["sha256"] for f in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items()
    }
    suited = [kind for kind in available_exports() if kind.suits("question")]
    assert set(files) == {kind.file_name for kind in suited if kind.name != "everything"}
    assert files["patch.jsonl"] == write_export("patch", workspace, run, log)
    assert manifest["dataset"]["fingerprint"] == workspace.id


def test_the_order_of_files_does_not_matter():
    assert zip_files({"a": b"1", "b": b"2"}, {}) == zip_files({"b": b"2", "a": b"1"}, {})


def in_blocks(count: int, made: list[int]):
    for number in range(count):
        made.append(number)
        yield b"%07d" % number * 150_000


def test_a_file_in_blocks_is_packed_as_a_whole_one_is():
    whole, apart = io.BytesIO(), io.BytesIO()
    zip_made(whole, "ab", lambda name: b"first" if name == "a" else b"".join(in_blocks(4, [])), {})
    zip_made(apart, "ab", lambda name: b"first" if name == "a" else in_blocks(4, []), {})
    with zipfile.ZipFile(whole) as one, zipfile.ZipFile(apart) as other:
        assert other.testzip() is None
        assert [one.read(name) for name in one.namelist()] == [other.read(name) for name in other.namelist()]
        for name in one.namelist():
            entries = one.getinfo(name), other.getinfo(name)
            assert len({(e.CRC, e.compress_size, e.external_attr, e.create_system, e.date_time) for e in entries}) == 1


def test_only_some_blocks_wait_to_be_packed(monkeypatch):
    made, most, real = list[int](), [0], archive.hashlib.sha256

    class Slow:
        """Counts how many blocks are made while one is packed."""

        def __init__(self) -> None:
            self.real, self.packed = real(), 0

        def update(self, block: bytes) -> None:
            time.sleep(0.01)
            self.packed += 1
            most[0] = max(most[0], len(made) - self.packed)
            self.real.update(block)

        def hexdigest(self) -> str:
            return self.real.hexdigest()

    monkeypatch.setattr(archive.hashlib, "sha256", Slow)
    monkeypatch.setattr(archive, "MOST_WAITING", 3 * 1_050_000)
    zip_made(io.BytesIO(), "a", lambda name: in_blocks(40, made))
    assert len(made) == 40 and most[0] <= 4


def test_what_goes_wrong_while_a_block_is_made_is_told():
    def breaking():
        yield b"begun"
        raise InputError("The file became shorter.")

    with pytest.raises(InputError, match="became shorter"):
        zip_made(io.BytesIO(), "a", lambda name: breaking())


def test_what_goes_wrong_while_packing_is_told():
    class Full(io.BytesIO):
        def write(self, data) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        zip_made(Full(), "a", lambda name: in_blocks(40, []))
