"""JSON lines of plain values, as exports write them."""

import json
from collections.abc import Iterable


def json_lines_of(rows: Iterable[dict]) -> bytes:
    """One object a line, UTF-8."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    return "".join(encode(row) + "\n" for row in rows).encode()
