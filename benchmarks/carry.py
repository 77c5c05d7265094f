"""Carrying a review to a new version: 50,000 samples, 5,000 decisions, five kinds of upstream change.

    python -m benchmarks carry [-- --samples 50000 --decisions 5000]

Pictures of 32 x 32 and questions are drawn at random (seeded). For each change it prints what was carried, what could
be at most, and the seconds that comparing both versions took, reading and decoding pictures included: by the clock, and of
processor time, which other work on the machine does not lengthen. Just before, the picture files of both versions (or
the questions' texts) are read once, bytes alone, which is told beside it: how busy the machine is, and the least it takes.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from PIL import Image

from cleaning.domain.dataset import OPTION_LETTERS, Dataset
from cleaning.keep.decisions import Decision
from cleaning.keep.versions.carrying import carry
from data_adapters.picture_looks import look_of

Found = TypeVar("Found")
CLASSES = tuple(f"class {k}" for k in range(100))


def pictures(folder: Path, n: int) -> Dataset:
    rng = np.random.default_rng(0)
    folder.mkdir()
    ids = np.array([f"p{i:06d}" for i in range(n)], object)
    for name in ids:
        small = rng.integers(30, 226, (5, 5, 3), np.uint8)
        Image.fromarray(small).resize((32, 32), Image.Resampling.BICUBIC).save(folder / f"{name}.png", compress_level=1)
    frame = pd.DataFrame({"sample_id": ids, "image": [f"{i}.png" for i in ids]})
    return Dataset("p", "image", ids, rng.integers(0, 100, n).astype(np.int32), CLASSES, frame, image_root=folder)


def questions(n: int) -> Dataset:
    rng = np.random.default_rng(1)
    ids = np.array([f"q{i:06d}" for i in range(n)], object)
    choices = [[f"{i} times {k}" for k in range(4)] for i in range(n)]
    frame = pd.DataFrame({"sample_id": ids, "question": [f"What of {i}?" for i in range(n)], "choices": choices})
    labels, counts = rng.integers(0, 4, n).astype(np.int32), np.full(n, 4, np.int32)
    return Dataset("q", "question", ids, labels, OPTION_LETTERS[:4], frame, option_counts=counts)


def decisions(dataset: Dataset, count: int) -> list[Decision]:
    rows = np.sort(np.random.default_rng(2).choice(len(dataset), count, replace=False))
    other = (dataset.given_labels[rows] + 1) % dataset.options_of()[rows]
    return [
        Decision(f"u{i}", "0" * 12, str(dataset.sample_ids[row]), "ann", "relabel", (int(label),))
        for i, (row, label) in enumerate(zip(rows, other))
    ]


def taken(dataset: Dataset, rows: np.ndarray, **changes) -> Dataset:
    """Some rows in another order."""
    counts = None if dataset.option_counts is None else dataset.option_counts[rows]
    parts = {"sample_ids": dataset.sample_ids[rows], "given_labels": dataset.given_labels[rows]}
    frame = dataset.samples.iloc[rows].reset_index(drop=True)
    return replace(dataset, **(parts | {"samples": frame, "option_counts": counts} | changes))


def reordered(old: Dataset, log, folder: Path):
    """Rows in another order, one sample in a hundred removed; of those not decided as many are new."""
    rows = np.random.default_rng(3).permutation(len(old))[len(old) // 100 :]
    decided = {d.sample_id for d in log}
    added = [i for i in range(len(old)) if str(old.sample_ids[i]) not in decided][: len(old) // 100]
    ids = old.sample_ids.astype(object)
    ids[added] = [f"added-{i}" for i in added]
    old = replace(old, sample_ids=ids)
    gone = set(map(str, old.sample_ids)) - set(map(str, old.sample_ids[rows]))
    return taken(old, rows), {}, len(log) - len(gone & {d.sample_id for d in log})


def fixed_and_renamed(old: Dataset, log, folder: Path):
    """300 decided labels fixed upstream, a class renamed, the classes in another order."""
    order = np.random.default_rng(4).permutation(len(CLASSES))
    labels, row_of = old.given_labels.copy(), {str(s): i for i, s in enumerate(old.sample_ids)}
    for decision in log[:300]:
        labels[row_of[decision.sample_id]] = decision.labels[0]
    names = [f"renamed {k}" if k == 7 else CLASSES[k] for k in order]
    codes = np.argsort(order)[labels].astype(np.int32)
    return taken(old, np.arange(len(old)), given_labels=codes, class_names=tuple(names)), {}, len(log) - 300


def encoded_anew(old: Dataset, log, folder: Path):
    """Every decided picture as a JPEG of quality 70, under the same id."""
    folder.mkdir()
    frame, decided = old.samples.copy(), {d.sample_id for d in log}
    images = []
    for sample, name in zip(old.sample_ids, frame["image"]):
        ending = "jpg" if sample in decided else "png"
        if sample in decided:
            with Image.open(old.image_root / name) as image:
                image.save(folder / f"{sample}.jpg", quality=70)
        else:
            os.link(old.image_root / name, folder / name)
        images.append(f"{sample}.{ending}")
    return replace(old, samples=frame.assign(image=images), image_root=folder), {}, len(log)


def renamed_pictures(old: Dataset, log, folder: Path):
    """Every picture under another name and id, no map."""
    folder.mkdir()
    names = [f"new-{i}" for i in np.random.default_rng(5).permutation(len(old))]
    for name, before in zip(names, old.samples["image"]):
        os.link(old.image_root / before, folder / f"{name}.png")
    frame = pd.DataFrame({"sample_id": names, "image": [f"{name}.png" for name in names]})
    ids = np.array(names, object)
    return replace(old, sample_ids=ids, samples=frame, image_root=folder), {}, len(log)


def mapped_ids(old: Dataset, log, folder: Path):
    """Every id renamed with a map, options of every question turned over."""
    ids = {str(s): f"v2/{s}" for s in old.sample_ids}
    frame = old.samples.assign(choices=[options[::-1] for options in old.samples["choices"]])
    labels = (3 - old.given_labels).astype(np.int32)
    new = replace(old, sample_ids=np.array(list(ids.values()), object), samples=frame, given_labels=labels)
    return new, ids, len(log)


def read_plainly(*versions: Dataset) -> int:
    """Every picture's bytes, or every text of a question, looked at once; how many bytes there were."""
    if versions[0].kind == "question":
        texts = (f"{q}{''.join(c)}" for v in versions for q, c in zip(v.samples["question"], v.samples["choices"]))
        return sum(len(text.encode()) for text in texts)
    return sum(len((v.image_root / name).read_bytes()) for v in versions for name in v.samples["image"])


