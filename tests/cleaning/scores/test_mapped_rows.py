"""Large arrays of a run: they give what an array gives, and a file that is cut under them ends in a sentence."""

import os
import subprocess
import sys

import numpy as np
import pytest

from cleaning.errors import InputError
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import create_workspace
from cleaning.scores import npy_files
from tests.factories import planted_dataset

LOOKS = {
    "a row": "run.predicted[7]",
    "rows": "run.predicted[np.array([3, 8999, 5])]",
    "a column": "run.predicted[:, 1]",
    "cells": "run.confidence[np.arange(9000), 1]",
    "a mask": "run.confidence[np.ones(9000, bool)]",
    "the whole": "np.asarray(run.confidence)",
    "a comparison": "(run.predicted != np.zeros(9000, int)[:, None]).sum(axis=1)",
    "a function": "np.isnan(run.confidence)",
    "an own sum": "run.confidence.sum()",
    "one number a sample": "np.zeros(9000) > run.label_probability",
    "one after the other": "[row for row in run.predicted]",
}
CHILD = """
import os, sys
from pathlib import Path
import numpy as np
from cleaning.errors import InputError
from cleaning.keep.runs import Run
from cleaning.scores import npy_files
npy_files.READ_BYTES = 0
run = Run("r", Path(sys.argv[1]), *[None] * 7)
run.predicted, run.confidence, run.label_probability
for name in ("predicted", "confidence", "label_probability"):
    os.truncate(run.folder / f"{name}.npy", 128)
try:
    eval(sys.argv[2])
except InputError as error:
    print(error)
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    np.save(tmp_path / "predicted.npy", rng.integers(-1, 10, (9000, 3)).astype(np.int32))
    np.save(tmp_path / "confidence.npy", rng.random((9000, 3), np.float32))
    np.save(tmp_path / "label_probability.npy", rng.random(9000, np.float32))
    monkeypatch.setattr(npy_files, "READ_BYTES", 0)
    return Run("r", tmp_path, *[None] * 7)


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_file_cut_under_a_run_ends_in_a_sentence(run, look):
    done = subprocess.run([sys.executable, "-c", CHILD, run.folder, look], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "became shorter while it was read." in done.stdout


ROWS = np.random.default_rng(1).integers(-9000, 9000, 4000)
KEYS = [
    3, -2, np.int64(8), [4, 4, 1], [], slice(None), slice(5, 50), slice(50, 5), slice(9, 2, -3), slice(0, 9000, 2),
    ROWS, np.sort(ROWS), ROWS[:8].reshape(2, 4), np.arange(9000) % 7 == 0, np.zeros(9000, bool),
    (3, 1), (slice(None), 1), (slice(2, 9), [0, 2]), (slice(None), slice(1, 3)), (slice(9, 2, -3), 1), (ROWS, 1),
    (ROWS, ROWS % 3), (ROWS, slice(1, 3)), (ROWS[:, None], [0, 2]), (slice(None), None, 1), (None, 3), ..., (..., 1),
    (slice(0, 0), 1), (np.arange(9000) % 7 == 0, 1),
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS, ids=lambda k: str(k)[:30])
def test_it_gives_what_an_array_gives(run, key):
    whole = np.load(run.folder / "predicted.npy")
    found = run.predicted[key]
    assert type(found) is type(whole[key]) and found.dtype == whole.dtype
    np.testing.assert_array_equal(found, whole[key])


def test_it_reckons_as_an_array_does(run):
    predicted, labels = np.load(run.folder / "predicted.npy"), np.arange(9000) % 10
    for of in (
        lambda p: p == labels[:, None], lambda p: labels[:, None] != p, lambda p: p >= 0, lambda p: -p, lambda p: p + p,
        lambda p: p == p[4], lambda p: p == p[4:5], lambda p: np.arange(8)[:, None, None] + p,
        lambda p: np.add.reduce(p), lambda p: p * np.ones((2, 9000, 3)), lambda p: p.T @ p,
        lambda p: np.where(p == -1, 0, p), lambda p: np.stack([p[:, 0], p[:, 1]]), lambda p: np.array(p, np.float32),
        lambda p: p.astype(np.int8), lambda p: np.isin(p, [1, 2]), lambda p: np.equal(p, 3, where=p > 0, out=p > 99),
        lambda p: np.broadcast_to(labels[:, None], p.shape)[p > 0], lambda p: p.sum(axis=1), lambda p: np.divmod(p, 3),
    ):  # fmt: skip
        np.testing.assert_array_equal(of(run.predicted), of(predicted), strict=True)
    for outside in (9000, -9001, [3, 9000], np.array([-9001]), ROWS > 0):
        with pytest.raises(IndexError):
            run.predicted[outside]


def test_a_file_with_its_columns_first_is_read_as_a_whole(run):
    turned = np.asfortranarray(np.load(run.folder / "predicted.npy"))
    np.save(run.folder / "predicted.npy", turned)
    assert not isinstance(run.predicted, np.memmap)
    os.truncate(run.folder / "predicted.npy", 128)
    np.testing.assert_array_equal(run.predicted[:, 1], turned[:, 1])


def test_a_small_file_is_an_array_in_memory(run, monkeypatch):
    monkeypatch.setattr(npy_files, "READ_BYTES", 1 << 28)
    assert type(run.predicted) is np.ndarray


def test_a_run_whose_file_is_cut_before_says_so(run):
    os.truncate(run.folder / "predicted.npy", 128)
    with pytest.raises(InputError, match="ends too early"):
        _ = run.predicted


def test_answers_of_an_expert_that_are_cut_under_it_end_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(npy_files, "READ_BYTES", 0)
    planted = planted_dataset(n=9_000, kinds=("votes",), experts=1)
    workspace = create_workspace(tmp_path, planted.dataset, planted.experts)
    (expert,) = workspace.experts()
    np.testing.assert_array_equal(expert.predicted, planted.experts[0].predicted)
    (place,) = (workspace.folder / "experts").glob("*.predicted.npy")
    os.truncate(place, 128)
    with pytest.raises(InputError, match="became shorter"):
        _ = expert.predicted[np.arange(9_000)]
