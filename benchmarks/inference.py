"""Pictures per second of ``experts`` against a bare timm loop: the same model, pictures and batch, in turns in one run.

    python -m benchmarks.inference [--model resnet10t] [--pictures 256] [--batch 32] [--rounds 3]

The bare loop opens a picture, transforms it, stacks a batch and asks the model, and keeps the logits in memory. Ours
also reads ahead in threads, reports what cannot be read, and writes shards and the finished file. Random weights: the
speed does not depend on them.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np

LEAST_RATIO = 0.9


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inference")
    parser.add_argument("--model", default="resnet10t")
    parser.add_argument("--pictures", type=int, default=256)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(arguments if arguments is not None else [])
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), asked)


def compare(folder: Path, asked: argparse.Namespace) -> None:
    """Prints both speeds, round by round in turns, and the ratio of their medians."""
    weights, paths = make_weights(folder, asked.model), make_pictures(folder / "pictures", asked.pictures)
    bare_loop(asked.model, weights, paths[: asked.batch], asked.batch)  # warms up
    ours, bare = [], []
    for number in range(asked.rounds):
        bare.append(timed(len(paths), bare_loop, asked.model, weights, paths, asked.batch))
        out = folder / f"out{number}"
        ours.append(timed(len(paths), our_run, asked.model, weights, folder / "pictures", asked.batch, out))
        print(f"round {number + 1}: bare {bare[-1][0]:7.1f}/s   ours {ours[-1][0]:7.1f}/s", flush=True)
    print(f"{asked.model}, batch {asked.batch}, {len(paths)} pictures, medians of {asked.rounds} rounds:")
    for place, what in enumerate(("pictures a second", "pictures a second of CPU time")):
        one, other = (median(speed[place] for speed in side) for side in (bare, ours))
        print(f"{what}: bare {one:.1f}, ours {other:.1f}, ours / bare = {other / one:.2f} (aim {LEAST_RATIO})")


def timed(pictures: int, work, *arguments) -> tuple[float, float]:
    """Pictures a second, and a second of this process's CPU time, which busy neighbours change less."""
    start, used = time.perf_counter(), time.process_time()
    work(*arguments)
    return pictures / (time.perf_counter() - start), pictures / (time.process_time() - used)


def make_pictures(folder: Path, count: int) -> list[Path]:
    """JPEG pictures of 500 x 375 with smooth content and noise, so that they decode as photographs do."""
    from PIL import Image

    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(count):
        coarse = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)).resize((500, 375))
        noisy = np.asarray(coarse, np.int16) + rng.integers(-12, 12, (375, 500, 3))
        Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(folder / f"{number:05d}.jpg", quality=90)
    return sorted(folder.iterdir())


def make_weights(folder: Path, name: str) -> Path:
    from safetensors.torch import save_file

    from data_adapters.inference.importing import import_timm

    path = folder / "weights.safetensors"
    save_file(import_timm().create_model(name, pretrained=False).state_dict(), path)
    return path


def bare_loop(name: str, weights: Path, paths: Sequence[Path], batch: int) -> np.ndarray:
    """(N, K) logits by the loop one would write by hand."""
    import torch
    from PIL import Image
    from safetensors.torch import load_file

    from data_adapters.inference.importing import import_timm

    timm = import_timm()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = timm.create_model(name, pretrained=False)
    model.load_state_dict(load_file(weights))
    model.eval().to(device)
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model), is_training=False)
    kept = []
    with torch.inference_mode(), torch.autocast("cuda", torch.float16, enabled=device == "cuda"):
        for start in range(0, len(paths), batch):
            tensors = [transform(Image.open(path).convert("RGB")) for path in paths[start : start + batch]]
            kept.append(model(torch.stack(tensors).to(device)).float().cpu().numpy())
    return np.concatenate(kept)


def our_run(name: str, weights: Path, folder: Path, batch: int, out: Path) -> None:
    from data_adapters.inference import Asking, ModelChoice, ask_models, find_sources

    ask_models([ModelChoice("expert", name, weights)], find_sources(folder), out, Asking(batch=batch))


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
