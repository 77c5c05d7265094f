"""Small datasets, runs and decision logs to export from."""

import uuid
from pathlib import Path

import numpy as np
import pandas as pd

from cleaning.domain.dataset import OPTION_LETTERS, Dataset
from cleaning.domain.experts import Expert, Top1Expert
from cleaning.keep.decisions import Decision
from cleaning.keep.workspaces import create_workspace
from cleaning.suspect import pipeline
from cleaning.suspect.ranking import rank_suspicion

CLASSES = ("cat", "dog", "eel, electric", "<b>fox</b>")


def a_dataset(n=40, classes=CLASSES, seed=0) -> Dataset:
    rng = np.random.default_rng(seed)
    ids = np.array([f"s{i:04d}" for i in range(n)], object)
    frame = pd.DataFrame({"sample_id": ids, "image": [f"{i}.png" for i in ids], "source": ["web"] * n})
    return Dataset("pets", "image", ids, rng.integers(0, len(classes), n).astype(np.int32), tuple(classes), frame)


def some_questions(n=12, options=4, seed=0) -> Dataset:
    rng = np.random.default_rng(seed)
    ids = np.array([f"q{i:03d}" for i in range(n)], object)
    choices = [[f"option {k} of {i}" for k in range(options)] for i in range(n)]
    frame = pd.DataFrame({"sample_id": ids, "question": [f"What, is {i}?" for i in range(n)], "choices": choices})
    labels = rng.integers(0, options, n).astype(np.int32)
    counts = np.full(n, options, np.int32)
    return Dataset("quiz", "question", ids, labels, OPTION_LETTERS[:options], frame, option_counts=counts)


def experts_for(dataset: Dataset, count=3, seed=1) -> list[Expert]:
    rng = np.random.default_rng(seed)
    experts = []
    for m in range(count):
        wrong = rng.random(len(dataset)) < 0.2 + 0.05 * m
        answers = np.where(wrong, rng.integers(0, dataset.class_count, len(dataset)), dataset.given_labels)
        answers = answers.astype(np.int32)
        experts.append(Top1Expert(f"expert {m}", predicted=answers, confidence=rng.uniform(0.3, 1, len(dataset))))
    return experts


def a_workspace(root: Path, dataset: Dataset | None = None, audit: pd.DataFrame | None = None):
    """(workspace, run). audit: cards to put in place of the drawn ones, with ranks in place of rows."""
    dataset = dataset or a_dataset()
    experts = experts_for(dataset)
    workspace = create_workspace(root, dataset, experts)
    run = workspace.save_run(pipeline.run(dataset, experts), experts)
    if audit is not None:
        drawn = audit.assign(row=by_rank(run)[audit["row"]])
        drawn.to_parquet(run.folder / "audit.parquet", index=False)
    return workspace, run


def by_rank(run) -> np.ndarray:
    """(N,) rows of the dataset, most suspicious first, as the estimates rank them."""
    return rank_suspicion(run.suspicion).rows


def decide(sample_id, verdict, labels=(), reviewer="ann", number=0, **more) -> Decision:
    """One decision, ``number`` seconds after noon; its uuid follows from what it says."""
    said = f"{sample_id} {verdict} {labels} {reviewer} {number}"
    values = {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, said)),
        "run_id": "0" * 12,
        "decided_at": f"2026-01-01T12:{number // 60 % 60:02d}:{number % 60:02d}.000Z",
        "seconds": 2.5,
        "seq": number + 1,
    }
    return Decision(
        **(
            values
            | {"sample_id": sample_id, "verdict": verdict, "labels": tuple(labels)}
            | {"reviewer": reviewer}
            | more
        )
    )


def some_decisions(dataset: Dataset, run_id="0" * 12) -> list[Decision]:
    """One of everything on the first samples, with an undo, a contested and an adjudicated sample."""
    ids, given, k = dataset.sample_ids, dataset.given_labels, dataset.class_count
    other = [int(g + 1) % k for g in given]
    said = [
        (ids[0], "keep", [int(given[0])], "ann"),
        (ids[1], "relabel", [other[1]], "ann"),
        (ids[1], "relabel", [other[1]], "bob"),
        (ids[2], "several_fit", [other[2], int(given[2])], "ann"),
        (ids[3], "none_fits", [], "ann"),
        (ids[4], "unclear_item", [], "ann"),
        (ids[5], "keep", [int(given[5])], "ann"),
        (ids[5], "relabel", [other[5]], "bob"),  # contested
        (ids[6], "unsure", [], "ann"),
        (ids[7], "skip", [], "ann"),
        (ids[8], "relabel", [other[8]], "ann"),
        (ids[8], "keep", [int(given[8])], "bob"),
    ]
    log = [decide(*s, number=i, run_id=run_id, note='said "so"' if i == 1 else "") for i, s in enumerate(said)]
    log.append(decide(ids[8], "relabel", [other[8]], "chair", len(log), card="adjudication", run_id=run_id))
    log.append(decide(ids[9], "relabel", [other[9]], "bob", len(log), mode="open", run_id=run_id))
    log.append(decide(ids[9], "undo", [], "bob", len(log), undoes=log[-1].uuid, run_id=run_id))
    log.append(decide(ids[10], "relabel", [other[10]], "bob", len(log), card="audit", run_id=run_id))
    return log
