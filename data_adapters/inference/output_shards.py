"""An inference run on disk: one array file per shard, so that a crash costs one shard; a whole file at the end.

``OUT/.NAME.making/`` holds ``run.json`` (what makes the run the same run) and ``000000.npy`` ...; rows of
unreadable pictures are NaN there and left out of the final file.
"""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cleaning.errors import InputError
from cleaning.files import new_file, write_bytes, write_json, written_aside
from cleaning.scores.reserved import new_npy
from cleaning.scores.rows import read_rows
from data_adapters.files.numpy_arrays import map_npy

SHARD_ROWS = 1024


@dataclass(frozen=True)
class Shards:
    """folder: of this run. rows: N. width: K. dtype: float16 or float32."""

    folder: Path
    rows: int
    width: int
    dtype: np.dtype
    shard_rows: int = SHARD_ROWS

    def spans(self) -> list[tuple[int, int]]:
        """(first, behind the last) row of every shard."""
        return [(start, min(start + self.shard_rows, self.rows)) for start in range(0, self.rows, self.shard_rows)]

    def path(self, start: int) -> Path:
        return self.folder / f"{start // self.shard_rows:06d}.npy"

    def is_done(self, span: tuple[int, int]) -> bool:
        """Whether the shard is there and sound."""
        path = self.path(span[0])
        if not path.is_file():
            return False
        try:
            return map_npy(path).shape == (span[1] - span[0], self.width)
        except InputError:
            return False

    def write(self, start: int, scores: np.ndarray) -> None:
        with new_file(self.path(start)) as file:
            np.save(file, scores.astype(self.dtype), allow_pickle=False)

    def read(self, start: int) -> np.ndarray:
        return read_rows(map_npy(self.path(start)), slice(0, self.shard_rows))


def open_shards(out: Path, name: str, about: dict, rows: int, width: int, dtype: str, shard_rows: int) -> Shards:
    """The shards of this very run, kept where an interrupted run was the same, else begun anew."""
    folder = out / f".{name}.making"
    about = about | {"rows": rows, "width": width, "dtype": dtype, "shard_rows": shard_rows}
    settings = folder / "run.json"
    if folder.exists() and _settings(settings) != about:
        shutil.rmtree(folder)
    if not folder.exists():
        write_json(settings, about)
    return Shards(folder, rows, width, np.dtype(dtype), shard_rows)


def _settings(path: Path) -> dict | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def ids_digest(ids: Sequence[str], paths: Sequence[Path]) -> str:
    """Changes when a sample, its file, or a file's size changes."""
    digest = hashlib.sha256()
    for one, path in zip(ids, paths):
        digest.update(f"{one}\x00{path}\x00{path.stat().st_size if path.is_file() else -1}\x00".encode())
    return digest.hexdigest()


def join_shards(shards: Shards, ids: Sequence[str], out: Path, name: str, form: str) -> tuple[Path, np.ndarray]:
    """(the finished file, (N,) which rows it holds); the shards are then removed.

    form "npz": arrays sample_ids and scores. "npy": scores alone, with the ids a line each in NAME.sample_ids.txt.
    """
    readable = np.concatenate([~np.isnan(shards.read(a)).any(axis=1) for a, _ in shards.spans()])
    if not readable.any():
        raise InputError("None of the pictures can be read; there is nothing to write.")
    kept = np.array([i for i, good in zip(ids, readable) if good], np.str_)
    path = out / f"{name}.{form}"
    with written_aside(path) as aside:
        if form == "npy":
            _fill(new_npy(aside, shards.dtype, (len(kept), shards.width)), shards, readable)
            write_bytes(out / f"{name}.sample_ids.txt", ("\n".join(kept) + "\n").encode())
        else:
            scores = np.empty((len(kept), shards.width), shards.dtype)
            _fill(scores, shards, readable)
            np.savez(aside, sample_ids=kept, scores=scores)
    shutil.rmtree(shards.folder)
    return path, readable


def _fill(target: np.ndarray, shards: Shards, readable: np.ndarray) -> None:
    row = 0
    for start, stop in shards.spans():
        block = shards.read(start)[readable[start:stop]]
        target[row : row + len(block)] = block
        row += len(block)
    if isinstance(target, np.memmap):
        target.flush()
