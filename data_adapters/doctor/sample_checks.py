"""Samples that are exactly the same with different given labels, and pictures that cannot be opened."""

import hashlib
import time
import warnings
from collections import defaultdict
from pathlib import Path

import numpy as np

from cleaning.domain.dataset import Dataset
from cleaning.errors import counted
from data_adapters.doctor.evidence import Evidence
from data_adapters.doctor.finding import Finding, Severity, first

PICTURES_OPENED = 200
HASHED_BYTES = 512 * 1024**2
SECONDS = 10.0
MOST_PIXELS = 100_000_000


def repeated_samples(evidence: Evidence) -> list[Finding]:
    """Questions with the same text and options, pictures with the same bytes."""
    dataset = evidence.reading.dataset
    groups, bounded = _same_questions(dataset) if "question" in dataset.samples else _same_pictures(dataset)
    labelled = _labelled(dataset)
    differing = [places for places in groups if len({labelled(i) for i in places}) > 1]
    alike = [places for places in groups if len({labelled(i) for i in places}) == 1]
    found = []
    if differing:
        found.append(_repeated("different_labels", "warning", dataset, differing, labelled, bounded))
    if alike:
        found.append(_repeated("repeated_samples", "note", dataset, alike, labelled, bounded))
    return found


def _labelled(dataset: Dataset):
    """What a sample's label says: the text of the option it names, or the class."""
    if "choices" not in dataset.samples:
        return lambda i: dataset.class_names[dataset.given_labels[i]]
    choices = dataset.samples["choices"].tolist()
    return lambda i: str(choices[i][dataset.given_labels[i]]).strip()


def _repeated(name: str, severity: Severity, dataset: Dataset, groups: list, labelled, bounded: str) -> Finding:
    what = "questions" if dataset.kind == "question" else "pictures"
    how = "different given labels" if severity == "warning" else "the same given label"
    count = sum(len(places) for places in groups)
    sentence = f"{count:,} samples are {counted(len(groups), 'group')} of exactly the same {what} with {how}{bounded}."
    ids = dataset.sample_ids
    told = (lambda i: f"{ids[i]} ({labelled(i)[:20]})") if severity == "warning" else lambda i: str(ids[i])
    shown = [" = ".join(told(i) for i in places[:3]) for places in groups[:5]]
    fix = "At most one of these labels is right: review them." if severity == "warning" else ""
    return Finding(name, severity, sentence, count, first(shown), fix)


def _same_questions(dataset: Dataset) -> tuple[list[list[int]], str]:
    samples = dataset.samples
    choices = samples["choices"].tolist() if "choices" in samples else [()] * len(dataset)
    keys = (
        (" ".join(str(text).split()), tuple(sorted(str(o).strip() for o in options)))
        for text, options in zip(samples["question"], choices)
    )
    return _groups(enumerate(keys), empty=lambda key: not key[0]), ""


def _same_pictures(dataset: Dataset) -> tuple[list[list[int]], str]:
    """(groups of places, ``" (among the first ... compared)"`` where time or bytes ran out)."""
    if dataset.image_root is None or "image" not in dataset.samples:
        return [], ""
    sizes = _groups(((i, size) for i, _, size in _files(dataset)), empty=lambda size: size == 0)
    paths = dataset.samples["image"].tolist()
    deadline, left, hashed = time.monotonic() + SECONDS, HASHED_BYTES, []
    for places in sizes:
        for i in places:
            content = (dataset.image_root / paths[i]).read_bytes()
            hashed.append((i, hashlib.sha256(content).digest()))
            left -= len(content)
        if left < 0 or time.monotonic() > deadline:
            return _groups(hashed), f" (among the {len(hashed):,} that were compared in {SECONDS:.0f} s)"
    return _groups(hashed), ""


def _files(dataset: Dataset):
    """(place, path, size) of each sample's picture that is there."""
    for i, relative in enumerate(dataset.samples["image"]):
        path = dataset.image_root / relative if relative else None
        if path is not None and path.is_file():
            yield i, path, path.stat().st_size


def _groups(keyed, empty=lambda key: False) -> list[list[int]]:
    """Places with equal keys, two or more."""
    found = defaultdict(list)
    for place, key in keyed:
        if not empty(key):
            found[key].append(place)
    return [places for places in found.values() if len(places) > 1]


def missing_pictures(evidence: Evidence) -> list[Finding]:
    """Samples whose picture is not in the folder of pictures."""
    dataset = evidence.reading.dataset
    if dataset.image_root is None or "image" not in dataset.samples:
        return []
    missing = np.flatnonzero(dataset.samples["image"].to_numpy(object) == "")
    if not len(missing):
        return []
    there = len(dataset) - len(missing)
    sentence = f"{counted(len(missing), 'sample')} of {len(dataset):,} have no picture ({there:,} found)."
    fix = (
        f"Check the names and endings of the files in '{dataset.image_root.name}', or the folder; without its picture a "
        "sample cannot be judged by eye."
    )
    return [Finding("missing_pictures", "note", sentence, len(missing), first(dataset.sample_ids[missing[:5]]), fix)]


def unreadable_pictures(evidence: Evidence) -> list[Finding]:
    """Opens up to 200 pictures spread over the dataset."""
    dataset = evidence.reading.dataset
    if dataset.image_root is None or "image" not in dataset.samples:
        return []
    there = np.flatnonzero(dataset.samples["image"].to_numpy(object) != "")
    looked = there[np.unique(np.linspace(0, len(there) - 1, PICTURES_OPENED).astype(int))] if len(there) else there
    paths = dataset.samples["image"].tolist()
    bad = [i for i in looked if not opens(dataset.image_root / paths[i])]
    if not bad:
        return []
    sentence = f"{counted(len(bad), 'picture')} of {len(looked):,} opened cannot be read ({len(there):,} in all)."
    fix = "Replace these files, or leave the samples out."
    return [Finding("unreadable_pictures", "warning", sentence, len(bad), first([paths[i] for i in bad]), fix)]


def opens(path: Path) -> bool:
    """Whether a picture can be decoded whole and has a sound size."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    return False
                picture.load()
    except Exception:  # decoders raise whatever they like on damaged files
        return False
    return True
