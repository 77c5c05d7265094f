"""JSON and JSON lines with bounds, and sentences for what is damaged."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from cleaning.errors import InputError
from data_adapters.files.check import check_file
from data_adapters.files.foreign.text_encodings import OtherEncoding
from data_adapters.limits import MAX_JSON_BYTES, MAX_JSON_LINE, MAX_TABLE_BYTES, readable_size

HALF = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")  # beginnings of what can be half a character
DEEP = 500  # brackets in a line before its nesting is looked at
KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
PLAIN = frozenset(("text", "a number"))


def json_lines(path: Path) -> Iterator[tuple[int, dict]]:
    """(line number, object) of a JSON lines file, one in memory at a time."""
    check_file(path)
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise InputError(f"'{path.name}' is larger than {readable_size(MAX_TABLE_BYTES)}. Split it.")
    for number, line in _lines(path):
        yield number, _object(line, f"'{path.name}', line {number:,},")


def json_records(path: Path) -> Iterator[tuple[str, dict]]:
    """(``line 3``, object) of a JSON lines file, or (``record 3``, object) of a file that is one JSON list."""
    check_file(path)
    with path.open("rb") as file:
        is_list = file.read(1024).lstrip().startswith(b"[")
    if not is_list:
        yield from ((f"line {number:,}", record) for number, record in json_lines(path))
        return
    records = json_file(path)
    assert isinstance(records, list)  # as it begins with a bracket
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise InputError(f"'{path.name}', record {number:,}, is no JSON object. Expected a list of objects.")
        yield f"record {number:,}", record


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """(line number, line) of the lines that are not blank."""
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_JSON_LINE), b""), 1):
            if line.strip():
                yield number, line


def refuse_deep_lines(path: Path) -> None:
    """Raises InputError on lines nested so deeply that pyarrow's parser, which recurses, would end the process."""
    for number, line in _lines(path):
        if len(line) > DEEP and line.count(b"[") + line.count(b"{") > DEEP:
            _object(line, f"'{path.name}', line {number:,},")


def refuse_uneven_lines(path: Path) -> None:
    """Raises InputError naming the first line that is no object, or that holds another kind of value than those above;
    numbers and texts go together."""
    kinds: dict[str, tuple[str, int]] = {}
    for number, record in json_lines(path):
        for key, value in record.items():
            kind = KINDS.get(type(value))
            first, since = kinds.setdefault(key, (kind, number)) if kind else (kind, number)
            if kind != first and not {kind, first} <= PLAIN | {None}:
                raise InputError(
                    f"'{path.name}': '{key}' is {first} in line {since:,} and {kind} in line {number:,}. "
                    "Write the same kind of value in every line."
                )


def json_file(path: Path) -> object:
    """The content of a JSON file of bounded size; a list of the objects where it holds JSON lines."""
    check_file(path)
    if path.stat().st_size > MAX_JSON_BYTES:
        raise InputError(
            f"'{path.name}' is larger than {readable_size(MAX_JSON_BYTES)}. Split it, or save it as JSON lines."
        )
    try:
        return _loaded(path.read_bytes())
    except UnicodeDecodeError as error:
        raise OtherEncoding(
            f"'{path.name}' is no sound JSON{_other_encoding(error)}. Copy or save it again."
        ) from error
    except (ValueError, RecursionError) as error:
        if _begins_with_lines(path):
            return [record for _, record in json_lines(path)]
        raise InputError(f"'{path.name}' is no sound JSON. Copy or save it again.") from error


def _begins_with_lines(path: Path) -> bool:
    """Whether the first of several lines is an object by itself, as in JSON lines by whatever name."""
    first = [line for _, line in islice(_lines(path), 2)]
    try:
        return len(first) == 2 and isinstance(_loaded(first[0]), dict)
    except (ValueError, RecursionError):
        return False


def _loaded(written: bytes) -> object:
    """What JSON says; half a character (a lone surrogate, as cut texts end in) becomes the sign for a missing one."""
    content = json.loads(written)
    return _whole(content) if HALF.search(written) else content


def _whole(content: object) -> object:
    if isinstance(content, str):
        return content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(content, list):
        return [_whole(item) for item in content]
    if isinstance(content, dict):
        return {_whole(key): _whole(value) for key, value in content.items()}
    return content


def _object(line: bytes, where: str) -> dict:
    try:
        content = _loaded(line)
    except RecursionError as error:
        raise InputError(f"{where} is nested too deeply to be read. Expected one flat object per line.") from error
    except ValueError as error:
        kind = OtherEncoding if isinstance(error, UnicodeDecodeError) else InputError
        raise kind(f"{where} is no sound JSON{_other_encoding(error)}. Copy or save the file again.") from error
    if not isinstance(content, dict):
        raise InputError(f"{where} is no JSON object. Expected one object per line.")
    return content


def _other_encoding(error: ValueError) -> str:
    return ": it holds bytes of another encoding than UTF-8" if isinstance(error, UnicodeDecodeError) else ""
