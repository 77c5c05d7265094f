"""Tables in JSON, Excel and packed files, and damaged Arrow files, which end in a sentence and not the process."""

import bz2
import gzip
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cleaning.errors import InputError
from data_adapters.files.tables import read_table
from tests.conftest import REPOSITORY
from tests.data_adapters.joining.kinds import Made, read_both, written

BIRDS = Made(("heron", "jay", "kite", "owl"))
ROWS = {"sample_id": BIRDS.ids, "pred": BIRDS.said, "conf": BIRDS.sure}


def right(reading):
    np.testing.assert_array_equal(reading.experts[0].predicted, BIRDS.answers)
    np.testing.assert_allclose(reading.experts[0].confidence, BIRDS.sure, atol=1e-6)
    np.testing.assert_array_equal(reading.dataset.given_labels, BIRDS.given)


def labels(folder):
    return written(folder / "labels.csv", {"sample_id": BIRDS.ids, "label": BIRDS.labels})


@pytest.mark.parametrize("orient", ["records", "columns", "split", "list", "inside", "by id"])
def test_json_tables(tmp_path, orient):
    frame, path = pd.DataFrame(ROWS), tmp_path / "m.json"
    if orient in ("records", "columns", "split"):
        frame.to_json(path, orient=orient)
    elif orient == "by id":
        path.write_text(frame.set_index("sample_id").to_json(orient="index"))
    else:
        path.write_text(
            json.dumps(
                {"model": "x", "results": frame.to_dict("records")} if orient == "inside" else frame.to_dict("list")
            )
        )
    right(read_both(labels(tmp_path), path))


def test_an_object_of_answers_by_id(tmp_path):
    (tmp_path / "m.json").write_text(json.dumps(dict(zip(BIRDS.ids, BIRDS.said))))
    reading = read_both(labels(tmp_path), tmp_path / "m.json")
    np.testing.assert_array_equal(reading.experts[0].predicted, BIRDS.answers)


@pytest.mark.parametrize("content", ['{"a": 1, "b": [2]}', "3", "[1, 2]", "{}", "[]", '{"a": '])
def test_json_that_is_no_table_is_a_sentence(tmp_path, content):
    (tmp_path / "m.json").write_text(content)
    with pytest.raises(InputError, match=r"no table|no sound JSON|no rows|other things|mixes"):
        read_table(tmp_path / "m.json")


def test_excel(tmp_path):
    ids = [f"{i:04d}" for i in range(BIRDS.n)]
    pd.DataFrame({"sample_id": ids, "label": BIRDS.labels}).to_excel(tmp_path / "labels.xlsx", index=False)
    pd.DataFrame(ROWS | {"sample_id": ids}).to_excel(tmp_path / "m.xlsx", index=False)
    reading = read_both(tmp_path / "labels.xlsx", tmp_path / "m.xlsx")
    right(reading)
    assert reading.dataset.sample_ids.tolist() == ids
    (tmp_path / "bad.xlsx").write_bytes((tmp_path / "m.xlsx").read_bytes()[:900])
    with pytest.raises(InputError, match="cannot be read as an Excel workbook"):
        read_table(tmp_path / "bad.xlsx")


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize(("ending", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_packed_tables(tmp_path, suffix, ending, pack):
    plain = written(tmp_path / f"m{suffix}", ROWS)
    packed = tmp_path / f"m{suffix}{ending}"
    packed.write_bytes(pack(plain.read_bytes()))
    right(read_both(labels(tmp_path), packed))
    packed.write_bytes(packed.read_bytes()[:-40])
    with pytest.raises(InputError):
        read_table(packed)


def test_zstd(tmp_path):
    plain = written(tmp_path / "m.csv", ROWS)
    with pa.output_stream(str(tmp_path / "m.csv.zst"), compression="zstd") as file:
        file.write(plain.read_bytes())
    right(read_both(labels(tmp_path), tmp_path / "m.csv.zst"))


FLIPPED = """
import sys
from pathlib import Path
import numpy as np
from cleaning.errors import InputError
from data_adapters.files.tables import read_table
path = Path(sys.argv[1]); whole = path.read_bytes(); rng = np.random.default_rng(int(sys.argv[2])); ends = []
for place in rng.choice(len(whole), 150, replace=False):
    damaged = bytearray(whole); damaged[place] ^= 1 << rng.integers(8)
    path.write_bytes(damaged)
    try:
        table = read_table(path)
        for column in table.columns:
            table.text(column)
        ends.append("read")
    except InputError:
        ends.append("sentence")
print(ends.count("sentence"), len(ends))
"""


@pytest.mark.parametrize("suffix", [".feather", ".parquet"])
@pytest.mark.parametrize("packing", ["uncompressed", "lz4"])
def test_a_flipped_bit_never_ends_the_process(tmp_path, suffix, packing):
    frame = pd.DataFrame(ROWS)[:80]
    if suffix == ".feather":
        frame.to_feather(tmp_path / "t.feather", compression=packing)
    else:
        frame.to_parquet(tmp_path / "t.parquet", compression=None if packing == "uncompressed" else packing)
    done = subprocess.run(
        [sys.executable, "-c", FLIPPED, str(tmp_path / f"t{suffix}"), "7"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-600:]
    told, tried = map(int, done.stdout.split())
    assert tried == 150 and told > 0
