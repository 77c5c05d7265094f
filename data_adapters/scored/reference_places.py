"""Where references stand in the files they came from, so that a patch can correct them there."""

from collections.abc import Iterator
from pathlib import Path

from cleaning.errors import InputError
from cleaning.export.patch.label_fields import Way, find_fields, find_nested
from cleaning.export.patch.patched_references import ReferenceFile, ReferencePlace
from data_adapters.files.endings import ending
from data_adapters.files.json_files import json_records
from data_adapters.files.tables import read_table
from data_adapters.joining import columns
from data_adapters.layouts.lm_eval_logs import sample_logs, task_of
from data_adapters.plan import ReadingPlan
from data_adapters.scored.final_answers import references_in
from data_adapters.scored.found_places import found_places
from data_adapters.scored.harness_answers import is_open_harness, is_open_log, references_of
from data_adapters.scored.inspect_answers import inspect_logs, is_open_inspect
from data_adapters.scored.inspect_places import places_in_inspect
from data_adapters.scored.reference_columns import reference_column
from data_adapters.ways import way

EDITED = (".csv", ".tsv", ".jsonl")
ANSWERS = (*columns.REFERENCE_NAMES, "answer", "answers", "solution", "solutions", "target", "targets", "final_answer")
ALIASES = ("value", "aliases", "normalized_value", "normalized_aliases")  # of an answer as TriviaQA has it


def is_log_of_references(path: Path) -> bool:
    """Whether a file or folder is logs of a harness's or Inspect's tasks without options."""
    lines = path.is_file() and path.suffix.lower() == ".jsonl"
    return (is_open_log(path) if lines else is_open_harness(path)) or is_open_inspect(path)


def log_files(place: Path) -> list[Path]:
    """The sample logs at a place."""
    return inspect_logs(place) or [file for files in sample_logs(place).values() for file in files]


def references_of_table(path: Path, id_column: str | None, label_column: str | None) -> ReferenceFile:
    """The references of a table, one a row. Raises InputError where there are none or they cannot be edited."""
    suffix = ending(path)
    if suffix not in EDITED:
        raise InputError(f"References are written into {', '.join(EDITED)}; save the table as one of these.")
    table = read_table(path)
    column = reference_column(table, ReadingPlan(), label_column) or label_column
    if column is None or column not in table.columns:
        raise InputError(f"'{path.name}' has no column of references. Name it {way('label_column')}.")
    ids = columns.id_column(table, id_column, (column,))
    data = path.read_bytes()
    fields = find_fields(data, suffix, column)
    said = map(references_in, fields.values())
    places = [ReferencePlace(sample, one[0], one[0]) for sample, one in zip(table.text(ids), said)]
    return ReferenceFile(path.name, data, fields, places)


def references_of_log(path: Path, root: Path, task: str = "") -> ReferenceFile:
    """The references of a log: of each sample the target, and what else of it says the same.

    The file is called by its place below root. task: of the samples of a harness's log whose name does not tell it.
    """
    name, data = path.relative_to(root).as_posix(), path.read_bytes()
    if path.suffix.lower() != ".jsonl":
        return ReferenceFile(name, data, *places_in_inspect(path, data))
    places, ways = list[ReferencePlace](), list[list[Way]]()
    counts: dict[str, int] = {}
    for where, record in json_records(path):
        used = str(record.get("filter", "none"))
        if "doc" not in record or "target" not in record:
            raise InputError(f"'{path.name}', {where} lacks 'doc' or 'target'. Expected a sample log of the harness.")
        place = counts.get(used, 0)
        counts[used] = place + 1
        sample = f"{task or task_of(path)}/{record.get('doc_id', place)}"
        found = dict(found_places(_answers(record), references_of(record), sample))
        ways.append(list(found))
        places += found.values()
    return ReferenceFile(name, data, find_nested(data, ways), places)


def _answers(record: dict) -> Iterator[tuple[Way, object]]:
    """Each place of a harness's record in which an answer may stand, with what it holds."""
    doc = record["doc"] if isinstance(record["doc"], dict) else {}
    yield ("target",), record["target"]
    for key, value in doc.items():
        if key.casefold() in ANSWERS and isinstance(value, dict):
            yield from ((("doc", key, inner), held) for inner, held in value.items() if inner in ALIASES)
        elif key.casefold() in ANSWERS:
            yield ("doc", key), value
