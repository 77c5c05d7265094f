"""Arrow, Feather and Parquet files of other programs: copied into memory, and validated before a value is looked at.

A damaged offset makes Arrow step outside its memory, which ends the process; so everything read is validated in full
(offsets, lengths, indices, text). Nothing is memory-mapped, as a file that becomes shorter ends the process as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaning.errors import InputError
from data_adapters.sentences import reason

ARROW_FILE = b"ARROW1"  # begins a file with a footer, as Feather is; anything else is a stream
PICTURES_AT_ONCE = 64


@contextmanager
def readable(path: Path, what: str) -> Iterator[None]:
    """Turns what pyarrow says about a damaged file into a sentence."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError, MemoryError) as error:
        raise InputError(
            f"'{path.name}' cannot be read as {what} ({reason(error)}). "
            "Check that it was saved completely and has the right ending."
        ) from error


def sound(data: pa.Table | pa.RecordBatch) -> pa.Table | pa.RecordBatch:
    """The same data, once nothing in it leads outside its memory and its names are text. Raises what pyarrow raises."""
    data.validate(full=True)
    _require_text(data.schema)
    return data


def _require_text(fields: Iterable[pa.Field]) -> None:
    """Looks at every name, of fields inside of fields too: one that is no UTF-8 raises here and not later."""
    for field in fields:
        field.name.encode("utf-8")
        _require_text(field.type.field(number) for number in range(field.type.num_fields))


def arrow_schema(path: Path) -> pa.Schema:
    """The columns of a file of Arrow or Parquet. Raises InputError where it cannot be read."""
    with readable(path, "Arrow or Parquet"):
        if path.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq

            schema = pq.read_schema(path)
        else:
            with pa.OSFile(str(path)) as source:
                schema = _opened(path, source).schema
        _require_text(schema)
        return schema


def arrow_batches(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """These columns of a file of Arrow or Parquet, a batch in memory at a time. Raises InputError."""
    with readable(path, "Arrow or Parquet"):
        if path.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq

            yield from map(sound, pq.ParquetFile(path).iter_batches(PICTURES_AT_ONCE, columns=list(columns)))
        else:
            with pa.OSFile(str(path)) as source:
                yield from (sound(batch.select(list(columns))) for batch in _batches(_opened(path, source)))


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


def _opened(path: Path, source: pa.NativeFile) -> pa.RecordBatchReader | pa.ipc.RecordBatchFileReader:
    begins = source.read(len(ARROW_FILE))
    source.seek(0)
    return pa.ipc.open_file(source) if begins == ARROW_FILE else pa.ipc.open_stream(source)


def _batches(reader) -> Iterator[pa.RecordBatch]:
    if isinstance(reader, pa.ipc.RecordBatchFileReader):
        yield from (reader.get_batch(number) for number in range(reader.num_record_batches))
    else:
        yield from reader
