"""A patch for another version of the dataset it was made for: the entries that still fit, and why others do not."""

from dataclasses import replace

import numpy as np
import pandas as pd

from cleaning.export.patch.apply import is_applied
from cleaning.export.patch.patch import Patch, labels_sha256
from cleaning.keep.versions.claims import LEAST_SHARE


def for_version(
    patch: Patch,
    sample_ids: np.ndarray,
    codes: np.ndarray,
    questions_sha256: str | None = None,
    digests: np.ndarray | None = None,
) -> tuple[Patch, dict[str, str]]:
    """(the patch as if made for these labels, sample id -> why of entries left out).

    codes: (N,) class codes. digests: (N,) ``Content.digest`` of the questions, or None. The patch comes back as it is
    where the labels are those it was made for, where it is applied already, and where most of it does not fit: whoever
    applies it then says what is wrong.
    """
    about, found = patch.header["dataset"], labels_sha256(sample_ids, codes)
    questions = about.get("questions_sha256")
    as_made = found == about["labels_sha256"] and (not questions or questions_sha256 in (None, questions))
    places = pd.Index(sample_ids).get_indexer([entry.sample_id for entry in patch.entries])
    if as_made or is_applied(patch, sample_ids, codes, places):
        return patch, {}
    contents = [None] * len(sample_ids) if digests is None else digests
    left_out = {
        entry.sample_id: why
        for entry, place in zip(patch.entries, places)
        if (why := _differs(patch, entry, codes, contents, int(place), questions))
    }
    if len(left_out) > (1 - LEAST_SHARE) * len(patch.entries):
        return patch, {}
    return only(patch, left_out, len(sample_ids), found, questions and questions_sha256), left_out


def only(patch: Patch, left_out, samples: int, labels: str, questions: str | None) -> Patch:
    """The patch without some entries, as if made for a dataset of so many samples and these fingerprints."""
    dataset = patch.header["dataset"] | {"samples": samples, "labels_sha256": labels, "questions_sha256": questions}
    entries = tuple(entry for entry in patch.entries if entry.sample_id not in left_out)
    return replace(patch, header=patch.header | {"dataset": dataset}, entries=entries)


def _differs(patch: Patch, entry, codes, contents, place: int, questions: str | None) -> str:
    """Why an entry does not fit the sample at a place; "" where it does."""
    if place < 0:
        return "not in this version"
    if codes[place] != entry.old:
        return f"it is '{patch.class_names[codes[place]]}', expected '{patch.class_names[entry.old]}'"
    if questions and contents[place] is not None and entry.content != contents[place]:
        return "the question or its options changed" if entry.content else "the patch does not say what was asked"
    return ""
