"""The ZIP of everything: its manifest tells the truth, and its bytes are made the same twice."""

import hashlib
import io
import json
import zipfile

from cleaning.export import available_exports, write_export
from cleaning.export.formats.archive import zip_files
from tests.cleaning.export.making import a_workspace, some_decisions, some_questions


def test_the_manifest_names_every_file_with_its_hash(tmp_path):
    workspace, run = a_workspace(tmp_path, some_questions())
    log = some_decisions(workspace.dataset(), run.id)
    data = write_export("everything", workspace, run, log)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
        assert {e.date_time for e in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
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
