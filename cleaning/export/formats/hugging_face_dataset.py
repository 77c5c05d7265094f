"""Corrected labels as a Hugging Face dataset folder that ``datasets.load_from_disk`` opens.

What was read from Hugging Face files goes out as it came: all its splits, one of them corrected, every column in its own
type, with what the source says of licence, homepage and citation. It is written batch by batch.

Anything else with splits goes out with them too: where the samples have a column ``split``, the folder is a
``DatasetDict``.

The layout (an Arrow stream, ``dataset_info.json``, ``state.json``) is written with pyarrow alone, so nothing needs to
be installed and the same decisions always give the same bytes.
"""

import hashlib
import io
import json
import re
from collections.abc import Mapping
from functools import partial
from typing import IO

import numpy as np
import pandas as pd
import pyarrow as pa

from cleaning.domain.dataset import SPLIT
from cleaning.domain.origin import ABOUT, Origin
from cleaning.errors import InputError, counted, first_five
from cleaning.export.formats.archive import Content
from cleaning.export.formats.as_it_came.arrow_file import ArrowFile, schema_saying
from cleaning.export.formats.as_it_came.source_splits import CorrectedSplit, SourceSplit
from cleaning.export.formats.corrected import final_label_lists, mask_column
from cleaning.export.formats.row_texts import Coded
from cleaning.export.handover import Handover
from cleaning.settle.final_labels import DROPPED
from cleaning.version import __version__

SPLIT_NAME = re.compile(r"\w[\w.-]{0,80}")  # as the library asks, and no path
ARROW_FILE = "data-00000-of-00001.arrow"
_TEXT = {"dtype": "string", "_type": "Value"}
_LISTS, _FEATURE_OF_LISTS = pa.list_(pa.string()), {"feature": _TEXT, "_type": "Sequence"}
PICTURE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
MOST_BYTES = 2 * 1024**3
CONTENT_ROLES = ("question", "options", "given label")
_WHOLE = {"dtype": "int64", "_type": "Value"}


def hugging_face_files(handover: Handover) -> Mapping[str, Content]:
    """Path -> content of the folder. Dropped samples are left out.

    What was read from Hugging Face files: all splits of it (``source_splits``). Of anything else the columns sample_id,
    label (corrected; a ClassLabel), given_label, final_labels (class names that count as right), mask, then every column
    of the samples as it was read; with the option ``with_pictures`` image is an Image. Raises InputError.
    """
    origin = handover.dataset.origin
    if origin is not None and (handover.options.source_needed or not origin.missing):
        return _as_it_came(handover, origin)
    codes = handover.final.codes()
    stay = np.flatnonzero(codes != DROPPED)
    splits = _splits(handover, stay)
    if not splits:
        return _one_dataset(handover, stay)
    files = {"dataset_dict.json": _json({"splits": list(splits)})}
    for split, rows in splits.items():
        files |= {f"{split}/{name}": data for name, data in _one_dataset(handover, rows, split).items()}
    return files


def _as_it_came(handover: Handover, origin: Origin) -> dict[str, Content]:
    """All splits of the source. Raises InputError where its files are not there any more."""
    if origin.missing:
        raise InputError(
            f"{counted(len(origin.missing), 'file')} of the dataset that was read changed or lie elsewhere now: "
            f"{first_five(origin.missing)}. Put them back, or read the dataset again from where it is now."
        )
    if not all(SPLIT_NAME.fullmatch(name) for name in origin.splits if len(origin.splits) > 1 or name):
        raise InputError("A split of the dataset has a name that cannot be a folder. Rename it in the source.")
    files, content = dict[str, Content](), _columns_of_content(handover)
    for name, split in origin.splits.items():
        pictures, mine = handover.options.with_pictures, name == origin.split
        came = CorrectedSplit(handover, origin, pictures, content) if mine else SourceSplit(split, pictures, content)
        arrow, features = ArrowFile(came.schema, came.features(), came.batches), came.features()
        said = dict.fromkeys(ABOUT, "") | dict(split.about)
        if mine:
            said["description"] = "\n\n".join(filter(None, (said["description"], _described(handover))))
        inner: dict[str, Content] = {
            ARROW_FILE: arrow.write,
            "dataset_info.json": _json(said | {"features": features}),
            "state.json": partial(_write_state, arrow, name or None),
        }
        files |= {f"{name}/{one}" if name else one: content for one, content in inner.items()}
    return files | ({"dataset_dict.json": _json({"splits": list(origin.splits)})} if "" not in origin.splits else {})


def _columns_of_content(handover: Handover) -> set[str]:
    """The source's columns of questions, options and labels, as the reading tells."""
    steps = handover.workspace.reading_steps()
    return {step["part"].removeprefix("column '")[:-1] for step in steps if step["meaning"] in CONTENT_ROLES}


def _write_state(arrow: ArrowFile, split: str | None, into: IO[bytes]) -> None:
    into.write(_json(_state(arrow.fingerprint(), split)))


