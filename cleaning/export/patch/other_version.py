"""A patch for another version of the dataset it was made for: the entries that still fit, and why others do not."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from cleaning.errors import InputError, counted, first_five
from cleaning.export.patch.apply import is_applied
from cleaning.export.patch.patch import Entry, Patch, labels_sha256
from cleaning.keep.versions.claims import LEAST_SHARE, Claim
from cleaning.keep.versions.contents import Content


def for_version(
    patch: Patch,
    sample_ids: np.ndarray,
    codes: np.ndarray,
    questions_sha256: str | None = None,
    contents: Sequence[Content] = (),
) -> tuple[Patch, dict[str, str]]:
    """(the patch as if made for these labels, sample id -> why of entries left out).

    codes: (N,) class codes. contents: N, what each sample holds, or () where that is not known. The patch comes back as
    it is where labels, questions and pictures are those it was made for, where it is applied already, and where most of
    it does not fit: whoever applies it then says what is wrong. Raises InputError where most pictures are others.
    """
    about, found = patch.header["dataset"], labels_sha256(sample_ids, codes)
    questions = about.get("questions_sha256")
    as_made = found == about["labels_sha256"] and (not questions or questions_sha256 in (None, questions))
    places = pd.Index(sample_ids).get_indexer([entry.sample_id for entry in patch.entries])
    if not as_made and is_applied(patch, sample_ids, codes, places):
        return patch, {}
    left_out = {
        entry.sample_id: why
        for entry, place in zip(patch.entries, places)
        if (why := _differs(patch, entry, codes, contents, int(place)))
    }
    most = len(left_out) > (1 - LEAST_SHARE) * len(patch.entries)
    if as_made and most:
        named = first_five(f"{sample} ({why})" for sample, why in left_out.items())
        raise InputError(f"{counted(len(left_out), 'sample')} of the patch not as it was decided on: {named}.")
    if most or (as_made and not left_out):
        return patch, {}
    return only(patch, left_out, len(sample_ids), found, questions and questions_sha256), left_out


def only(patch: Patch, left_out, samples: int, labels: str, questions: str | None) -> Patch:
    """The patch without some entries, as if made for a dataset of so many samples and these fingerprints."""
    dataset = patch.header["dataset"] | {"samples": samples, "labels_sha256": labels, "questions_sha256": questions}
    entries = tuple(entry for entry in patch.entries if entry.sample_id not in left_out)
    return replace(patch, header=patch.header | {"dataset": dataset}, entries=entries)


def _differs(patch: Patch, entry: Entry, codes: np.ndarray, contents: Sequence[Content], place: int) -> str:
    """Why an entry does not fit the sample at a place; "" where it does. What the table does not hold is not compared."""
    if place < 0:
        return "not in this version"
    given = patch.class_names[codes[place]]
    now = replace(contents[place], given=given) if contents else Content(given)
    asked = patch.header["dataset"].get("questions_sha256") and now.text is not None
    if asked and not entry.content:
        return "the patch does not say what was asked"
    return Claim(patch.class_names[entry.old], entry.content if asked else "", entry.picture).differs(now)
