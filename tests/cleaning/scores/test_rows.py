"""Rows of a file whose columns lie one after the other: the same numbers, and a file that is cut is a sentence."""

import subprocess
import sys

import numpy as np
import pytest

from cleaning.scores.rows import read_rows
from tests.conftest import REPOSITORY

RNG = np.random.default_rng(0)
SCORES = RNG.normal(size=(5_000, 6)).astype(np.float32)
ROWS = {
    "a slice": slice(120, 900),
    "all": slice(0, 5_000),
    "beyond the end": slice(4_990, 6_000),
    "none": slice(7, 7),
    "close together": np.arange(0, 5_000, 3),
    "far apart": np.array([3, 4_990]),
    "in no order": RNG.integers(0, 5_000, 700),
    "no rows": np.arange(0),
}
CHILD = """
import os, sys
import numpy as np
from cleaning.errors import InputError
from cleaning.scores.rows import read_rows
scores = np.load(sys.argv[1], mmap_mode="r")
os.truncate(sys.argv[1], 128)
for rows in (slice(0, 4_000), np.arange(3_000), np.array([3, 4_990])):
    try:
        read_rows(scores, rows)
    except InputError as error:
        print(error)
"""


@pytest.fixture
def turned(tmp_path):
    np.save(tmp_path / "turned.npy", np.asfortranarray(SCORES))
    return tmp_path / "turned.npy"


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_rows_of_a_file_with_its_columns_first(turned, tmp_path, rows):
    np.save(tmp_path / "flat.npy", np.ascontiguousarray(SCORES.T))
    for scores in (np.load(turned, mmap_mode="r"), np.load(tmp_path / "flat.npy", mmap_mode="r").T):
        for into in (None, np.empty((5_000, 6), np.float32)):
            read = read_rows(scores, rows, into)
            assert not isinstance(read, np.memmap)
            np.testing.assert_array_equal(read, SCORES[rows], strict=True)


def test_a_file_with_its_columns_first_that_is_cut_ends_in_a_sentence(turned):
    done = subprocess.run([sys.executable, "-c", CHILD, turned], capture_output=True, text=True, cwd=REPOSITORY)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("'turned.npy' became shorter while it was read.") == 3
