"""Which tool a file of decisions is from, and the decisions in it."""

import json
from pathlib import Path

from cleaning.domain.dataset import Dataset
from cleaning.errors import InputError
from cleaning.export.formats.decision_log import fitting_decisions
from cleaning.export.formats.label_studio_reading import ROW_FIELDS, read_rows, read_tasks
from cleaning.export.incoming import Incoming, LeftOut
from data_adapters.files.check import PLAIN_TABLES, TABLE_SUFFIXES, check_file
from data_adapters.files.endings import ending
from data_adapters.files.tables import Table, read_table
from data_adapters.limits import MAX_JSON_BYTES, readable_size
from data_adapters.opinions.argilla import is_argilla, read_argilla
from data_adapters.opinions.cleanlab_issues import is_cleanlab, is_our_own, read_label_issues


def read_earlier_decisions(path: Path, dataset: Dataset, run_id: str = "", fingerprint: str = "") -> Incoming:
    """The decisions in a Label Studio export (.json, .csv), Argilla's (.json) or cleanlab's label_issues
    table, which may be JSON too.

    The same file gives the same uuids each time, so that importing it twice is harmless. fingerprint:
    of the workspace's dataset, if not its own. Raises InputError.
    """
    path = Path(path)
    suffix = ending(path)
    if suffix in TABLE_SUFFIXES and suffix != ".json":
        return _of_table(read_table(path), dataset, run_id, fingerprint)
    if suffix != ".json":
        raise InputError(f"'{path.name}' has an ending we do not read. Read are {', '.join(PLAIN_TABLES)}.")
    check_file(path)
    if path.stat().st_size > MAX_JSON_BYTES:
        raise InputError(f"'{path.name}' is larger than {readable_size(MAX_JSON_BYTES)}. Export it in parts.")
    data = path.read_bytes()
    held = _parsed(data, path.name)
    if is_cleanlab(held):
        return _of_table(read_table(path), dataset, run_id, fingerprint)
    if not isinstance(held, list):
        raise InputError(f"'{path.name}' holds no list. Expected an export of Label Studio or Argilla.")
    if is_argilla(held):
        return read_argilla(held, dataset, run_id, fingerprint)
    return read_tasks(data, dataset, run_id, fingerprint)


def _of_table(table: Table, dataset: Dataset, run_id: str, fingerprint: str) -> Incoming:
    """Label Studio's CSV, else cleanlab's table; nothing of our own in cleanlab's layout."""
    if is_our_own(table):
        return Incoming((), (LeftOut(f"'{table.path.name}'", "it is our own export, and nobody's decision"),))
    if not set(table.columns) >= ROW_FIELDS:
        return Incoming(tuple(read_label_issues(table, dataset, run_id)))
    columns = {name: table.text(name) for name in table.columns}
    return read_rows([dict(zip(columns, values)) for values in zip(*columns.values())], dataset, run_id, fingerprint)


def _parsed(data: bytes, name: str) -> object:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"'{name}' is no sound JSON. Expected an export of Label Studio or Argilla.") from error


def read_incoming(path: Path, dataset: Dataset, fingerprint: str, run_id: str = "") -> Incoming:
    """The decisions in any file that can be imported: our own log (.jsonl), else as ``read_earlier_decisions``.

    fingerprint: of the workspace's dataset; of a log made on another version of it what still fits is taken. Raises
    InputError.
    """
    path = Path(path)
    if path.suffix.lower() != ".jsonl":
        return read_earlier_decisions(path, dataset, run_id, fingerprint)
    check_file(path)
    fitting = fitting_decisions(path.read_bytes(), dataset, fingerprint)
    left_out = tuple(LeftOut(sample, f"{why}, to be decided again") for sample, why in fitting.left_out.items())
    return Incoming(tuple(fitting.decisions), left_out, is_log=True)
