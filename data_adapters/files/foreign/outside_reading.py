"""The process of its own in which HDF5 and Zarr are read: run with LIBRARY, FILE and FOLDER it copies every array of
numbers or texts into a ``.npy`` of its name."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from data_adapters.files.foreign.outside_readers import MISSING, UNSUITABLE
from data_adapters.limits import MAX_UNPACKED_BYTES


def main(library: str, path: str, folder: str) -> int:
    """Exit code."""
    try:
        arrays = dict(_of_hdf5(path) if library == "h5py" else _of_zarr(path))
    except ImportError:
        return MISSING
    for name, array in arrays.items():
        np.save(Path(folder, f"{name}.npy"), array, allow_pickle=False)
    return 0 if arrays else UNSUITABLE


def _of_hdf5(path: str) -> Iterator[tuple[str, np.ndarray]]:
    import h5py

    with h5py.File(path, "r") as file:
        found: dict[str, h5py.Dataset] = {}
        file.visititems(lambda name, one: found.update({name: one}) if isinstance(one, h5py.Dataset) else None)
        left = MAX_UNPACKED_BYTES
        for name, one in found.items():
            texts = h5py.check_string_dtype(one.dtype) is not None
            if not one.shape or (not texts and one.dtype.kind not in "iufb"):
                continue
            left -= one.nbytes
            if left < 0:
                return
            yield _plain(name), np.array(one.asstr("utf-8")[()].tolist(), np.str_) if texts else one[()]


def _of_zarr(path: str) -> Iterator[tuple[str, np.ndarray]]:
    import zarr

    opened = zarr.open(path, mode="r")
    members = [("scores", opened)] if isinstance(opened, zarr.Array) else list(opened.members(max_depth=None))
    left = MAX_UNPACKED_BYTES
    for name, one in members:
        if not isinstance(one, zarr.Array) or not one.shape or one.dtype.kind not in "iufbUT":
            continue
        left -= one.nbytes
        if left < 0:
            return
        values = np.asarray(one[...])
        yield _plain(name), values.astype(np.str_) if values.dtype.kind == "T" else values


def _plain(name: str) -> str:
    """The array's own name, without the groups around it."""
    return name.strip("/").rsplit("/", 1)[-1].lstrip(".") or "scores"


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:4]))
