"""The first records of an export as the other program will see them: read from the very bytes that are handed out."""

import io
import itertools
import json
import zipfile
from collections.abc import Callable, Iterable
from pathlib import PurePath

import numpy as np
import pandas as pd

MOST = 5
LONGEST = 200


def first_records(file_name: str, data: bytes, most: int = MOST) -> list[dict[str, str]]:
    """Up to ``most`` records, each field as a short text; none of a file that holds no records (a page, settings).

    Of an archive those of its largest file that holds any.
    """
    read = READERS.get(PurePath(file_name).suffix.lower())
    found = [] if read is None else read(data, most)
    return [{str(name): _short(value) for name, value in one.items()} for one in found]


def _short(value: object) -> str:
    if isinstance(value, float) and value != value:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _csv(data: bytes, most: int) -> list[dict]:
    table = pd.read_csv(io.BytesIO(data), nrows=most, dtype=str, keep_default_na=False)
    return table.to_dict("records")


def _parquet(data: bytes, most: int) -> list[dict]:
    from pyarrow import parquet

    batch = next(parquet.ParquetFile(io.BytesIO(data)).iter_batches(batch_size=most), None)
    return [] if batch is None else batch.to_pylist()


def _arrow(data: bytes, most: int) -> list[dict]:
    import pyarrow as pa

    batch = next(iter(pa.ipc.open_stream(data)), None)
    return [] if batch is None else batch.slice(0, most).to_pylist()


def _json_lines(data: bytes, most: int) -> list[dict]:
    lines = itertools.islice(io.BytesIO(data), most + 1)
    found = [json.loads(line) for line in lines]
    return [one for one in found if "format" not in one and "end" not in one][:most]  # but head and closing line


def _json(data: bytes, most: int) -> list[dict]:
    held = json.loads(data)
    rows: Iterable = held if isinstance(held, list) else _labels_by_picture(held)
    return [one if isinstance(one, dict) else {"value": one} for one in itertools.islice(rows, most)]


def _labels_by_picture(held: object) -> list[dict]:
    """FiftyOne's: {"classes", "labels": {picture: label}}."""
    if not isinstance(held, dict) or held.keys() != {"classes", "labels"}:
        return []
    return [{"picture": picture, **one} for picture, one in held["labels"].items()]


def _npy(data: bytes, most: int) -> list[dict]:
    values = np.load(io.BytesIO(data), allow_pickle=False)[:most]
    return [{"row": row, "value": value} for row, value in enumerate(values.tolist())]


def _zip(data: bytes, most: int) -> list[dict]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        held = [one for one in archive.infolist() if PurePath(one.filename).suffix in (".arrow", ".jsonl")]
        if not held:
            return []
        # beside the largest lie short lists, of what was left out, and splits that go out unchanged
        largest = max(held, key=lambda one: (_is_corrected(archive, one), one.file_size))
        return READERS[PurePath(largest.filename).suffix](archive.read(largest), most)


def _is_corrected(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bool:
    """Whether a file of Arrow has our columns beside those of its source."""
    if not one.filename.endswith(".arrow"):
        return False
    import pyarrow as pa

    with archive.open(one) as file, pa.ipc.open_stream(file) as reader:
        return {"mask", "final_labels"} <= set(reader.schema.names)


READERS: dict[str, Callable[[bytes, int], list[dict]]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".arrow": _arrow,
    ".jsonl": _json_lines,
    ".json": _json,
    ".npy": _npy,
    ".zip": _zip,
}