def _splits(handover: Handover, stay: np.ndarray) -> dict[str, np.ndarray]:
    """Split -> its rows of ``stay``; empty where the dataset has none, or their names cannot be folders."""
    samples = handover.dataset.samples
    if SPLIT in samples:
        names = samples[SPLIT].iloc[stay].map(str).to_numpy()
        found = {name: stay[names == name] for name in dict.fromkeys(names)}
    else:
        read = [step["meaning"] for step in handover.workspace.reading_steps() if step["part"] == SPLIT]
        found = {name: stay for name in read[:1]}
    return found if all(SPLIT_NAME.fullmatch(name) for name in found) else {}


def _one_dataset(handover: Handover, rows: np.ndarray, split: str | None = None) -> dict[str, bytes]:
    columns, features = _columns(handover, rows)
    schema = schema_saying(pa.schema([(name, array.type) for name, array in columns.items()]), features)
    data = _stream(pa.table(list(columns.values()), schema=schema))
    about = {"citation": "", "description": _described(handover), "features": features}
    return {
        ARROW_FILE: data,
        "dataset_info.json": _json(about | {"homepage": "", "license": ""}),
        "state.json": _json(_state(hashlib.sha256(data).hexdigest()[:16], split)),
    }


def _state(fingerprint: str, split: str | None) -> dict[str, object]:
    return {
        "_data_files": [{"filename": ARROW_FILE}],
        "_fingerprint": fingerprint,
        "_format_columns": None,
        "_format_kwargs": {},
        "_format_type": None,
        "_output_all_columns": False,
        "_split": split,
    }


def _columns(handover: Handover, stay: np.ndarray) -> tuple[dict[str, pa.Array], dict[str, dict]]:
    codes, samples, label = handover.final.codes(), handover.dataset.samples, _class_label(handover)
    ids, given = handover.dataset.sample_ids[stay], handover.dataset.given_labels[stay]
    named = {
        "sample_id": (pa.array(ids.tolist(), pa.string()), _TEXT),
        "label": (pa.array(codes[stay], pa.int64()), label),
        "given_label": (pa.array(given, pa.int64()), label),
        "final_labels": (_few(final_label_lists(handover).taken(stay), _LISTS), _FEATURE_OF_LISTS),
        "mask": (_few(mask_column(handover).taken(stay), pa.string()), _TEXT),
    }
    if handover.options.with_pictures:
        named["image"] = (pa.array(_pictures(handover, stay), PICTURE), {"_type": "Image"})
    for name in map(str, samples):
        if name not in named:
            several = isinstance(samples[name].iloc[0], list | np.ndarray)
            named[name] = _lists(samples[name].iloc[stay].tolist()) if several else (_texts(samples[name], stay), _TEXT)
    return {name: array for name, (array, _) in named.items()}, {name: told for name, (_, told) in named.items()}


def _few(column: Coded, kind: pa.DataType) -> pa.Array:
    return pa.array(column.values, kind).take(pa.array(column.codes))


def _pictures(handover: Handover, stay: np.ndarray) -> list[dict]:
    """The pictures as the library keeps them: bytes and name. Raises InputError where there are none, or too many."""
    dataset = handover.dataset
    if dataset.image_root is None or "image" not in dataset.samples:
        raise InputError("This dataset has no pictures that could go into the export.")
    root, held, total = dataset.image_root.resolve(), [], 0
    for name in dataset.samples["image"].iloc[stay]:
        file = (root / str(name)).resolve()
        if not file.is_relative_to(root) or not file.is_file():
            raise InputError(f"The picture '{name}' is not there any more. Export without pictures, or bring it back.")
        total += file.stat().st_size
        if total > MOST_BYTES:
            raise InputError("The pictures take more than 2 GB. Export without pictures and join them by sample_id.")
        held.append({"bytes": file.read_bytes(), "path": file.name})
    return held


def _class_label(handover: Handover) -> dict:
    names = list(handover.dataset.class_names)
    return {"names": names, "_type": "ClassLabel"} if len(set(names)) == len(names) else _WHOLE


def _lists(values: list) -> tuple[pa.Array, dict]:
    return pa.array([[str(v) for v in one] for one in values], _LISTS), _FEATURE_OF_LISTS


def _texts(column: pd.Series, stay: np.ndarray) -> pa.Array:
    if not isinstance(column.dtype, pd.StringDtype):
        return pa.array(list(map(_text, column.iloc[stay].tolist())), pa.string())
    found = pa.array(column if len(stay) == len(column) else column.iloc[stay], from_pandas=True).cast(pa.string())
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _text(value: object) -> str | None:
    return None if value is None or value != value else str(value)


def _stream(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, table.schema) as writer:
        writer.write_table(table, max_chunksize=10_000)
    return buffer.getvalue()


def _described(handover: Handover) -> str:
    return (
        f"{handover.dataset.name}, labels corrected with Second Opinion {__version__}. "
        f"Policy: {handover.policy.in_words()}. Dataset {handover.workspace.id}, run {handover.run.id}."
    )


def _json(value: dict) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
