"""JSON and JSON lines with bounds, and sentences for what is damaged."""

import json
from collections.abc import Iterator
from pathlib import Path

from cleaning.errors import InputError
from data_adapters.limits import MAX_JSON_BYTES, MAX_JSON_LINE, MAX_TABLE_BYTES, readable_size
from data_adapters.tables import check_file


def json_lines(path: Path) -> Iterator[tuple[int, dict]]:
    """(line number, object) of a JSON lines file, one in memory at a time."""
    check_file(path)
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise InputError(f"'{path.name}' is larger than {readable_size(MAX_TABLE_BYTES)}. Split it.")
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_JSON_LINE), b""), 1):
            if line.strip():
                yield number, _object(line, f"'{path.name}', line {number:,},")


def json_file(path: Path) -> object:
    """The content of a JSON file of bounded size."""
    check_file(path)
    if path.stat().st_size > MAX_JSON_BYTES:
        raise InputError(f"'{path.name}' is larger than {readable_size(MAX_JSON_BYTES)}. Run fewer instances.")
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(f"'{path.name}' is no sound JSON. Copy or save it again.") from error


def _object(line: bytes, where: str) -> dict:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where} is no sound JSON. Copy or save the file again.") from error
    if not isinstance(content, dict):
        raise InputError(f"{where} is no JSON object. Expected one object per line.")
    return content
