"""Samples given out to be judged in another program: which, what is told of them, and whether that is still so here."""

from collections.abc import Mapping

import numpy as np

from cleaning.domain.dataset import Dataset
from cleaning.errors import InputError
from cleaning.export.formats.json_values import ENCODE
from cleaning.export.formats.row_texts import Coded, Each, Piece
from cleaning.export.handover import Handover
from cleaning.keep.versions.claims import Claim
from cleaning.keep.versions.contents import Content, Contents, text_digest

GIVEN = "given_label"
MADE_ON = "dataset_fingerprint"
HELD = {"given": "given_sha256", "content": "content_sha256", "picture": "picture_sha256"}  # claims, as they are told


def rows_given_out(handover: Handover) -> np.ndarray:
    """(n,) rows of the dataset that are flagged or decided, the most suspicious first."""
    out = handover.in_force.flagged.copy()
    out[handover.final.table["row"].to_numpy(np.int64)] = True
    rows = np.flatnonzero(out)
    return rows[np.argsort(-handover.scores["suspicion"].to_numpy()[rows], kind="stable")]


def columns_shown(dataset: Dataset) -> list[str]:
    """What there is to look at: pictures, questions, or else the ids alone."""
    return [c for c in ("image", "question") if c in dataset.samples] or ["sample_id"]


def told_unread(content: Content, fingerprint: str) -> dict[str, str]:
    """What is told of a sample, for a later version of the dataset to compare; the given label as a digest, so that
    nobody who is to decide reads it. fingerprint: of this version."""
    claims = content.claims() | {"given": text_digest(content.given)}
    return {MADE_ON: fingerprint} | {HELD[name]: claim for name, claim in claims.items()}


def told_unread_as_json(dataset: Dataset, rows: np.ndarray, fingerprint: str) -> Piece:
    """What is told of rows, as the fields of a JSON object without its braces."""
    contents = Contents(dataset)

    def told(content: Content) -> str:
        return ENCODE(told_unread(content, fingerprint))[1:-1]

    if contents.labels_alone:
        return Coded(dataset.given_labels[rows], [told(Content(name)) for name in dataset.class_names])
    return Each(rows, lambda some: [told(contents.of(row)) for row in some])


class SameSamples:
    """What comes back, against one version of the dataset."""

    def __init__(self, dataset: Dataset, fingerprint: str = "") -> None:
        """fingerprint: of this version, if not the dataset's own."""
        self.here, self.contents = fingerprint or dataset.fingerprint(), Contents(dataset)
        self.rows = {str(sample): row for row, sample in enumerate(dataset.sample_ids)}

    def check(self, told: Mapping, sample: str) -> None:
        """Raises InputError where we told that the sample held something else than it does here. told: with MADE_ON,
        where it is from us, the claims of HELD and the given label if it was shown."""
        if MADE_ON not in told:
            return
        now = self.contents.of(self.rows[sample])
        given, asked, picture = (str(told.get(HELD[name], "")) for name in ("given", "content", "picture"))
        differs = Claim(str(told.get(GIVEN, "")), asked, picture).differs(now)
        if given and given != text_digest(now.given):
            differs = differs or "the given label changed"
        if differs:
            raise InputError(f"{sample}: {differs}, to be decided again")

    def other_version(self, told: Mapping) -> str:
        """Fingerprint of the version that it was made on; "" where that is this one."""
        made_on = str(told.get(MADE_ON) or self.here)
        return made_on if made_on != self.here else ""
