"""Where a dataset was read from, so that an export can give what no sample shows: other splits, columns in their types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

ABOUT = ("description", "citation", "homepage", "license")


@dataclass(frozen=True)
class OriginSplit:
    """One part of a dataset in Arrow or Parquet files.

    files: in order. features: what the source says of its columns, by name; empty where it says nothing. about: those of
    ABOUT that it states. sizes: of the files in bytes, when they were read.
    """

    files: tuple[Path, ...]
    features: Mapping[str, object]
    about: Mapping[str, str]
    sizes: tuple[int, ...]

    @property
    def missing(self) -> list[str]:
        """Names of files that are not there any more, or no longer as they were."""
        return [
            file.name for file, size in zip(self.files, self.sizes) if not file.is_file() or file.stat().st_size != size
        ]


@dataclass(frozen=True)
class Origin:
    """splits: by name, in order; "" for what is not parted. split: the one that the samples are of. label_column: of the
    given labels. row_count: of the split. rows: (N,) int64 row of each sample in it; None where they are its rows in
    order."""

    splits: Mapping[str, OriginSplit]
    split: str
    label_column: str = ""
    row_count: int = 0
    rows: np.ndarray | None = None

    def of_samples(self, label_column: str, row_count: int, rows: np.ndarray | None) -> Origin | None:
        """With how the samples were read from it; None where the samples are no rows of its split."""
        if row_count != self.row_count:
            return None
        return replace(self, label_column=label_column, rows=rows)

    @property
    def missing(self) -> list[str]:
        """Names of files of any split that are not there any more, or no longer as they were."""
        return [name for split in self.splits.values() for name in split.missing]
