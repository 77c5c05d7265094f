"""HDF5 files and Zarr folders, read by their own libraries in a process of its own.

What these libraries do with a damaged file cannot be known: there it ends that process and gives a sentence.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from cleaning.errors import InputError
from data_adapters.limits import MAX_UNPACKED_BYTES, readable_size

HDF5 = (".h5", ".hdf5", ".hdf")
ZARR = (".zarr",)
OUTSIDE = (*HDF5, *ZARR)
LIBRARIES = {"h5py": "HDF5", "zarr": "Zarr"}
SECONDS = 300
MISSING, UNSUITABLE = 3, 4  # what the process ends with


def load_outside(path: Path) -> dict[str, np.ndarray]:
    """The arrays in the file by name, whatever group they lie in. Raises InputError where there are none to be had."""
    if not path.exists():
        raise InputError(f"There is no file '{path}'. Check the name.")
    library = "h5py" if path.suffix.lower() in HDF5 else "zarr"
    with tempfile.TemporaryDirectory() as folder:
        code = _read_apart(library, path, Path(folder))
        arrays = {file.stem: _array(file) for file in sorted(Path(folder).glob("*.npy"))}
    if code or not arrays:
        raise InputError(_refusal(path, library, code))
    return arrays


def _read_apart(library: str, path: Path, folder: Path) -> int:
    """What the process that copies all arrays into the folder ends with."""
    import subprocess

    command = [
        sys.executable,
        "-m",
        "data_adapters.files.foreign.outside_reading",
        library,
        str(path.resolve()),
        str(folder),
    ]
    try:
        home = Path(__file__).resolve().parents[3]
        return subprocess.run(command, cwd=home, capture_output=True, timeout=SECONDS, check=False).returncode
    except subprocess.TimeoutExpired:
        return 1


def _array(file: Path) -> np.ndarray:
    array = np.load(file, allow_pickle=False)
    return np.char.decode(array, "utf-8") if array.dtype.kind == "S" else array


def _refusal(path: Path, library: str, code: int) -> str:
    if code == MISSING:
        return (
            f"'{path.name}' is {LIBRARIES[library]}; reading it needs {library} (pip install {library}). Or save its arrays "
            "with numpy.savez."
        )
    if code in (0, UNSUITABLE):
        return (
            f"'{path.name}' holds no arrays of numbers or texts of up to {readable_size(MAX_UNPACKED_BYTES)}. Tables that "
            "pandas keeps in HDF5 are not read: save them with to_parquet, and arrays with numpy.savez."
        )
    return (
        f"'{path.name}' cannot be read as {LIBRARIES[library]}. Check that it was copied completely, or save it again."
    )
