"""Same bytes every time, whole or not at all, and nobody's own files overwritten."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from cleaning.errors import InputError
from data_adapters.demo import demo_folder as demo_folder_module
from data_adapters.demo import write_demo
from data_adapters.demo.demo_folder import is_complete, write_once


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def fill_tiny(folder: Path) -> dict:
    (folder / "samples.csv").write_text("sample_id,label\ns1,one\n")
    return {"name": "tiny"}


def test_both_sets_are_the_same_bytes_every_time(demo_folder, tmp_path):
    np.random.seed(123)  # a demo that used the global generator would now differ
    assert write_demo(tmp_path) == [tmp_path / "digits", tmp_path / "questions"]
    assert hashes(tmp_path) == hashes(demo_folder)
    assert len(hashes(tmp_path)) > 1_800


def test_only_the_two_sets_are_left_behind(demo_folder):
    assert sorted(path.name for path in demo_folder.iterdir()) == ["digits", "questions"]


def test_a_complete_set_is_left_alone(demo_folder):
    before = {path: path.stat().st_mtime_ns for path in demo_folder.rglob("*")}
    told = []
    write_demo(demo_folder, lambda doing, share: told.append((doing, share)))
    assert {path: path.stat().st_mtime_ns for path in demo_folder.rglob("*")} == before
    assert [share for _, share in told] == [0.0, 0.5, 1.0]
    assert all(isinstance(doing, str) and doing for doing, _ in told)


def test_an_incomplete_set_is_written_anew(tmp_path):
    target = write_once(tmp_path / "tiny", fill_tiny)
    (target / "samples.csv").unlink()
    assert not is_complete(target)
    write_once(target, fill_tiny)
    assert is_complete(target)
    assert (target / "samples.csv").exists()


def test_a_set_of_an_older_version_is_written_anew(tmp_path, monkeypatch):
    target = write_once(tmp_path / "tiny", fill_tiny)
    monkeypatch.setattr(demo_folder_module, "DEMO_VERSION", demo_folder_module.DEMO_VERSION + 1)
    assert not is_complete(target)
    write_once(target, fill_tiny)
    assert is_complete(target)


def test_an_interrupt_leaves_nothing(tmp_path):
    def interrupted(folder: Path) -> dict:
        fill_tiny(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_once(tmp_path / "tiny", interrupted)
    assert list(tmp_path.iterdir()) == []


def write_as_rival(target: Path) -> None:
    write_once(target, lambda folder: {**fill_tiny(folder), "name": "rival"})


def name_in(target: Path) -> str:
    return json.loads((target / "dataset.json").read_text())["name"]


def test_a_rival_that_finished_first_stays(tmp_path):
    def overtaken(folder: Path) -> dict:
        write_as_rival(tmp_path / "tiny")
        return fill_tiny(folder)

    write_once(tmp_path / "tiny", overtaken)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]
    assert name_in(tmp_path / "tiny") == "rival"


def test_a_rival_that_finishes_at_the_last_moment_stays(tmp_path, monkeypatch):
    rename = Path.rename

    def overtaken(draft: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "rename", rename)
        write_as_rival(tmp_path / "tiny")
        return rename(draft, target)

    monkeypatch.setattr(Path, "rename", overtaken)
    write_once(tmp_path / "tiny", fill_tiny)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]
    assert name_in(tmp_path / "tiny") == "rival"


def test_a_rename_that_fails_for_another_reason_is_told(tmp_path, monkeypatch):
    def refused(draft: Path, target: Path) -> Path:
        raise PermissionError("not here")

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(InputError, match="tiny' could not be written: not here"):
        write_once(tmp_path / "tiny", fill_tiny)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("description", [None, "{", "[]", '{"format": 1}', '{"demo": {"version": 1}}'])
def test_a_folder_that_is_no_demo_set_is_never_touched(tmp_path, description):
    own = tmp_path / "tiny"
    own.mkdir()
    (own / "mine.txt").write_text("mine")
    if description is not None:
        (own / "dataset.json").write_text(description)
    before = hashes(own)
    with pytest.raises(InputError, match="not a demo set"):
        write_once(own, fill_tiny)
    assert hashes(own) == before
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


@pytest.mark.parametrize("name", ["digits", "questions"])
def test_each_folder_says_what_it_is_and_what_is_planted(demo_folder, name):
    readme = (demo_folder / name / "README.txt").read_text(encoding="utf-8")
    assert "planted" in readme and "on purpose" in readme and "planted_truth.csv" in readme
    assert ("SIMULATED" in readme) == (name == "questions")
    assert max(map(len, readme.splitlines())) < 115


def test_descriptions_are_in_our_format(digits, questions):
    assert (digits.description["format"], digits.description["kind"]) == (1, "image")
    assert (questions.description["format"], questions.description["kind"]) == (1, "question")
    assert questions.description["group_column"] in questions.samples
    for demo_set, simulated in ((digits, False), (questions, True)):
        for name, entry in demo_set.description["experts"].items():
            assert entry["simulated"] is simulated
            assert name.startswith("simulated_") is simulated
            assert entry["cost"] > 0 and entry["family"]
            assert entry.get("score_kind", "logits") in ("logits", "probabilities")
            assert len(list((demo_set.folder / "experts").glob(f"{name}.*"))) == 1


def test_dataset_json_counts_every_file(demo_folder):
    for name in ("digits", "questions"):
        entry = json.loads((demo_folder / name / "dataset.json").read_text())["demo"]
        assert entry["files"] == len(hashes(demo_folder / name))
