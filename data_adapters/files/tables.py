"""Tables from files: CSV, TSV, Parquet, Feather and JSON lines.

Text stays as it is written: an id ``00012`` keeps its zeros, a class called ``NA`` stays a class.
"""

import re
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaning.domain.dataset import TEXT
from cleaning.errors import InputError, counted
from data_adapters.files.arrow_files import readable, sound
from data_adapters.files.check import OTHER_TABLES, TABLE_SUFFIXES, check_file, ending
from data_adapters.files.packed import unpacked
from data_adapters.limits import MAX_TABLE_BYTES, MAX_TABLE_CELLS, readable_size
from data_adapters.sentences import listed

TEXT_ROWS = 65_536
HEAD_ROWS = 1000
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")


@dataclass(frozen=True)
class Table:
    """Named columns of equal length from one file. notes: how the file had to be read."""

    path: Path
    data: pa.Table
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.data.num_rows

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.data.column_names)

    def text(self, column: str) -> np.ndarray:
        """(N,) object array of str without surrounding blanks; missing values are empty."""
        return _as_text(self.data[column])

    def compact_text(self, column: str) -> np.ndarray:
        """(N,) TEXT array of the same, for columns in which nearly every text is another."""
        data, out = self.data[column], np.empty(len(self), TEXT)
        for start in range(0, len(data), TEXT_ROWS):
            out[start : start + TEXT_ROWS] = _as_text(data.slice(start, TEXT_ROWS))
        return out

    def values(self, column: str) -> list:
        """N Python values as the file holds them (lists stay lists); missing values are None."""
        return self.data[column].to_pylist()

    def numbers(self, column: str) -> np.ndarray:
        """(N,) float, NaN where empty. Raises InputError naming the first five values that are no numbers."""
        return _as_numbers(self.data[column], column, self.path).to_numpy()

    def holds_numbers(self, column: str) -> bool:
        """Whether the first 200 values that are not empty all read as numbers (and there is one)."""
        data = self.data[column]
        if _is_number(data.type):
            return True
        if not _is_text(data.type):
            return False
        shown = [value for value in _as_text(data.slice(0, 200)) if value]
        return bool(shown) and all(map(reads_as_number, shown))

    def first(self, rows: int) -> "Table":
        """The table of its first rows."""
        return Table(self.path, self.data.slice(0, rows))

    def head(self, column: str) -> np.ndarray:
        """Text of the first 1,000 rows of a column."""
        return _as_text(self.data[column].slice(0, HEAD_ROWS))

    def list_length(self, column: str) -> int:
        """How many numbers stand in each cell of a column of lists, as its first rows have it; 0 where it has none."""
        if not _is_list(self.data[column].type) or not _is_number(self.data[column].type.value_type):
            return 0
        lengths = {len(value) for value in self.data[column].slice(0, HEAD_ROWS).to_pylist() if value is not None}
        return lengths.pop() if len(lengths) == 1 else 0

    def lists(self, column: str) -> np.ndarray:
        """(N, K) float64 of a column of lists of numbers. Raises InputError naming rows of another length."""
        width, values = self.list_length(column), self.data[column].to_pylist()
        bad = [i + 1 for i, value in enumerate(values) if value is None or len(value) != width or None in value]
        if bad:
            raise InputError(
                f"'{self.path.name}': column '{column}' has {counted(len(bad), 'list')} of other than {width} numbers: "
                f"data rows {listed(bad)} Write one number per class in every row."
            )
        return np.array(values, np.float64)

    def all_printable(self, column: str) -> bool:
        """Whether a column is seen at once to hold plain ASCII text alone; False says nothing."""
        import pyarrow.compute as pc

        data = self.data[column]
        return _is_text(data.type) and bool(pc.all(pc.ascii_is_printable(data)).as_py())

    def matrix(self, columns: list[str]) -> np.ndarray:
        """(N, len(columns)) float32 of the named columns, NaN where empty."""
        numeric = pa.table([_as_numbers(self.data[c], c, self.path) for c in columns], names=columns)
        out = np.empty((len(self), len(columns)), np.float32)
        start = 0
        for batch in numeric.to_batches(max_chunksize=4096):
            stop = start + batch.num_rows
            out[start:stop] = np.stack([c.to_numpy(zero_copy_only=False) for c in batch.columns], axis=1)
            start = stop
        return out


