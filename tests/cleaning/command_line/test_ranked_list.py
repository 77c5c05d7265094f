"""The ranked list as a file is what pandas would have written of the same table."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cleaning.command_line.shared import ranked_list
from cleaning.command_line.shared.ranked_list import write_ranked
from cleaning.errors import InputError
from cleaning.suspect import pipeline
from tests.factories import planted_dataset

NAMES = ("plain", "with, comma", 'with "quotes"', "漢字", "two\nlines", "")


@pytest.fixture
def scored(monkeypatch):
    """A hundred rows at a time; ids and class names that need care; numbers of very different size."""
    monkeypatch.setattr(ranked_list, "WRITTEN_ROWS", 100)
    planted = planted_dataset(n=350)
    ids = np.array([f"é{i}" if i % 7 else f"a,{i}" for i in range(350)], object)
    named = replace(planted.dataset, class_names=NAMES, sample_ids=ids)
    found = pipeline.run(named, planted.experts)
    wide = found.suspicion * 10.0 ** -np.random.default_rng(0).integers(0, 20, 350)
    return replace(found, suspicion=wide, confidence=wide[::-1].astype(np.float32))


def test_csv_is_that_of_pandas_byte_for_byte(scored, tmp_path):
    write_ranked(scored, pipeline.COLUMNS, tmp_path / "ours.csv")
    scored.table[list(pipeline.COLUMNS)].to_csv(tmp_path / "pandas.csv", index=False)
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "pandas.csv").read_bytes()


def test_parquet_reads_as_that_of_pandas(scored, tmp_path):
    names = [*pipeline.COLUMNS, "row", "given"]
    write_ranked(scored, names, tmp_path / "ours.parquet")
    scored.table[names].to_parquet(tmp_path / "pandas.parquet", index=False)
    ours, theirs = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in ("ours", "pandas"))
    pd.testing.assert_frame_equal(ours, theirs)
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["ours.parquet", "pandas.parquet"]


def test_a_place_that_cannot_be_is_said_in_a_sentence(scored, tmp_path):
    (tmp_path / "gone").write_text("a file where a folder was")
    with pytest.raises(InputError, match=r"ours\.csv' could not be written: (File exists|Not a directory)"):
        write_ranked(scored, pipeline.COLUMNS, tmp_path / "gone" / "ours.csv")
