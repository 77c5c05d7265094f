"""Pictures with their labels, suspicion and tags as FiftyOne's CSV importer takes them (``media_field="filepath"``)."""

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
            "tags": _tags(handover, codes),
        }
    )
    return as_csv(frame)


def _tags(handover: Handover, codes: np.ndarray) -> list[str]:
    reviewed = np.zeros(len(codes), bool)
    reviewed[handover.final.table["row"].to_numpy(np.int64)] = True
    dropped = codes == DROPPED
    marks = {
        "flagged": handover.in_force.flagged,
        "reviewed": reviewed,
        "changed": (codes != handover.dataset.given_labels) & ~dropped,
        "dropped": dropped,
    }
    return [",".join(name for name, held in zip(marks, row) if held) for row in zip(*marks.values())]
