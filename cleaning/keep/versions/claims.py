"""Decisions from a file, each with what the file says its sample held: which of them fit this version of the dataset."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from cleaning.domain.dataset import Dataset
from cleaning.domain.verdicts import check_labels
from cleaning.errors import InputError, counted, first_five
from cleaning.keep.decisions import Decision
from cleaning.keep.versions.contents import Content, Contents

LEAST_SHARE = 0.5  # of the samples in a file have to fit, else it is about another dataset


@dataclass(frozen=True)
class Claim:
    """What a file says of a decided sample. given: class name. digest: ``Content.digest``. picture:
    ``Content.picture_digest``. "": it does not say."""

    given: str = ""
    digest: str = ""
    picture: str = ""

    @classmethod
    def told(cls, said: Mapping) -> "Claim":
        """As ``Content.claims`` wrote it."""
        return cls(*(str(said.get(name, "")) for name in ("given", "content", "picture")))

    def differs(self, now: Content) -> str:
        """What of a sample is not as the file says; "" where nothing speaks against it. A picture that cannot be read
        here is not compared."""
        if self.given and self.given != now.given:
            return f"the given label was '{self.given}' and is '{now.given}'"
        if self.digest and self.digest != now.digest():
            return "the question or its options changed"
        here = now.picture_digest() if self.picture else ""
        return "the picture changed" if here and here != self.picture else ""


@dataclass(frozen=True)
class Fitting:
    """decisions: those that may go into this version's log. left_out: sample id -> why."""

    decisions: list[Decision]
    left_out: dict[str, str]

    def sentence(self) -> str:
        """What was left out, for people; "" where nothing was."""
        if not self.left_out:
            return ""
        named = (f"{sample} ({why})" for sample, why in self.left_out.items())
        return f"{counted(len(self.left_out), 'sample')} left out, to be decided again: {first_five(named)}"


def what_fits(
    decisions: Sequence[tuple[Decision, tuple[str, ...]]], claims: Mapping[str, Claim], dataset: Dataset, made_on: str
) -> Fitting:
    """Which decisions fit a dataset that is another version than the one they were made on.

    decisions: each with the names of its labels. made_on: fingerprint of that version. Raises InputError where most
    samples do not fit, so that it is no version of the same dataset.
    """
    codes = {name: code for code, name in enumerate(dataset.class_names)}
    samples = dict.fromkeys(decision.sample_id for decision, _ in decisions)
    why = differences(samples, claims, dataset)
    for decision, names in decisions:
        if not why.get(decision.sample_id) and (gone := [name for name in names if name not in codes]):
            why[decision.sample_id] = f"class '{gone[0]}' is gone"
    left_out = {sample: reason for sample, reason in why.items() if reason}
    if len(left_out) > (1 - LEAST_SHARE) * len(samples):
        raise InputError(
            f"The decisions belong to the dataset with fingerprint {made_on}, and {counted(len(left_out), 'sample')} of "
            f"{len(samples):,} do not fit this one: {first_five(f'{s} ({w})' for s, w in left_out.items())}. Give the "
            "decisions of an earlier version of this dataset."
        )
    going = [
        replace(d, labels=tuple(codes[name] for name in names), version=d.version or made_on)
        for d, names in decisions
        if d.sample_id not in left_out
    ]
    check_fitting(going, dataset)
    return Fitting(going, left_out)


def what_is_shown(decisions: Sequence[Decision], claims: Mapping[str, Claim], dataset: Dataset) -> Fitting:
    """The decisions of this version's own log, without those on pictures that have been replaced since: names of files
    are part of what tells a version, their bytes are not."""
    why = differences(dict.fromkeys(d.sample_id for d in decisions), claims, dataset)
    left_out = {sample: reason for sample, reason in why.items() if reason}
    return Fitting([d for d in decisions if d.sample_id not in left_out], left_out)


def differences(samples: Iterable[str], claims: Mapping[str, Claim], dataset: Dataset) -> dict[str, str]:
    """By sample id why it is not what a file says of it; "" where nothing speaks against it."""
    samples, contents = list(samples), Contents(dataset)
    rows = pd.Index(dataset.sample_ids).get_indexer(samples)
    return {s: _difference(claims.get(s, Claim()), contents, int(row)) for s, row in zip(samples, rows)}


def _difference(claim: Claim, contents: Contents, row: int) -> str:
    return "not in this version" if row < 0 else claim.differs(contents.of(row))


def check_fitting(decisions: Sequence[Decision], dataset: Dataset) -> None:
    """Raises InputError where a decision's labels do not go with its verdict in this dataset."""
    rows = pd.Index(dataset.sample_ids).get_indexer([d.sample_id for d in decisions])
    for decision, row in zip(decisions, rows):
        check_labels(decision.verdict, decision.labels, int(dataset.given_labels[row]), dataset.class_count)
