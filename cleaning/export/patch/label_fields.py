"""The label column of a table file, edited in place: every byte that is no changed label stays as it is.

CSV, TSV and JSON lines are edited field by field. Parquet and Feather have no fields to edit: they are written anew.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cleaning.errors import InputError

_BOM = "\ufeff"
Way = tuple[str | int, ...]
_BLANKS = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class LabelFields:
    """Where each row's label stands in a text file.

    text: the whole file (byte-order mark included). encoding: gives back the file's bytes. spans: (start, end) of each
    row's raw field, quotes included. json: JSON lines instead of separated fields. separator: of the fields.
    """

    text: str
    encoding: str
    spans: list[tuple[int, int]]
    json: bool
    separator: str = ","

    def raw(self, row: int) -> str:
        """A row's label as it stands in the file, quotes included."""
        start, end = self.spans[row]
        return self.text[start:end]

    def values(self) -> list[str]:
        """Every row's label without quotes and surrounding blanks."""
        return [self.value(row).strip() for row in range(len(self.spans))]

    def written(self, value: str, row: int) -> str:
        """A value as it is to stand in a row: quoted as what stands there, or where it has to be."""
        old = self.raw(row)
        if self.json:
            bare = not old.startswith('"') and re.fullmatch(r"\d+", value)
            return value if bare else json.dumps(value, ensure_ascii=False)
        if old.startswith('"') or set(value) & {'"', "\r", "\n", self.separator} or value != value.strip():
            return '"' + value.replace('"', '""') + '"'
        return value

    def replaced(self, fields: Mapping[int, str]) -> bytes:
        """The file with other raw fields in some rows."""
        parts, at = [], 0
        for row in sorted(fields, key=self.spans.__getitem__):
            start, end = self.spans[row]
            parts += [self.text[at:start], fields[row]]
            at = end
        return "".join([*parts, self.text[at:]]).encode(self.encoding)

    def value(self, row: int) -> str:
        """A row's label without quotes, blanks and all."""
        raw = self.raw(row)
        if self.json:
            value = json.loads(raw)
            return value if isinstance(value, str) else raw
        return raw[1:-1].replace('""', '"') if raw.startswith('"') else raw


def find_fields(data: bytes, suffix: str, column: str) -> LabelFields:
    """The fields of a column in a CSV, TSV or JSON lines file. Raises InputError where they cannot be told apart."""
    text, encoding = _decoded(data)
    if suffix == ".jsonl":
        return LabelFields(text, encoding, _json_spans(text, column), True)
    spans, separator = _separated_spans(text, suffix, column)
    return LabelFields(text, encoding, spans, False, separator)


def find_nested(data: bytes, ways: Sequence[Sequence[Way]]) -> LabelFields:
    """Values within JSON lines. ways: of each line that is not empty, the ways in (keys, and places in lists) to its
    values. Raises InputError where there is none."""
    text, encoding = _decoded(data)
    spans: list[tuple[int, int]] = []
    at, left = 0, iter(ways)
    for line in text.split("\n"):
        if line.strip(_BOM + " \t\r"):
            spans += _spans_within(text, at + (line[0] == _BOM), next(left, ()))
        at += len(line) + 1
    return LabelFields(text, encoding, spans, True)


def find_within(data: bytes, ways: Sequence[Way]) -> LabelFields:
    """The same of a file that is one JSON value."""
    text, encoding = _decoded(data)
    return LabelFields(text, encoding, _spans_within(text, text.startswith(_BOM), ways), True)


def _spans_within(text: str, at: int, ways: Sequence[Way]) -> list[tuple[int, int]]:
    """Where the values at the ends of ways stand, from a JSON value that begins at a place of the text."""
    found, inner = dict[Way, tuple[int, int]](), dict[str | int, list[Way]]()
    for way in ways:
        inner.setdefault(way[0], []).append(way[1:])
    try:
        there = {key: (start, end) for key, start, end in _members(text, at) if key in inner}
    except (ValueError, IndexError, RecursionError):
        there = {}
    for step, rests in inner.items():
        if step not in there:
            raise InputError(
                f"The log has no '{'/'.join(map(str, (step, *rests[0])))}' where it should. Copy it again."
            )
        further = [rest for rest in rests if rest]
        found[step,] = there[step]
        below = _spans_within(text, there[step][0], further) if further else ()
        found |= {(step, *rest): span for rest, span in zip(further, below)}
    return [found[way] for way in ways]


def _decoded(data: bytes) -> tuple[str, str]:
    """(the text of a file, its encoding)"""
    encoding = _encoding(data)
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        return data.decode("cp1252"), "cp1252"  # what the reader takes text for that is no UTF-8


