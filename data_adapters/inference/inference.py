"""Logits of timm models on pictures: batched, on CPU or GPU, resumed at the last shard."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cleaning.errors import InputError, counted, first_five
from cleaning.files import held
from data_adapters.inference.decoding import decoded_batches
from data_adapters.inference.models import LoadedModel, ModelChoice, columns_for, load_model
from data_adapters.inference.output_shards import SHARD_ROWS, Shards, ids_digest, join_shards, open_shards
from data_adapters.inference.sources import Pictures

Progress = Callable[[str, float], None]
LARGEST_NPZ = 2**30


@dataclass(frozen=True)
class Asking:
    """How models are asked. device: "auto", "cpu" or "cuda". dtype: of the logits kept. form: auto, npz or npy."""

    batch: int = 64
    device: str = "auto"
    dtype: str = "float16"
    form: str = "auto"
    workers: int = 4
    map_by: str = "name"
    shard_rows: int = SHARD_ROWS


AS_USUAL = Asking()


@dataclass(frozen=True)
class Asked:
    """One finished expert file. unreadable: sample id and reason. resumed: pictures that an earlier run had done."""

    name: str
    path: Path
    rows: int
    unreadable: tuple[tuple[str, str], ...] = ()
    resumed: int = 0


def ask_models(
    choices: Sequence[ModelChoice],
    pictures: Pictures,
    out: Path,
    asking: Asking = AS_USUAL,
    progress: Progress = lambda words, share: None,
) -> list[Asked]:
    """An expert file per model in ``out``. Raises InputError on models, classes or devices that do not fit."""
    _check(choices, out)
    return [_ask(load_model(choice), pictures, out, asking, progress) for choice in choices]


def _check(choices: Sequence[ModelChoice], out: Path) -> None:
    names = [choice.name for choice in choices]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated or not names:
        raise InputError(f"Two models are called {first_five(repeated)}." if names else "Name at least one --model.")
    _refuse_those_there(names, out)


def _refuse_those_there(names: Sequence[str], out: Path) -> None:
    there = [name for name in names for form in ("npz", "npy") if (out / f"{name}.{form}").exists()]
    if there:
        raise InputError(
            f"'{out.name}' already holds an expert {first_five(there)}. Remove it, or choose another folder."
        )


def _ask(loaded: LoadedModel, pictures: Pictures, out: Path, asking: Asking, progress: Progress) -> Asked:
    """One expert file, made by one process at a time."""
    name = loaded.choice.name

    def waiting() -> None:
        progress(f"waiting for another process that asks {name}", 0.0)

    with held(out / f".{name}.lock", waiting):
        _refuse_those_there([name], out)
        return _ask_alone(loaded, pictures, out, asking, progress)


def _ask_alone(loaded: LoadedModel, pictures: Pictures, out: Path, asking: Asking, progress: Progress) -> Asked:
    device = choose_device(asking.device)
    columns = columns_for(loaded, pictures.class_names, asking.map_by)
    width = loaded.model.num_classes if columns is None else len(columns)
    about = {
        "model": loaded.identity,
        "pictures": ids_digest(pictures.ids, pictures.paths),
        "columns": columns,
        "half": device == "cuda",
    }
    name = loaded.choice.name
    shards = open_shards(out, name, about, len(pictures), width, asking.dtype, asking.shard_rows)
    loaded.model.to(device)
    done, unreadable = 0, []
    for span in shards.spans():
        if shards.is_done(span):
            done += span[1] - span[0]
            unreadable += _earlier_unreadable(shards, span, pictures)
            continue
        unreadable += _fill_shard(shards, span, loaded, pictures, columns, device, asking)
        progress(f"asking {name}", span[1] / len(pictures))
    form = _form(asking.form, len(pictures) * width * shards.dtype.itemsize)
    path, readable = join_shards(shards, pictures.ids, out, name, form)
    return Asked(name, path, int(readable.sum()), tuple(unreadable), done)


def _form(asked: str, size: int) -> str:
    return asked if asked != "auto" else "npz" if size <= LARGEST_NPZ else "npy"


def _earlier_unreadable(shards: Shards, span: tuple[int, int], pictures: Pictures) -> list[tuple[str, str]]:
    bad = np.flatnonzero(np.isnan(shards.read(span[0])).any(axis=1))
    return [(pictures.ids[span[0] + i], "unreadable in the run that was resumed") for i in bad]


def _fill_shard(shards: Shards, span, loaded, pictures, columns, device, asking) -> list[tuple[str, str]]:
    """Asks the model about one shard and writes it; returns what could not be read."""
    scores = np.full((span[1] - span[0], shards.width), np.nan, np.float32)
    unreadable = []
    for places, logits, bad in model_outputs(loaded, pictures.paths[slice(*span)], device, asking):
        unreadable += [(pictures.ids[span[0] + place], reason) for place, reason in bad]
        if len(places):
            scores[places] = logits if columns is None else logits[:, columns]
    _refuse_overflow(scores, unreadable, shards, loaded.choice.name)
    shards.write(span[0], scores)
    return unreadable


def _refuse_overflow(scores: np.ndarray, unreadable: list, shards: Shards, name: str) -> None:
    with np.errstate(over="ignore"):
        kept = scores.astype(shards.dtype)
    bad = int((~np.isfinite(kept).all(axis=1)).sum()) - len(unreadable)
    if bad > 0:
        raise InputError(
            f"Model '{name}' gives logits that are NaN or too large for {shards.dtype} on {counted(bad, 'picture')}. "
            "Check its weights, or keep float32."
        )


def model_outputs(
    loaded: LoadedModel, paths: Sequence[Path], device: str, asking: Asking, forward: Callable | None = None
) -> Iterator[tuple[list[int], np.ndarray, list[tuple[int, str]]]]:
    """Batch after batch: (places read, their float32 outputs, (place, reason) of those that could not be read)."""
    import torch

    forward, start = forward or loaded.model, 0
    for batch in decoded_batches(paths, loaded.transform, asking.batch, asking.workers):
        places = [start + i for i, one in enumerate(batch) if not isinstance(one, str)]
        bad = [(start + i, one) for i, one in enumerate(batch) if isinstance(one, str)]
        start += len(batch)
        if not places:
            yield [], np.empty((0, 0), np.float32), bad
            continue
        tensors = torch.stack([one for one in batch if not isinstance(one, str)]).to(device, non_blocking=True)
        with torch.inference_mode(), torch.autocast("cuda", torch.float16, enabled=device == "cuda"):
            outputs = forward(tensors)
        yield places, outputs.float().cpu().numpy(), bad


def choose_device(asked: str) -> str:
    """ "cpu" or "cuda". Raises InputError where a GPU was asked for and there is none."""
    import torch

    there = torch.cuda.is_available()
    if asked == "cuda" and not there:
        raise InputError("No GPU is available to torch here. Use --device cpu.")
    return "cuda" if there and asked != "cpu" else "cpu"
