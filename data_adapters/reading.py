"""One door: whatever is given, the adapter that reads it."""

from pathlib import Path

from cleaning.errors import InputError
from data_adapters.contract import Reading
from data_adapters.folder import is_dataset_folder, read_folder
from data_adapters.sentences import listed


def read(path: Path | str) -> Reading:
    """Reads a folder. Raises InputError where it is none of the layouts we know."""
    path = Path(path)
    if path.is_dir():
        if is_dataset_folder(path):
            return read_folder(path)
        there = sorted(entry.name for entry in path.iterdir()) or ["nothing"]
        raise InputError(
            f"'{path.name}' is no dataset folder: it has no samples.csv or labels.csv (or .parquet). "
            f"It holds {listed(there)} Loose files are given with --labels and --expert."
        )
    if path.exists():
        raise InputError(f"'{path.name}' is a file, not a dataset folder. Give loose files with --labels and --expert.")
    raise InputError(f"There is no folder '{path}'. Check the name.")
