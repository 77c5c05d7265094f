"""Pictures with their labels, suspicion and tags as FiftyOne's importers take them.

CSV for ``CSVDataset`` (``media_field="filepath"``), JSON for ``FiftyOneImageClassificationDataset``.
"""

from functools import lru_cache
from itertools import chain
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from cleaning.export.formats.corrected import ENCODE, as_csv, in_blocks
from cleaning.export.handover import Handover
from cleaning.settle.final_labels import DROPPED


def fiftyone_samples(handover: Handover) -> bytes:
    """CSV in the dataset's order: filepath, sample_id, given_label, label_corrected ("" where dropped),
    suggested_label, suspicion, tags (flagged, reviewed, changed, dropped; separated by commas)."""
    dataset, scores, codes = handover.dataset, handover.scores, handover.final.codes()
    names, given = handover.names, dataset.given_labels
    pictures = dataset.samples.get("image", dataset.sample_ids)
    frame = pd.DataFrame(
        {
            "filepath": [handover.options.address(str(name)) for name in pictures],
            "sample_id": dataset.sample_ids,
            "given_label": names[given],
            "label_corrected": np.where(codes == DROPPED, "", names[codes]),
            "suggested_label": names[scores["suggested"].to_numpy()],
            "suspicion": np.round(scores["suspicion"].to_numpy(np.float64), 6),
            "tags": [",".join(tags) for tags in _tags(handover, codes)],
        }
    )
    return as_csv(frame)


def fiftyone_labels(handover: Handover) -> bytes:
    """JSON: {"classes", "labels": {picture's path without its ending: label, with its attributes}}; dropped samples are
    left out, for they have no label. A picture is named as below the folder of the pictures."""
    codes, scores, names = handover.final.codes(), handover.scores, handover.names
    dataset, tags = handover.dataset, _tags(handover, codes)
    suggested, suspicion = names[scores["suggested"].to_numpy()], scores["suspicion"].to_numpy(np.float64)
    pictures = map(without_ending, map(str, dataset.samples.get("image", dataset.sample_ids)))
    row_of = {picture: row for row, picture in enumerate(pictures) if codes[row] != DROPPED}

    def told(row: int) -> dict:
        attributes = {
            "sample_id": str(dataset.sample_ids[row]),
            "given_label": names[dataset.given_labels[row]],
            "suggested_label": suggested[row],
            "suspicion": round(float(suspicion[row]), 6),
            "tags": tags[row],
        }
        return {"label": names[codes[row]], "attributes": attributes}

    labels = (
        f"{', ' if place else ''}\n{ENCODE(p)}: {ENCODE(told(row))}" for place, (p, row) in enumerate(row_of.items())
    )
    return in_blocks(chain([f'{{"classes": {ENCODE(list(dataset.class_names))}, "labels": {{'], labels, ["}}\n"]))


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
