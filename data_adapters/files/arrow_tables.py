"""Tables in Parquet, Feather and Arrow files, whole and bounded."""

from pathlib import Path

import pyarrow as pa

from cleaning.errors import InputError, counted
from data_adapters.files.arrow_files import ARROW_FILE, readable, sound
from data_adapters.files.index_columns import with_plain_index
from data_adapters.limits import MAX_TABLE_BYTES, MAX_TABLE_CELLS, readable_size


def read_parquet(path: Path) -> pa.Table:
    """The table in a Parquet file."""
    import pyarrow.parquet as pq

    with readable(path, "Parquet"):
        meta = pq.read_metadata(path)
        size = sum(meta.row_group(g).total_byte_size for g in range(meta.num_row_groups))
        _check_declared(path, meta.num_rows, meta.num_columns, size)
        return with_plain_index(sound(pq.ParquetFile(path).read()))


def read_arrow(path: Path) -> pa.Table:
    """The table in a Feather file, or in Arrow's file or stream format."""
    with readable(path, "Feather"), pa.OSFile(str(path)) as source:
        if source.read(len(ARROW_FILE)) != ARROW_FILE:
            return _read_stream(path, source)
        reader = pa.ipc.open_file(source)
        first = reader.get_batch(0).num_rows if reader.num_record_batches else 0
        _check_declared(path, first * reader.num_record_batches, len(reader.schema), 0)
        return sound(reader.read_all())


def _read_stream(path: Path, source: pa.NativeFile) -> pa.Table:
    """Arrow's stream format, as ``datasets`` keeps its shards in."""
    source.seek(0)
    rows, batches = 0, []
    with pa.ipc.open_stream(source) as reader:
        for batch in reader:
            rows += batch.num_rows
            _check_declared(path, rows, len(reader.schema), 0)
            batches.append(batch)
        return sound(pa.Table.from_batches(batches, reader.schema))


def _check_declared(path: Path, rows: int, columns: int, size: int) -> None:
    if size > MAX_TABLE_BYTES or rows * columns > MAX_TABLE_CELLS:
        raise InputError(
            f"'{path.name}' declares {counted(rows, 'row')} x {counted(columns, 'column')} "
            f"({readable_size(size)} unpacked), more than is read from a table. "
            "Save scores as .npy, which is memory-mapped."
        )
