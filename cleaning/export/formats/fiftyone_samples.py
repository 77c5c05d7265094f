"""Pictures with their labels, suspicion and tags as FiftyOne's importers take them.

CSV for ``CSVDataset`` (``media_field="filepath"``), JSON for ``FiftyOneImageClassificationDataset``.
"""

import json
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from cleaning.export.formats.corrected import as_csv
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
    pictures = dataset.samples.get("image", dataset.sample_ids)
    labels = {
        str(PurePosixPath(str(picture)).with_suffix("")): {
            "label": names[code],
            "attributes": {
                "sample_id": str(sample),
                "given_label": names[given],
                "suggested_label": names[suggested],
                "suspicion": round(float(suspicion), 6),
                "tags": marked,
            },
        }
        for picture, sample, given, code, suggested, suspicion, marked in zip(
            pictures, dataset.sample_ids, dataset.given_labels, codes, scores["suggested"], scores["suspicion"], tags
        )
        if code != DROPPED
    }
    told = {"classes": list(dataset.class_names), "labels": labels}
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


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
    return [[name for name, held in zip(marks, row) if held] for row in zip(*marks.values())]
