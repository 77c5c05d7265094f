"""Arrow and Parquet files of other programs, batch by batch: copied into memory, and validated before a value is looked at.

A damaged offset makes Arrow step outside its memory, which ends the process; so everything read is validated in full
(offsets, lengths, indices, text). Nothing is memory-mapped, as a file that becomes shorter ends the process as well.
What is wrong raises what pyarrow raises.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

ARROW_FILE = b"ARROW1"  # begins a file with a footer, as Feather is; anything else is a stream
PARQUET_FILE = b"PAR1"
PICTURES_AT_ONCE = 64
DAMAGED = (pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError, MemoryError)


def sound(data: pa.Table | pa.RecordBatch) -> pa.Table | pa.RecordBatch:
    """The same data, once nothing in it leads outside its memory and its names are text."""
    data.validate(full=True)
    require_text(data.schema)
    return data


def require_text(fields: Iterable[pa.Field]) -> None:
    """Looks at every name, of fields inside of fields too: one that is no UTF-8 raises here and not later."""
    for field in fields:
        field.name.encode("utf-8")
        require_text(field.type.field(number) for number in range(field.type.num_fields))


def schema_in(path: Path) -> pa.Schema:
    """The columns of a file of Arrow or Parquet."""
    if _is_parquet(path):
        import pyarrow.parquet as pq

        schema = pq.read_schema(path)
    else:
        with pa.OSFile(str(path)) as source:
            schema = _opened(source).schema
    require_text(schema)
    return schema


def batches_in(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """These columns of a file of Arrow or Parquet, a batch in memory at a time."""
    if _is_parquet(path):
        import pyarrow.parquet as pq

        yield from map(sound, pq.ParquetFile(path).iter_batches(PICTURES_AT_ONCE, columns=list(columns)))
    else:
        with pa.OSFile(str(path)) as source:
            yield from (sound(batch.select(list(columns))) for batch in _batches(_opened(source)))


def _is_parquet(path: Path) -> bool:
    """By its ending, or how it begins: what a cache keeps has no ending."""
    if path.suffix.lower() == ".parquet":
        return True
    with path.open("rb") as file:
        return file.read(len(PARQUET_FILE)) == PARQUET_FILE


def _opened(source: pa.NativeFile) -> pa.RecordBatchReader | pa.ipc.RecordBatchFileReader:
    begins = source.read(len(ARROW_FILE))
    source.seek(0)
    return pa.ipc.open_file(source) if begins == ARROW_FILE else pa.ipc.open_stream(source)


def _batches(reader) -> Iterator[pa.RecordBatch]:
    if isinstance(reader, pa.ipc.RecordBatchFileReader):
        yield from (reader.get_batch(number) for number in range(reader.num_record_batches))
    else:
        yield from reader
