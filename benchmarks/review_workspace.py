"""A big workspace of made pictures for the review benchmark: seeded, nothing in it is real."""

from pathlib import Path

import numpy as np
import pandas as pd

from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import Expert, FullExpert
from cleaning.keep.workspaces import Workspace, create_workspace
from cleaning.suspect.pipeline import run

PICTURE = (500, 375)  # width and height in pixels, as in the ImageNet validation set
CLASSES = 100
WRONG = 0.08


def make_workspace(root: Path, samples: int, distinct_pictures: int, seed: int = 0) -> Workspace:
    """A scored workspace of ``samples`` pictures (files shared by several samples) and three full experts."""
    rng = np.random.default_rng(seed)
    names = make_pictures(root / "pictures", distinct_pictures, rng)
    truth = rng.integers(0, CLASSES, samples).astype(np.int32)
    wrong = rng.random(samples) < WRONG
    given = np.where(wrong, (truth + rng.integers(1, CLASSES, samples)) % CLASSES, truth).astype(np.int32)
    ids = np.array([f"photo_{i:06d}" for i in range(samples)], object)
    dataset = Dataset(
        name=f"{samples:,} made photos",
        kind="image",
        sample_ids=ids,
        given_labels=given,
        class_names=tuple(f"made class {k}" for k in range(CLASSES)),
        samples=pd.DataFrame({"sample_id": ids, "image": [names[i % len(names)] for i in range(samples)]}),
        image_root=root / "pictures",
    )
    experts = [_expert(m, truth, rng) for m in range(3)]
    workspace = create_workspace(root, dataset, experts)
    workspace.save_run(run(dataset, experts), experts)
    return workspace


def _expert(number: int, truth: np.ndarray, rng: np.random.Generator) -> Expert:
    logits = (2 * rng.standard_normal((len(truth), CLASSES))).astype(np.float32)
    logits[np.arange(len(truth)), truth] += 6 + number
    return FullExpert(f"expert {number}", scores=logits.astype(np.float16), score_kind="logits", simulated=True)


def make_pictures(folder: Path, count: int, rng: np.random.Generator) -> list[str]:
    """Writes noisy coloured pictures that weigh as much as photos do (nine in ten JPEG, one PNG); their names."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    width, height = PICTURE
    grain = rng.integers(0, 34, (height, width, 3)).astype(np.uint8)
    names = []
    for number in range(count):
        coarse = Image.fromarray(rng.integers(0, 220, (6, 8, 3)).astype(np.uint8))
        smooth = np.asarray(coarse.resize(PICTURE, Image.Resampling.BICUBIC))
        picture = Image.fromarray(smooth // 2 + np.roll(grain, number * 37) + 40)
        names.append(f"{number:05d}.{'png' if number % 10 == 9 else 'jpg'}")
        if names[-1].endswith("png"):
            picture.resize((250, 188)).save(folder / names[-1])
        else:
            picture.save(folder / names[-1], quality=85)
    return names