def _encoding(data: bytes) -> str:
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return name
    return "utf-8"


def _separated_spans(text: str, suffix: str, column: str) -> tuple[list[tuple[int, int]], str]:
    """One span per record below the header; records that are empty lines are none."""
    start = 1 if text.startswith(_BOM) else 0
    header = text[start:].lstrip("\r\n").splitlines()[0] if text[start:].strip() else ""
    usual = "\t" if suffix == ".tsv" else ","
    separator = usual if usual in header else max((",", ";", "\t"), key=lambda d: (header.count(d), d == usual))
    place, spans = None, []
    for record in _records(text, start, separator):
        if place is None:
            names = next(csv.reader(io.StringIO(text[record[0][0] : record[-1][1]]), delimiter=separator))
            names = [name.strip() for name in names]
            if column not in names:
                raise InputError(f"The table has no column '{column}'.")
            place = names.index(column)
        elif place < len(record):
            spans.append(record[place])
        else:
            raise InputError("A row of the table has fewer columns than its header.")
    return spans, separator


def _records(text: str, start: int, separator: str):
    """Lists of (start, end), one per record (RFC 4180)."""
    sep = re.escape(separator)
    field = re.compile(rf'("(?:[^"]|"")*"|(?:[^"{sep}\r\n][^{sep}\r\n]*)?)({sep}|\r\n|\n|\r|\Z)')
    record, at, end = [], start, len(text)
    while at < end:
        match = field.match(text, at)
        if match is None:
            raise InputError(
                "A field of the table goes on behind its closing quote, so its label cannot be changed in place. "
                "Save the table again as CSV."
            )
        record.append(match.span(1))
        at = match.end()
        if match[2] != separator:
            if len(record) > 1 or record[0][0] < record[0][1]:
                yield record
            record = []
    if record:
        yield [*record, (end, end)]


def _json_spans(text: str, column: str) -> list[tuple[int, int]]:
    spans, at = [], 1 if text.startswith(_BOM) else 0
    lines = text[at:].split("\n")
    for line in lines:
        if line.strip():
            span = _value_span(line, column)
            if span is None:
                raise InputError(f"A line of the table has no '{column}', or is no JSON object.")
            spans.append((at + span[0], at + span[1]))
        at += len(line) + 1
    return spans


def _value_span(line: str, column: str) -> tuple[int, int] | None:
    """Where the value of a key of a JSON object stands in its line (the last one, as readers take it)."""
    try:
        return {key: (start, end) for key, start, end in _members(line, 0)}.get(column)
    except (ValueError, IndexError, RecursionError):
        return None


def _members(text: str, at: int) -> Iterator[tuple[str | int, int, int]]:
    """(key, or place; start, end) of all that the JSON object or list at a place of a text holds. Raises ValueError or
    IndexError where there is none."""
    decode, at, place = json.JSONDecoder().raw_decode, _after_blanks(text, at), 0
    opening, key = text[at], ""
    if opening not in "{[":
        raise ValueError(opening)
    at = _after_blanks(text, at + 1)
    while text[at] not in "}]":
        if opening == "{":
            key, at = decode(text, at)
            at = _after_blanks(text, at) + 1
            if text[at - 1] != ":":
                raise ValueError(key)
        start = _after_blanks(text, at)
        _, at = decode(text, start)
        yield (key if opening == "{" else place), start, at
        at, place = _after_blanks(text, at), place + 1
        at = _after_blanks(text, at + 1) if text[at] == "," else at


def _after_blanks(line: str, at: int) -> int:
    return next(_BLANKS.finditer(line, at)).end()


def rewritten(data: bytes, suffix: str, column: str, values: Mapping[int, str]) -> bytes:
    """A Parquet or Feather file with other labels in some rows, in the column's own type."""
    import pyarrow as pa

    table = _read_arrow(data, suffix)
    place = table.column_names.index(column)
    kind, held = table.schema.field(place).type, table.column(place).to_pylist()
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    for row, value in values.items():
        held[row] = int(value) if pa.types.is_integer(plain) else float(value) if pa.types.is_floating(plain) else value
    array = pa.array(held, plain)
    array = array if kind == plain else array.dictionary_encode().cast(kind)
    table = table.set_column(place, pa.field(column, kind), array)
    return _write_arrow(table, suffix)


def _read_arrow(data: bytes, suffix: str):
    import pyarrow as pa
    import pyarrow.parquet as pq

    source = pa.BufferReader(data)
    return pq.read_table(source) if suffix == ".parquet" else pa.ipc.open_file(source).read_all()


def _write_arrow(table, suffix: str) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    if suffix == ".parquet":
        pq.write_table(table, sink)
    else:
        with pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
    return sink.getvalue().to_pybytes()
