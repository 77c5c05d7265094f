"""Pictures with their labels, suspicion and tags as FiftyOne's importers take them.

CSV for ``CSVDataset`` (``media_field="filepath"``), JSON for ``FiftyOneImageClassificationDataset``.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from cleaning.export.formats.corrected import AT_ONCE, as_csv, in_blocks
from cleaning.export.formats.json_values import ENCODE, json_objects, json_texts
from cleaning.export.handover import Handover
from cleaning.settle.final_labels import DROPPED


def fiftyone_samples(handover: Handover) -> bytes:
    """CSV in the dataset's order: filepath, sample_id, given_label, label_corrected ("" where dropped),
    suggested_label ("" where not flagged), suspicion, tags (flagged, reviewed, changed, dropped; separated by commas)."""
    dataset, scores, codes = handover.dataset, handover.scores, handover.final.codes()
    names, given = handover.names, dataset.given_labels
    pictures = dataset.samples.get("image", dataset.sample_ids)
    frame = pd.DataFrame(
        {
            "filepath": [handover.options.address(str(name)) for name in pictures],
            "sample_id": dataset.sample_ids,
            "given_label": names[given],
            "label_corrected": np.where(codes == DROPPED, "", names[codes]),
            "suggested_label": np.where(handover.suggested < 0, "", names[handover.suggested]),
            "suspicion": np.round(scores["suspicion"].to_numpy(np.float64), 6),
            "tags": [",".join(tags) for tags in _tags(handover, codes)],
        }
    )
    return as_csv(frame)


def fiftyone_labels(handover: Handover) -> bytes:
    """JSON: {"classes", "labels": {picture's path without its ending: label, with its attributes}}; dropped samples are
    left out, for they have no label. A picture is named as below the folder of the pictures."""
    dataset, codes = handover.dataset, handover.final.codes()
    pictures = map(without_ending, map(str, dataset.samples.get("image", dataset.sample_ids).tolist()))
    row_of = {picture: row for row, (picture, code) in enumerate(zip(pictures, codes.tolist())) if code != DROPPED}
    labels = chain.from_iterable(_told(handover, codes, row_of))
    first = (line.removeprefix(", ") for line in islice(labels, 1))
    beginning = f'{{"classes": {ENCODE(list(dataset.class_names))}, "labels": {{'
    return in_blocks(chain([beginning], first, labels, ["}}\n"]))


def _told(handover: Handover, codes: np.ndarray, row_of: dict[str, int]) -> Iterator[Iterable[str]]:
    """Of each picture its entry, after the comma that parts it from the one before; some thousand at once."""
    dataset, names, tags = handover.dataset, handover.dataset.class_names, _tags(handover, codes)
    suggested, suspicion = handover.suggested, handover.scores["suspicion"].to_numpy(np.float64)
    all_pictures, all_rows = list(row_of), np.fromiter(row_of.values(), np.int64, len(row_of))
    for start in range(0, len(row_of), AT_ONCE):
        pictures, rows = all_pictures[start : start + AT_ONCE], all_rows[start : start + AT_ONCE]
        attributes = [
            ("sample_id", json_texts(dataset.sample_ids[rows].tolist())),
            ("given_label", json_texts([names[code] for code in dataset.given_labels[rows].tolist()])),
            ("suggested_label", json_texts([names[code] if code >= 0 else None for code in suggested[rows].tolist()])),
            ("suspicion", json_texts([round(one, 6) for one in suspicion[rows].tolist()])),
            ("tags", json_texts([tags[row] for row in rows.tolist()])),
        ]
        label = json_texts([names[code] for code in codes[rows].tolist()])
        told = json_objects([("label", label), ("attributes", json_objects(attributes))])
        yield map(", \n{}: {}".format, json_texts(pictures), told)


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


def _tags(handover: Handover, codes: np.ndarray) -> list[list[str]]:
    reviewed = np.zeros(len(codes), bool)
    reviewed[handover.final.table["row"].to_numpy(np.int64)] = True
    dropped = codes == DROPPED
    marks = {
        "flagged": handover.in_force.flagged,
        "reviewed": reviewed,
        "changed": (codes != handover.dataset.given_labels) & ~dropped,
        "dropped": dropped,
    }
    held = np.zeros(len(codes), np.int64)
    for place, mark in enumerate(marks.values()):
        held |= mark.astype(np.int64) << place
    named = [[name for place, name in enumerate(marks) if bits >> place & 1] for bits in range(1 << len(marks))]
    return [named[bits] for bits in held.tolist()]