def read_table(path: Path, scores: bool = False) -> Table:
    """The table in a file, by its ending. Raises InputError on anything that cannot be read.

    scores: it is an expert's, so that columns of fractions in a wide text table may be read as float32 and not as text.
    """
    check_file(path)
    if ending(path) != path.suffix.lower():
        with unpacked(path) as inner:
            return replace(read_table(inner, scores), path=path)
    readers = {
        ".csv": partial(_read_text, scores=scores),
        ".tsv": partial(_read_text, scores=scores),
        ".parquet": _read_parquet,
        ".feather": _read_feather,
        ".jsonl": _read_json_lines,
        ".ndjson": _read_json_lines,
        ".json": _read_json,
        ".xlsx": _read_sheet,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        known = ", ".join((*TABLE_SUFFIXES, *OTHER_TABLES[:2]))
        raise InputError(f"'{path.name}' is no table we read ({known}). Save it as one of these.")
    table = reader(path)
    try:
        _check_names(table.columns, path)
    except UnicodeDecodeError as error:
        raise InputError(
            f"'{path.name}' is not UTF-8 text: its names of columns hold bytes of another encoding. "
            "Save it again with the encoding UTF-8."
        ) from error
    return table


def reads_as_number(text: str) -> bool:
    """Whether a text is a number, with a decimal point or a decimal comma."""
    try:
        float(text if "," not in text else _with_point(text))
    except ValueError:
        return False
    return "_" not in text


def _with_point(text: str) -> str:
    return text.replace(",", ".") if DECIMAL_COMMA.fullmatch(text) else text


def _read_text(path: Path, scores: bool) -> Table:
    from data_adapters.files.text_tables import read_text_table

    data, notes = read_text_table(path, scores)
    return Table(path, data, notes)


def _read_json(path: Path) -> Table:
    from data_adapters.files.json_tables import read_json_table

    return Table(path, *read_json_table(path))


def _read_sheet(path: Path) -> Table:
    from data_adapters.files.packed import read_sheet

    return Table(path, *read_sheet(path))


def _read_parquet(path: Path) -> Table:
    import pyarrow.parquet as pq

    with readable(path, "Parquet"):
        meta = pq.read_metadata(path)
        size = sum(meta.row_group(g).total_byte_size for g in range(meta.num_row_groups))
        _check_declared(path, meta.num_rows, meta.num_columns, size)
        return Table(path, sound(pq.ParquetFile(path).read()))


def _read_feather(path: Path) -> Table:
    with readable(path, "Feather"), pa.OSFile(str(path)) as source:
        reader = pa.ipc.open_file(source)
        first = reader.get_batch(0).num_rows if reader.num_record_batches else 0
        _check_declared(path, first * reader.num_record_batches, len(reader.schema), 0)
        return Table(path, sound(reader.read_all()))


def _read_json_lines(path: Path) -> Table:
    import pyarrow.json as pj

    from data_adapters.files.json_files import refuse_deep_lines, refuse_uneven_lines

    refuse_deep_lines(path)
    try:
        return Table(path, sound(pj.read_json(path, read_options=pj.ReadOptions(block_size=64 * 1024**2))))
    except (pa.ArrowException, OSError, ValueError) as error:
        refuse_uneven_lines(path)
        with readable(path, "JSON lines"):
            raise error


def _check_declared(path: Path, rows: int, columns: int, size: int) -> None:
    if size > MAX_TABLE_BYTES or rows * columns > MAX_TABLE_CELLS:
        raise InputError(
            f"'{path.name}' declares {counted(rows, 'row')} x {counted(columns, 'column')} "
            f"({readable_size(size)} unpacked), more than is read from a table. "
            "Save scores as .npy, which is memory-mapped."
        )


def _check_names(columns: tuple[str, ...], path: Path) -> None:
    repeated = sorted({name for name in columns if columns.count(name) > 1}) if len(set(columns)) < len(columns) else ()
    if repeated:
        raise InputError(
            f"'{path.name}' has {counted(len(repeated), 'column name')} more than once: {listed(repeated)} "
            "Give each column a name of its own."
        )


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _is_list(kind: pa.DataType) -> bool:
    return pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def _as_text(data: pa.ChunkedArray) -> np.ndarray:
    if pa.types.is_dictionary(data.type):
        return _as_text_by_word(data)
    if pa.types.is_floating(data.type):
        values = [_float_text(value) for value in data.to_pylist()]
    elif _is_text(data.type):
        return _trimmed(data)
    else:
        values = ["" if value is None else str(value) for value in data.to_pylist()]
    out = np.empty(len(values), object)
    out[:] = values
    return out


def _trimmed(data: pa.ChunkedArray) -> np.ndarray:
    """Text without blanks around it, made block by block: millions of ids are then held once and not three times."""
    import pyarrow.compute as pc  # here, as it takes as long as all of pyarrow

    out = np.empty(len(data), object)
    for start in range(0, len(data), TEXT_ROWS):
        block = data.slice(start, TEXT_ROWS).cast(pa.string())
        out[start : start + TEXT_ROWS] = pc.fill_null(pc.utf8_trim_whitespace(block), "").to_pylist()
    return out


def _as_text_by_word(data: pa.ChunkedArray) -> np.ndarray:
    """Text of a column that holds each of its words once and says where; so does the text."""
    whole = data.unify_dictionaries().combine_chunks()
    whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
    words = np.append(_as_text(pa.chunked_array([whole.dictionary])), "")
    return words[whole.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False).astype(np.int64)]


def _float_text(value: float | None) -> str:
    if value is None or value != value:
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(value)


def _as_numbers(data: pa.ChunkedArray, column: str, path: Path) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    if pa.types.is_dictionary(data.type):
        data = data.cast(data.type.value_type)
    if pa.types.is_null(data.type):
        return pc.cast(data, pa.float64()).fill_null(np.nan)
    if _is_number(data.type):
        target = pa.float32() if data.type in (pa.float16(), pa.float32()) else pa.float64()
        return pc.cast(data, target, safe=False).fill_null(np.nan)
    text = _as_text(data)
    bad = [value for value in text if value and not reads_as_number(value)]
    if bad:
        raise InputError(
            f"'{path.name}': column '{column}' has {counted(len(bad), 'value')} not readable as numbers: "
            f"{listed(bad)} Expected numbers with a decimal point."
        )
    return pa.chunked_array(
        [pa.array([float(_with_point(value)) if value else np.nan for value in text], pa.float64())]
    )
