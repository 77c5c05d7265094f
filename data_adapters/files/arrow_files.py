"""Arrow, Feather and Parquet files of other programs, with a sentence for what is damaged.

How they are read without harm stands in ``cleaning.scores.arrow_streams``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaning.errors import InputError
from cleaning.scores.arrow_streams import ARROW_FILE, DAMAGED, batches_in, schema_in, sound
from data_adapters.sentences import reason

__all__ = ["ARROW_FILE", "arrow_batches", "arrow_schema", "arrow_table", "readable", "sound"]


@contextmanager
def readable(path: Path, what: str) -> Iterator[None]:
    """Turns what pyarrow says about a damaged file into a sentence."""
    try:
        yield
    except DAMAGED as error:
        raise InputError(
            f"'{path.name}' cannot be read as {what} ({reason(error)}). "
            "Check that it was saved completely and has the right ending."
        ) from error


def arrow_schema(path: Path) -> pa.Schema:
    """The columns of a file of Arrow or Parquet. Raises InputError where it cannot be read."""
    with readable(path, "Arrow or Parquet"):
        return schema_in(path)


def arrow_batches(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """These columns of a file of Arrow or Parquet, a batch in memory at a time. Raises InputError."""
    with readable(path, "Arrow or Parquet"):
        yield from batches_in(path, columns)


def arrow_table(path: Path, columns: Sequence[str]) -> pa.Table:
    """These columns of a file of Arrow or Parquet, without its metadata. Raises InputError."""
    if path.suffix.lower() == ".parquet":
        import pyarrow.parquet as pq

        with readable(path, "Arrow or Parquet"):
            return sound(pq.ParquetFile(path).read(columns=list(columns))).replace_schema_metadata(None)
    schema = pa.schema([arrow_schema(path).field(name) for name in columns])
    return pa.Table.from_batches((_alone(batch) for batch in arrow_batches(path, columns)), schema)


def _alone(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A copy: columns of a batch that was read hold on to the memory of all of them, pictures too."""
    return batch.replace_schema_metadata(None).take(pa.array(np.arange(batch.num_rows)))
