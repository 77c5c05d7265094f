"""The cleaning card of a handover: the page, its JSON twin, and what goes into both."""

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import pandas as pd

from cleaning.export.agreement import view_of_given
from cleaning.export.card_facts import card_facts, card_json, examples
from cleaning.export.card_page import LARGEST_PICTURE, card_page
from cleaning.export.handover import Handover
from cleaning.export.settle import SETTLED

RIGHT, WRONG, UNSURE = 0.0, 1.0, 2.0  # as cleaning.estimation reads verdicts

__all__ = ["card_facts", "card_json", "card_page", "estimates_of", "example_pictures", "verdict_codes"]


def verdict_codes(handover: Handover) -> np.ndarray:
    """(N,) what the final labels say of the given ones: 0 right, 1 wrong, 2 unsure, NaN not reviewed.

    Contested, open and unclear samples are unsure.
    """
    codes = np.full(len(handover.dataset), np.nan)
    for line in handover.final.table.itertuples(index=False):
        votes = handover.final.votes[line.sample_id]
        said = {view_of_given(v, line.given) for v in votes} if line.status != SETTLED else set()
        if line.status == SETTLED and not line.verdict.startswith("unclear"):
            codes[line.row] = RIGHT if line.given in line.labels else WRONG
        else:
            codes[line.row] = WRONG if said == {"wrong"} else UNSURE
    return codes


def estimates_of(handover: Handover, threshold: float) -> Mapping | None:
    """Precision, detection rate and wrong labels in all from the run's audit cards; None where it has none."""
    audit = handover.run.audit
    if audit is None:
        return None
    from cleaning.audit import AuditDesign
    from cleaning.estimation import estimate

    suspicion = handover.scores["suspicion"].to_numpy()
    return asdict(estimate(AuditDesign.from_frame(audit), verdict_codes(handover), suspicion, threshold))


def example_pictures(handover: Handover) -> dict[str, bytes]:
    """The picture files of the card's examples, by sample id; those that are too large or lie elsewhere are left out."""
    root, samples = handover.dataset.image_root, handover.dataset.samples
    if root is None or "image" not in samples:
        return {}
    places = pd.Series(samples["image"].to_numpy(object), index=handover.dataset.sample_ids)
    found = {}
    for example in examples(handover):
        name = places[example["sample_id"]]
        path = (root / str(name)).resolve()
        if name and path.is_relative_to(root.resolve()) and path.is_file() and path.stat().st_size <= LARGEST_PICTURE:
            found[example["sample_id"]] = path.read_bytes()
    return found
