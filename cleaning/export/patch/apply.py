"""Applying a patch to labels, and taking it back: which label becomes which, or why not.

Works on ids and class codes; which bytes of which file that means is the business of ``label_fields``.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cleaning.errors import InputError, counted, first_five
from cleaning.export.patch.patch import Patch, labels_sha256
from cleaning.settle.final_labels import settle
from cleaning.settle.policy import Policy


@dataclass(frozen=True)
class Change:
    """New class codes by row. dropped: sample ids that the policy drops; their rows stay as they are."""

    codes: dict[int, int]
    dropped: tuple[str, ...] = ()


def plan_apply(patch: Patch, sample_ids: np.ndarray, codes: np.ndarray, policy: Policy) -> Change:
    """What applying the patch changes. codes: (N,) labels of a dataset that must be exactly the one it was made for.

    Raises InputError, naming the first five offenders, where ids or labels differ or the patch is applied already.
    """
    places = places_of_entries(patch, sample_ids)
    _check_old(patch, sample_ids, codes, places)
    _check_fingerprint(patch, sample_ids, codes, "The labels")
    return _changes(patch, sample_ids, codes, policy)


def plan_revert(patch: Patch, sample_ids: np.ndarray, codes: np.ndarray, policy: Policy) -> Change:
    """What taking the patch back changes. policy: the one it was applied with.

    Raises InputError where the labels are not what applying the patch gives.
    """
    places = places_of_entries(patch, sample_ids)
    old = np.array(codes, np.int64)
    old[places] = [entry.old for entry in patch.entries]
    _check_fingerprint(patch, sample_ids, old, "Without the patch the labels")
    expected = _changes(patch, sample_ids, old, policy).codes
    applied = np.array(old)
    applied[list(expected)] = list(expected.values())
    differing = np.flatnonzero(applied != codes)
    if expected and np.array_equal(old, codes):
        raise InputError("The patch is not applied to these labels: every label is still the old one.")
    if len(differing):
        raise InputError(
            f"{counted(len(differing), 'sample')} with labels that applying the patch by this policy does not give: "
            f"{first_five(sample_ids[differing])}. Give the policy it was applied with."
        )
    return Change({row: int(old[row]) for row in expected})


def _changes(patch: Patch, sample_ids: np.ndarray, codes: np.ndarray, policy: Policy) -> Change:
    lines = settle(sample_ids, codes, patch.decisions, policy).changed_lines()
    new = {line.row: line.corrected for line in lines if line.corrected not in (line.given, -1)}
    return Change(new, tuple(line.sample_id for line in lines if line.mask == "drop"))


def places_of_entries(patch: Patch, sample_ids: np.ndarray) -> np.ndarray:
    """(E,) place of each entry's sample. Raises InputError where the dataset calls its samples otherwise."""
    places = pd.Index(sample_ids).get_indexer([entry.sample_id for entry in patch.entries])
    if (places < 0).any():
        missing = [entry.sample_id for entry, place in zip(patch.entries, places) if place < 0]
        raise InputError(
            f"The ids differ: {counted(len(missing), 'sample')} of the patch not in the dataset, {first_five(missing)}; "
            f"its ids are {first_five(sample_ids)}. The patch was made for '{patch.header['dataset']['name']}'. Name "
            "the column that holds the patch's ids (--id-column), or write them into one."
        )
    return places


def _check_old(patch: Patch, sample_ids: np.ndarray, codes: np.ndarray, places: np.ndarray) -> None:
    expected = np.array([entry.old for entry in patch.entries], np.int64)
    differing = np.flatnonzero(codes[places] != expected)
    if not len(differing):
        return
    names = [
        f"{patch.entries[i].sample_id} is '{patch.class_names[codes[places[i]]]}', expected "
        f"'{patch.class_names[expected[i]]}'"
        for i in differing[:6]
    ]
    why = "The dataset was changed; the patch fits only the labels it was made for."
    if is_applied(patch, sample_ids, codes, places):
        why = "The patch is applied already, wholly or in part: revert it first to apply it differently."
    raise InputError(
        f"{counted(len(differing), 'sample')} of the patch with another given label: {first_five(names)}. {why}"
    )


def is_applied(patch: Patch, sample_ids: np.ndarray, codes: np.ndarray, places: np.ndarray) -> bool:
    """Whether undoing the patch gives the labels it was made for, so that some policy's changes are in them.

    places: of the patch's entries, -1 where a sample is not there.
    """
    if (places < 0).any():
        return False
    old = np.array(codes, np.int64)
    old[places] = [entry.old for entry in patch.entries]
    if labels_sha256(sample_ids, old) != patch.header["dataset"]["labels_sha256"]:
        return False
    marked = [{entry.old, *(k for vote in entry.votes for k in vote.labels)} for entry in patch.entries]
    return all(int(codes[place]) in allowed for place, allowed in zip(places, marked))


def _check_fingerprint(patch: Patch, sample_ids: np.ndarray, codes: np.ndarray, what: str) -> None:
    about = patch.header["dataset"]
    if len(sample_ids) != about["samples"]:
        raise InputError(
            f"The dataset has {counted(len(sample_ids), 'sample')}; the patch was made for {about['samples']:,}."
        )
    found = labels_sha256(sample_ids, codes)
    if found != about["labels_sha256"]:
        raise InputError(
            f"{what} have the fingerprint {found[:16]}; the patch was made for {about['labels_sha256'][:16]}. Ids or "
            "labels outside the patch differ: get the version of the dataset that the patch names."
        )
