"""Which tool a file of decisions is from, and the decisions in it."""

import json
from pathlib import Path

from cleaning.domain.dataset import Dataset
from cleaning.errors import InputError
from cleaning.keep.decisions import Decision
from data_adapters.files.check import PLAIN_TABLES, TABLE_SUFFIXES, check_file
from data_adapters.files.endings import ending
from data_adapters.files.tables import read_table
from data_adapters.limits import MAX_JSON_BYTES, readable_size
from data_adapters.opinions.argilla import is_argilla, read_argilla
from data_adapters.opinions.cleanlab_issues import read_label_issues


def read_earlier_decisions(path: Path, dataset: Dataset, run_id: str = "") -> list[Decision]:
    """The decisions in a Label Studio or Argilla export (.json) or in cleanlab's label_issues table.

    The same file gives the same uuids each time, so that importing it twice is harmless. Raises InputError.
    """
    path = Path(path)
    suffix = ending(path)
    if suffix in TABLE_SUFFIXES and suffix != ".json":
        return read_label_issues(read_table(path), dataset, run_id)
    if suffix != ".json":
        raise InputError(f"'{path.name}' has an ending we do not read. Read are {', '.join(PLAIN_TABLES)}.")
    check_file(path)
    if path.stat().st_size > MAX_JSON_BYTES:
        raise InputError(f"'{path.name}' is larger than {readable_size(MAX_JSON_BYTES)}. Export it in parts.")
    data = path.read_bytes()
    records = _records(data, path.name)
    if is_argilla(records):
        return read_argilla(records, dataset, run_id)
    from cleaning.export.formats.label_studio import read_tasks

    return read_tasks(data, dataset, run_id)


def _records(data: bytes, name: str) -> list:
    try:
        records = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"'{name}' is no sound JSON. Expected an export of Label Studio or Argilla.") from error
    if not isinstance(records, list):
        raise InputError(f"'{name}' holds no list. Expected an export of Label Studio or Argilla.")
    return records
