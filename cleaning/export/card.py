"""The cleaning card of a handover: the page, its JSON twin, and what goes into both."""

from dataclasses import asdict

import numpy as np
import pandas as pd

from cleaning.audit import AuditDesign
from cleaning.export.agreement import view_of_given
from cleaning.export.audit_cards import decided_rows
from cleaning.export.card_facts import card_facts, card_json, threshold_of
from cleaning.export.card_findings import examples
from cleaning.export.card_page import LARGEST_PICTURE, card_page
from cleaning.export.handover import Handover
from cleaning.export.settle import SETTLED

RIGHT, WRONG, UNSURE = 0.0, 1.0, 2.0  # as cleaning.estimation reads verdicts


def verdict_codes(handover: Handover) -> np.ndarray:
    """(N,) what the final labels say of the given ones: 0 right, 1 wrong, 2 unsure, NaN not reviewed.

    Samples without a final label are unsure, unless every vote says the same of the given one.
    """
    codes = np.full(len(handover.dataset), np.nan)
    codes[decided_rows(handover)] = UNSURE
    for line in handover.final.table.itertuples(index=False):
        votes = handover.final.votes[line.sample_id]
        said = {view_of_given(v, line.given) for v in votes} if line.status != SETTLED else set()
        if line.status == SETTLED and not line.verdict.startswith("unclear"):
            codes[line.row] = RIGHT if line.given in line.labels else WRONG
        elif len(said) == 1:
            codes[line.row] = {"right": RIGHT, "wrong": WRONG}.get(said.pop(), UNSURE)
    return codes


def estimates_of(handover: Handover) -> dict:
    """Precision, detection rate and wrong labels in all, from the run's audit cards (``Estimate`` as a dict)."""
    from cleaning.estimation import estimate

    threshold, suspicion = threshold_of(handover)["value"], handover.scores["suspicion"].to_numpy()
    return asdict(estimate(AuditDesign.from_frame(handover.run.audit), verdict_codes(handover), suspicion, threshold))


def example_pictures(handover: Handover) -> dict[str, bytes]:
    """The picture files of the card's examples, by sample id; too large ones and those elsewhere are left out."""
    root, samples = handover.dataset.image_root, handover.dataset.samples
    if root is None or "image" not in samples:
        return {}
    places = pd.Series(samples["image"].to_numpy(object), index=handover.dataset.sample_ids)
    found = {}
    for example in examples(handover):
        path = (root / str(places[example["sample_id"]])).resolve()
        if path.is_relative_to(root.resolve()) and path.is_file() and path.stat().st_size <= LARGEST_PICTURE:
            found[example["sample_id"]] = path.read_bytes()
    return found


def card_files(handover: Handover, pictures: bool = False) -> dict[str, bytes]:
    """The page and its twin by file name. pictures: embed the pictures of the examples."""
    facts = card_facts(handover, estimates_of(handover))
    page = card_page(facts, example_pictures(handover) if pictures else None)
    return {"cleaning_card.html": page, "cleaning_card.json": card_json(facts)}
