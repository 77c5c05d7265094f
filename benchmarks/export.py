"""Wall time and peak memory of each export: 50,000 samples, 1,000 classes, 8 experts, 5,000 decisions.

    python -m benchmarks.export [--samples 50000] [--decisions 5000] [--kinds csv,patch,card]

The dataset, the experts' answers and the decisions are drawn at random (seeded): they have the size of a real review,
not its content. Each export is a process of its own, from the start of Python to the written file.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.journey import LAUNCHER, REPOSITORY
from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import Expert, Top1Expert
from cleaning.export import available_exports
from cleaning.keep.decisions import Decision, open_store
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace, create_workspace
from cleaning.suspect import pipeline

CLASSES, EXPERTS = 1_000, 8
SECONDS, CARD_SECONDS, BYTES = 3.0, 10.0, 500e6


def a_dataset(n: int, classes: int = CLASSES) -> Dataset:
    rng = np.random.default_rng(0)
    ids = np.array([f"picture_{i:08d}" for i in range(n)], object)
    frame = pd.DataFrame({"sample_id": ids, "image": [f"{i}.jpg" for i in ids], "source": rng.choice(list("abc"), n)})
    names = tuple(f"class number {k}" for k in range(classes))
    return Dataset("benchmark", "image", ids, rng.integers(0, classes, n).astype(np.int32), names, frame)


def some_experts(dataset: Dataset, count: int = EXPERTS) -> list[Expert]:
    rng = np.random.default_rng(1)
    hard = rng.random(len(dataset))
    experts: list[Expert] = []
    for m in range(count):
        right = rng.random(len(dataset)) < 0.95 - 0.4 * hard
        other = rng.integers(0, dataset.class_count, len(dataset))
        answers = np.where(right, dataset.given_labels, other).astype(np.int32)
        confidence = np.clip(rng.normal(0.9 - 0.3 * hard, 0.1), 0.01, 0.99)
        experts.append(Top1Expert(f"expert {m}", predicted=answers, confidence=confidence))
    return experts


def some_decisions(dataset: Dataset, run: Run, count: int) -> list[Decision]:
    """Half on the most suspicious samples, half on audit cards; every fifth sample by two of four reviewers."""
    rng = np.random.default_rng(2)
    audit = run.audit["row"].to_numpy()[: count // 2]
    rows = np.concatenate([audit, np.setdiff1d(run.scores["row"].to_numpy()[:count], audit)])
    rows = np.repeat(rows, np.where(rng.random(len(rows)) < 0.2, 2, 1))[:count]
    suggested = run.scores.sort_values("row")["suggested"].to_numpy()
    return [_decision(dataset, run, int(row), int(suggested[row]), i, rng) for i, row in enumerate(rows)]


def _decision(dataset: Dataset, run: Run, row: int, suggested: int, i: int, rng: np.random.Generator) -> Decision:
    given, draw = int(dataset.given_labels[row]), rng.random()
    said = [("relabel", [suggested]), ("several_fit", [given, suggested]), ("none_fits", []), ("unsure", [])]
    verdict, labels = ("keep", [given]) if draw > 0.6 or suggested == given else said[int(draw * 20) % 4]
    return Decision(
        uuid=str(uuid.UUID(int=int(rng.integers(2**62)))),
        run_id=run.id,
        sample_id=str(dataset.sample_ids[row]),
        reviewer=f"reviewer {i % 4}",
        verdict=verdict,
        labels=tuple(labels),
        note="looks like the other one" if i % 10 == 0 else "",
        seconds=float(rng.integers(10, 90)) / 10,
        mode="open" if i % 5 == 0 else "blind",
        card="audit" if i % 2 else "suspicious",
        decided_at=f"2026-01-01T{i // 3600 % 24:02d}:{i // 60 % 60:02d}:{i % 60:02d}.000Z",
    )


def a_workspace(root: Path, samples: int, decisions: int, classes: int = CLASSES, count: int = EXPERTS) -> Workspace:
    dataset = a_dataset(samples, classes)
    experts = some_experts(dataset, count)
    workspace = create_workspace(root, dataset, experts)
    run = workspace.save_run(pipeline.run(dataset, experts), experts)
    store = open_store(workspace.decisions_url, workspace.id)
    log = some_decisions(dataset, run, decisions)
    store.append(log)
    store.close()
    print(f"{samples:,} samples, {classes:,} classes, {count} experts, {len(log):,} decisions\n")
    return workspace


def measured(workspace: Workspace, name: str, out: Path) -> dict:
    """seconds, peak (bytes), code and what was said of one export as a process."""
    asked = [sys.executable, "-m", "cleaning", "export", str(workspace.folder), "--as", name, "--out", str(out)]
    done = subprocess.run(
        [sys.executable, "-c", LAUNCHER, *asked], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, check=True
    )
    return json.loads(done.stdout)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=50_000)
    parser.add_argument("--decisions", type=int, default=5_000)
    parser.add_argument("--kinds", default="", help="only these, separated by commas")
    wanted = parser.parse_args(arguments)
    kinds = set(filter(None, wanted.kinds.split(",")))
    with tempfile.TemporaryDirectory() as place:
        workspace = a_workspace(Path(place), wanted.samples, wanted.decisions)
        print("| export | seconds | peak memory, MB | file, MB | within |\n|---|---|---|---|---|")
        for kind in available_exports():
            if kind.suits("image") and (not kinds or kind.name in kinds):
                out = Path(place) / kind.file_name
                found = measured(workspace, kind.name, out)
                if found["code"]:
                    raise SystemExit(found["said"])
                limit = CARD_SECONDS if kind.name in ("card", "card_json", "everything") else SECONDS
                within = "yes" if found["seconds"] < limit and found["peak"] < BYTES else "no"
                size = out.stat().st_size / 1e6
                print(f"| {kind.name} | {found['seconds']:.1f} | {found['peak'] / 1e6:.0f} | {size:.1f} | {within} |")


if __name__ == "__main__":
    main()