def timed(work: Callable[[], Found]) -> tuple[Found, float, float]:
    """What it gives, seconds by the clock, and of processor time."""
    began, worked = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - began, time.process_time() - worked


CHANGES = {
    "rows reordered, added, removed": (pictures, reordered),
    "labels fixed, a class renamed": (pictures, fixed_and_renamed),
    "pictures encoded anew": (pictures, encoded_anew),
    "pictures and ids renamed, no map": (pictures, renamed_pictures),
    "ids renamed by a map, options moved": (questions, mapped_ids),
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--samples", type=int, default=50_000)
    parser.add_argument("--decisions", type=int, default=5_000)
    parsed = parser.parse_args(arguments)
    heads = ["upstream change", "could be kept", "kept", "changed", "gone", "seconds", "processor seconds"]
    heads += ["reading alone, seconds", "processor seconds"]
    print(f"| {' | '.join(heads)} |\n|:--{'|--:' * (len(heads) - 1)}|")
    with tempfile.TemporaryDirectory() as place:
        there = pictures(Path(place) / "old", parsed.samples)
        for number, (name, (made, change)) in enumerate(CHANGES.items()):
            old = there if made is pictures else questions(parsed.samples)
            log = decisions(old, parsed.decisions)
            new, ids, most = change(old, log, Path(place) / str(number))
            _, *plain = timed(partial(read_plainly, old, new))
            found, *spent = timed(partial(carry, log, old, new, "old", "new", ids, look_of))
            kept = f"{most:,} | {found.kept:,} | {len(found.changed):,} | {len(found.gone):,}"
            print(f"| {name} | {kept} | {' | '.join(f'{s:.1f}' for s in (*spent, *plain))} |", flush=True)


if __name__ == "__main__":
    main()
