"""The cleaning card of a handover: the page, its JSON twin, and what goes into both."""

from dataclasses import asdict

import pandas as pd

from cleaning.export.card.card_facts import card_facts, card_json
from cleaning.export.card.findings import examples
from cleaning.export.card.leaderboard import Impact
from cleaning.export.card.page import LARGEST_PICTURE, card_page
from cleaning.export.evidence_words import counts_in_words, what_verdicts_are_worth
from cleaning.export.handover import Handover


def estimates_of(handover: Handover) -> dict:
    """Precision, detection rate and wrong labels in all, from random cards (``Estimate`` as a dict), what they rest on
    and what verdicts are worth, in words."""
    now = handover.in_force
    said = {"rests_on": counts_in_words(now), "verdicts": what_verdicts_are_worth(now)}
    return asdict(now.estimate) | (said if now.estimate.enough else {"rests_on": said["rests_on"]})


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


def card_files(handover: Handover, pictures: bool = False, impact: Impact | None = None) -> dict[str, bytes]:
    """The page and its twin by file name. pictures: embed the pictures of the examples. impact: of the handover, where
    it is known already."""
    facts = card_facts(handover, estimates_of(handover), impact)
    page = card_page(facts, example_pictures(handover) if pictures else None)
    return {"cleaning_card.html": page, "cleaning_card.json": card_json(facts)}
