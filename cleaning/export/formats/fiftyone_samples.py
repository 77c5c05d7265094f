"""Pictures with their labels, suspicion and tags as FiftyOne's importers take them.

CSV for ``CSVDataset`` (``media_field="filepath"``), JSON for ``FiftyOneImageClassificationDataset``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from cleaning.domain.dataset import Dataset
from cleaning.export.formats.json_values import ENCODE
from cleaning.export.formats.row_texts import AT_ONCE, Coded, Each, Millionths, in_blocks, rounded, rows_as_text
from cleaning.export.formats.table_texts import Column, csv_blocks, json_object, json_pieces, taken
from cleaning.export.handover import Handover
from cleaning.settle.final_labels import DROPPED


def fiftyone_samples(handover: Handover) -> Iterable[bytes]:
    """CSV in the dataset's order: filepath, sample_id, given_label, label_corrected ("" where dropped),
    suggested_label ("" where not flagged), suspicion, tags (flagged, reviewed, changed, dropped; separated by commas)."""
    dataset, codes, names = handover.dataset, handover.final.codes(), handover.dataset.class_names

    def addresses(some: list) -> list[str]:
        names = some if set(map(type, some)) == {str} else list(map(str, some))
        return list(map(handover.options.address, names)) if handover.options.image_prefix else names

    return csv_blocks(
        {
            "filepath": Each(_pictures(dataset), addresses),
            "sample_id": dataset.sample_ids,
            "given_label": Coded(dataset.given_labels, names),
            "label_corrected": _or_else(codes, names, ""),
            "suggested_label": _or_else(handover.suggested, names, ""),
            "suspicion": Millionths(np.round(handover.scores["suspicion"].to_numpy(np.float64), 6)),
            "tags": _tags(handover, codes).told(lambda tags: list(map(",".join, tags))),
        }
    )


def fiftyone_labels(handover: Handover) -> Iterable[bytes]:
    """JSON: {"classes", "labels": {picture's path without its ending: label, with its attributes}}; dropped samples are
    left out, for they have no label. A picture is named as below the folder of the pictures."""
    dataset, codes, names = handover.dataset, handover.final.codes(), handover.dataset.class_names
    pictures = Each(_pictures(dataset), without_endings)
    rows = _last_of_each(pictures, np.flatnonzero(codes != DROPPED))
    columns: dict[str, Column] = {
        "sample_id": dataset.sample_ids,
        "given_label": Coded(dataset.given_labels, names),
        "suggested_label": _or_else(handover.suggested, names, None),
        "suspicion": Millionths(rounded(handover.scores["suspicion"].to_numpy(np.float64))),
        "tags": _tags(handover, codes),
    }
    attributes = json_object({name: json_pieces(taken(column, rows)) for name, column in columns.items()})
    label, named = json_pieces(_or_else(codes, names, None).taken(rows)), json_pieces(taken(pictures, rows))
    entry = [", \n", *named, ": ", *json_object({"label": label, "attributes": attributes})]
    told = rows_as_text(entry, len(rows))
    beginning = f'{{"classes": {ENCODE(list(dataset.class_names))}, "labels": {{'
    return in_blocks(told, beginning + next(told, "").removeprefix(", "), "}}\n")


def _pictures(dataset: Dataset) -> np.ndarray | pd.api.extensions.ExtensionArray:
    return dataset.sample_ids if dataset.image_names is None else dataset.image_names


def _or_else(codes: np.ndarray, values: Sequence, other: object) -> Coded:
    """(N,) the value of each code, another where the code is negative."""
    return Coded(np.where(codes < 0, len(values), codes), [*values, other])


def _last_of_each(pictures: Each, rows: np.ndarray) -> np.ndarray:
    """The rows, but of several of one picture's name the last, in the place of the first."""
    if len(rows) < len(pictures):
        pictures = replace(pictures, values=pictures.values[rows])
    hashes = np.empty(len(rows), np.int64)
    for start in range(0, len(rows), AT_ONCE):
        some = pictures.texts(start, start + AT_ONCE)
        hashes[start : start + AT_ONCE] = np.fromiter(map(hash, some), np.int64, len(some))
    hashes.sort()
    if not (hashes[1:] == hashes[:-1]).any():
        return rows
    row_of = dict(zip(pictures.texts(0, len(rows)), rows.tolist()))
    return np.fromiter(row_of.values(), np.int64, len(row_of))


def without_endings(pictures: list) -> list[str]:
    """Each picture's path as ``without_ending`` gives it; where all end alike and are in one form already, or are bare
    names without an ending, at once."""
    ending = "." + str(pictures[0]).rpartition(".")[2] if pictures else ""
    if set(map(type, pictures)) == {str} and "/" not in ending:
        together = "\n".join(("", *pictures, ""))
        if not any(sign in together for sign in (".", "/", "\n\n")):
            return pictures
        alike = together.count("\n") - 1 == together.count(f"{ending}\n") == len(pictures) and len(ending) > 1
        if alike and not any(sign in together for sign in ("//", "/./", "\n./", f"/{ending}\n", f"\n{ending}\n")):
            return together.replace(f"{ending}\n", "\n").split("\n")[1:-1]
    return [without_ending(str(picture)) for picture in pictures]


def without_ending(picture: str) -> str:
    """A picture's path in one form, without the ending of its name."""
    folder, slash, name = picture.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    if not name or (dot and not (stem and ending)):
        return str(PurePosixPath(picture).with_suffix(""))
    return _in_one_form(folder + slash) + (stem if dot else name)


@lru_cache(maxsize=4_096)
def _in_one_form(folder: str) -> str:
    """A folder's path with one slash between its parts and one at its end; "" for the one where all is."""
    path = str(PurePosixPath(folder))
    return "" if path == "." else path if path.endswith("/") else f"{path}/"


def _tags(handover: Handover, codes: np.ndarray) -> Coded:
    """(N,) lists of tags."""
    reviewed = np.zeros(len(codes), bool)
    reviewed[handover.final.table["row"].to_numpy(np.int64)] = True
    dropped = codes == DROPPED
    marks = {
        "flagged": handover.in_force.flagged,
        "reviewed": reviewed,
        "changed": (codes != handover.dataset.given_labels) & ~dropped,
        "dropped": dropped,
    }
    held = np.zeros(len(codes), np.int32)
    for place, mark in enumerate(marks.values()):
        held |= mark.astype(np.int32) << place
    named = [[name for place, name in enumerate(marks) if bits >> place & 1] for bits in range(1 << len(marks))]
    return Coded(held, named)
