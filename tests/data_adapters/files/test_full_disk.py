"""A full disk or an interrupt leaves no half workspace, and large arrays are copied once, block by block."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cleaning.domain.experts import FullExpert
from cleaning.errors import InputError, NotWritten, WorkspaceError
from cleaning.keep import stored, stored_experts
from cleaning.keep import workspaces as run_store
from cleaning.keep.workspaces import create_workspace, list_workspaces, open_workspace
from cleaning.scores.reserved import new_npy
from cleaning.suspect import pipeline
from data_adapters.doctor import conversions
from data_adapters.doctor.conversions import converted
from tests.factories import planted_dataset


@pytest.fixture
def planted():
    return planted_dataset(n=60, classes=3, experts=3, kinds=("logits", "top1", "votes"))


def failing_at(monkeypatch, call: int, error: BaseException):
    """The so-many-eth array that is written fails after it has been written in part."""
    sound, calls = stored_experts.save_array, []

    def save(path, array):
        calls.append(path)
        if len(calls) == call:
            path.write_bytes(b"\x93NUMPY half")
            raise error
        sound(path, array)

    monkeypatch.setattr(stored_experts, "save_array", save)


@pytest.mark.parametrize("call", [1, 2, 4])
def test_a_full_disk_leaves_no_workspace(planted, tmp_path, monkeypatch, call):
    failing_at(monkeypatch, call, OSError(28, "No space left on device"))
    with pytest.raises(InputError, match="No space left on device"):
        create_workspace(tmp_path / "spaces", planted.dataset, planted.experts)
    assert list((tmp_path / "spaces").iterdir()) == []
    monkeypatch.undo()
    made = create_workspace(tmp_path / "spaces", planted.dataset, planted.experts)
    assert len(made.experts()) == 3


def test_an_interrupt_leaves_no_workspace(planted, tmp_path, monkeypatch):
    failing_at(monkeypatch, 2, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        create_workspace(tmp_path / "spaces", planted.dataset, planted.experts)
    assert list((tmp_path / "spaces").iterdir()) == []


def test_a_full_disk_leaves_an_older_workspace_as_it_was(planted, tmp_path, monkeypatch):
    root = tmp_path / "spaces"
    made = create_workspace(root, planted.dataset, planted.experts[:2])
    before = {path: path.read_bytes() for path in made.folder.rglob("*") if path.is_file()}
    failing_at(monkeypatch, 1, OSError(28, "No space left on device"))
    with pytest.raises(WorkspaceError, match="Expert 'votes_2' could not be kept: No space left"):
        create_workspace(root, planted.dataset, planted.experts)
    assert {path: path.read_bytes() for path in made.folder.rglob("*") if path.is_file()} == before
    assert [w.id for w in list_workspaces(root)] == [made.id]


def test_a_folder_that_cannot_be_made_is_a_sentence(planted, tmp_path, monkeypatch):
    def refuse(dataset, *rest):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(run_store, "write_dataset", refuse)
    with pytest.raises(NotWritten, match="The workspace could not be written: Read-only file system"):
        create_workspace(tmp_path / "spaces", planted.dataset, planted.experts)


def test_experts_named_by_path_are_found_after_the_folder_took_its_place(planted, tmp_path):
    """Scores below the workspaces' root are kept as a relative path, written before the folder is renamed."""
    root = tmp_path / "spaces"
    (root / "uploads").mkdir(parents=True)
    np.save(root / "uploads" / "net.npy", planted.experts[0].scores)
    mapped = np.load(root / "uploads" / "net.npy", mmap_mode="r")
    expert = replace(planted.experts[0], scores=mapped)
    made = create_workspace(root, planted.dataset, [expert])
    kept = open_workspace(root, made.id).experts()[0]
    assert Path(kept.scores.filename) == root / "uploads" / "net.npy"
    assert list((made.folder / "experts").glob("*.npy")) == []


def test_large_arrays_are_copied_in_blocks(planted, tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "COPIED_AT_ONCE", 100)
    turned = np.asfortranarray(planted.experts[0].scores)
    made = create_workspace(tmp_path / "spaces", planted.dataset, [FullExpert("net", scores=turned)])
    kept = made.experts()[0].scores
    assert isinstance(kept, np.memmap) and np.array_equal(kept, turned)


def test_large_conversions_do_not_stay_in_memory(monkeypatch):
    monkeypatch.setattr(conversions, "IN_MEMORY_BYTES", 100)
    scores = np.arange(30_000, dtype=np.float32).reshape(10_000, 3)
    turned = converted(scores, lambda block: block[:, ::-1])
    assert isinstance(turned, np.memmap) and not turned.filename
    assert np.array_equal(turned, scores[:, ::-1])
    monkeypatch.setattr(conversions, "IN_MEMORY_BYTES", 10**9)
    small = converted(scores, lambda block: block / 2, np.float64)
    assert not isinstance(small, np.memmap) and np.array_equal(small, scores / 2)


def full_from(monkeypatch, least: int):
    """A disk that has no room for files of so many bytes or more."""

    def allocate(descriptor, offset, size):
        if size >= least:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", allocate, raising=False)


def test_room_is_taken_before_an_array_is_filled(tmp_path, monkeypatch):
    made = new_npy(tmp_path / "a.npy", np.float32, (1000, 10))
    assert made.shape == (1000, 10) and (tmp_path / "a.npy").stat().st_blocks * 512 >= 40_000
    full_from(monkeypatch, 40_000)
    with pytest.raises(OSError, match="No space left"):
        new_npy(tmp_path / "b.npy", np.float32, (1000, 10))
    assert not (tmp_path / "b.npy").exists()


def test_a_disk_that_fills_while_scoring_ends_in_a_sentence(planted, tmp_path, monkeypatch):
    made = create_workspace(tmp_path / "spaces", planted.dataset, planted.experts)
    full_from(monkeypatch, 1)
    with pytest.raises(NotWritten, match="What the experts say could not be kept: No space left on device"):
        pipeline.run(planted.dataset, planted.experts, store=made.opinion_store())
    monkeypatch.undo()
    pipeline.run(planted.dataset, planted.experts, store=made.opinion_store())


def test_a_disk_without_room_for_a_changed_copy_ends_in_a_sentence(monkeypatch):
    monkeypatch.setattr(conversions, "IN_MEMORY_BYTES", 10)
    full_from(monkeypatch, 1)
    with pytest.raises(NotWritten, match="A changed copy of the scores could not be kept: No space left"):
        converted(np.ones((6, 3), np.float32), lambda block: block)
