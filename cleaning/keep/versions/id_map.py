"""A map of renamed samples: a table whose first two columns are the old and the new id."""

import csv
import io
from collections.abc import Sequence

from cleaning.errors import InputError, first_five


def ids_of_table(data: bytes, name: str) -> dict[str, str]:
    """Old id -> new id of a .csv with a header."""
    try:
        rows = [row for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) if row]
    except (UnicodeDecodeError, csv.Error):
        raise InputError(f"'{name}' is no CSV file in UTF-8. Expected two columns: old id, new id.") from None
    if any(len(row) < 2 for row in rows):
        raise InputError(f"'{name}' has rows with fewer than two columns. Expected the old id and the new id.")
    return ids_of_pairs([row[0] for row in rows[1:]], [row[1] for row in rows[1:]], name)


def ids_of_pairs(old: Sequence[str], new: Sequence[str], name: str) -> dict[str, str]:
    """Old id -> new id. Raises InputError where an id stands twice on one side."""
    for ids in (old, new):
        twice = sorted({one for one in ids if ids.count(one) > 1}) if len(set(ids)) < len(ids) else []
        if twice:
            raise InputError(f"'{name}' names ids twice: {first_five(twice)}. Each sample has one old and one new id.")
    return dict(zip(old, new))
