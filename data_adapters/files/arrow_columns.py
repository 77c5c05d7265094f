"""Columns of Arrow tables as text and as numbers: what is written stays as it is written."""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa

from cleaning.errors import InputError, counted
from data_adapters.sentences import listed

TEXT_ROWS = 65_536
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")


def reads_as_number(text: str) -> bool:
    """Whether a text is a number, with a decimal point or a decimal comma."""
    try:
        float(text if "," not in text else _with_point(text))
    except ValueError:
        return False
    return "_" not in text


def _with_point(text: str) -> str:
    return text.replace(",", ".") if DECIMAL_COMMA.fullmatch(text) else text


def is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def is_list(kind: pa.DataType) -> bool:
    return pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)


def is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def as_text(data: pa.ChunkedArray) -> np.ndarray:
    if pa.types.is_dictionary(data.type):
        return _as_text_by_word(data)
    if pa.types.is_floating(data.type):
        values = [_float_text(value) for value in data.to_pylist()]
    elif is_text(data.type):
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
    words = np.append(as_text(pa.chunked_array([whole.dictionary])), "")
    return words[whole.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False).astype(np.int64)]


def _float_text(value: float | None) -> str:
    if value is None or value != value:
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(value)


def as_numbers(data: pa.ChunkedArray, column: str, path: Path) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    if pa.types.is_dictionary(data.type):
        data = data.cast(data.type.value_type)
    if pa.types.is_null(data.type):
        return pc.cast(data, pa.float64()).fill_null(np.nan)
    if is_number(data.type):
        target = pa.float32() if data.type in (pa.float16(), pa.float32()) else pa.float64()
        return pc.cast(data, target, safe=False).fill_null(np.nan)
    text = as_text(data)
    bad = [value for value in text if value and not reads_as_number(value)]
    if bad:
        raise InputError(
            f"'{path.name}': column '{column}' has {counted(len(bad), 'value')} not readable as numbers: "
            f"{listed(bad)} Expected numbers with a decimal point."
        )
    return pa.chunked_array(
        [pa.array([float(_with_point(value)) if value else np.nan for value in text], pa.float64())]
    )
