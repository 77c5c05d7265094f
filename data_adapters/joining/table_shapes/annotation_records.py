"""What annotation tools export, as flat tables: Label Studio (JSON, JSON-MIN, CSV), Argilla, Prodigy and FiftyOne."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from cleaning.domain.verdicts import VERDICTS
from cleaning.errors import InputError, counted
from data_adapters.files.tables import Table
from data_adapters.files.values import table_of
from data_adapters.joining.columns import IMAGE_NAMES, LABEL_NAMES, known_columns
from data_adapters.joining.table_shapes.nested_cells import named_class
from data_adapters.ways import way

OF_THE_WORK = frozenset(("annotator", "annotation_id", "created_at", "updated_at", "lead_time"))
FEW = 0.5  # of the rows, below which values that repeat may be labels


def of_records(table: Table) -> Table:
    """The table with one label a row, where it is an annotation tool's; else as it is."""
    table = _named_classes(table)
    columns = set(table.columns)
    layouts: tuple[tuple[bool, Callable[[Table], Table]], ...] = (
        ({"data", "annotations"} <= columns, _label_studio),
        ({"fields", "responses"} <= columns, _argilla),
        ("accept" in columns and bool(columns & {"options", "_task_hash", "_input_hash"}), _prodigy),
        (len(columns & OF_THE_WORK) >= 3 and not known_columns(table, LABEL_NAMES), _label_studio_table),
    )
    read = next((read for fits, read in layouts if fits), None)
    try:
        return table if read is None else read(table)
    except (KeyError, TypeError, AttributeError, IndexError, json.JSONDecodeError) as error:
        raise InputError(
            f"'{table.path.name}' looks like an annotation tool's export, and is not laid out as one ({error!r}). "
            "Export it again."
        ) from error


def _named_classes(table: Table) -> Table:
    """Without objects of one class: FiftyOne's labels as columns."""
    columns: dict[str, pa.ChunkedArray | pa.Array] = {}
    for column in table.columns:
        columns |= named_class(table.data[column], column) or {column: table.data[column]}
    return table if tuple(columns) == table.columns else replace(table, data=pa.table(columns))


def _objects(table: Table, column: str) -> list:
    """Values of a column; objects that were kept as JSON text are read."""
    return [json.loads(value) if isinstance(value, str) else value for value in table.values(column)]


def _flat(table: Table, rows: Sequence[Mapping], labels: Sequence[str], note: str) -> Table:
    names = dict.fromkeys(name for row in rows for name in row)
    columns: dict[str, Sequence[object]] = {name: [row.get(name) for row in rows] for name in names}
    return replace(table, data=table_of(columns | {"label": labels}), notes=(*table.notes, note))


def _agreed(said: Sequence[Sequence[str]]) -> tuple[list[str], int]:
    """(the label that most of a row's annotators gave, empty where two are given as often or none is; how many rows have
    several annotators who differ)."""
    labels, differ = [], 0
    for votes in said:
        most = Counter(votes).most_common(2)
        differ += len(most) > 1
        labels.append(most[0][0] if most and (len(most) == 1 or most[0][1] > most[1][1]) else "")
    return labels, differ


def _told(table: Table, tool: str, said: Sequence[Sequence[str]], differ: int) -> str:
    several = f" Annotators differ on {counted(differ, 'sample')}; there the label of most counts." if differ else ""
    return f"'{table.path.name}': records of {tool}, {counted(len(said), 'sample')}.{several}"


def _label_studio(table: Table) -> Table:
    tasks = [row or {} for row in _objects(table, "data")]
    annotations = _objects(table, "annotations")
    if any(_is_verdict(one) for made in annotations for one in made or ()):
        raise InputError(
            f"'{table.path.name}' holds verdicts on given labels, made in our own interface for Label Studio: these are "
            f"decisions, no given labels. {way('decisions')}"
        )
    names = table.values("id") if "id" in table.columns else list(range(len(table)))
    rows = [{"id": name} | task for name, task in zip(names, tasks)]
    said = [[_choice(one) for one in made or () if not one.get("was_cancelled")] for made in annotations]
    said = [[choice for choice in choices if choice] for choices in said]
    labels, differ = _agreed(said)
    rows = [{key: value for key, value in row.items() if key != "label"} for row in rows]
    return _flat(table, rows, labels, _told(table, "Label Studio", said, differ))


def _is_verdict(annotation: Mapping) -> bool:
    """Whether an annotation says what we ask for: to keep a label, another one, or that none fits."""
    found = [region for region in annotation.get("result") or () if region.get("from_name") == "verdict"]
    said = {choice for region in found for choice in (region.get("value") or {}).get("choices") or ()}
    return bool(said) and said <= {word for one in VERDICTS for word in (one.name, one.words)}


def _choice(annotation: Mapping) -> str:
    """The class that was chosen in a control called ``label``, or in the only one."""
    chosen = {
        region.get("from_name"): choices
        for region in annotation.get("result") or ()
        if (choices := (region.get("value") or {}).get("choices"))
    }
    found = chosen.get("label", next(iter(chosen.values())) if len(chosen) == 1 else [])
    return "|".join(map(str, found))


def _label_studio_table(table: Table) -> Table:
    """JSON-MIN and CSV: the control's name is the column's; it is the one whose values repeat, or the one called choice."""
    rest = [
        c for c in table.columns if c not in OF_THE_WORK and c != "id" and c not in known_columns(table, IMAGE_NAMES)
    ]
    likely = [c for c in rest if "choice" in c.lower() or "label" in c.lower()]
    few = [c for c in rest if len(set(table.head(c))) <= FEW * min(len(table), 1000)]
    found = likely if len(likely) == 1 else few
    if len(found) != 1:
        return table
    data = table.data.rename_columns(["label" if c == found[0] else c for c in table.columns])
    note = f"'{table.path.name}': a table of Label Studio, labels from '{found[0]}'."
    return replace(table, data=data, notes=(*table.notes, note))


def _argilla(table: Table) -> Table:
    fields = [row or {} for row in _objects(table, "fields")]
    names = table.values("id") if "id" in table.columns else list(range(len(table)))
    responses = [_by_question(row) for row in _objects(table, "responses")]
    asked = [key for row in responses for key, answers in row.items() if answers]
    question = max(dict.fromkeys(asked), key=lambda key: (key == "label", asked.count(key)), default="label")
    said = [
        [str(one["value"]) for one in row.get(question) or () if one.get("status", "submitted") == "submitted"]
        for row in responses
    ]
    labels, differ = _agreed(said)
    rows = [{"id": name} | field for name, field in zip(names, fields)]
    return _flat(table, rows, labels, _told(table, "Argilla", said, differ))


def _by_question(responses: object) -> Mapping:
    """``{question: [{"value": ...}]}``, also of Argilla 1's ``[{"values": {question: {"value": ...}}}]``."""
    if not isinstance(responses, list):
        return responses if isinstance(responses, dict) else {}
    found: dict[str, list] = {}
    for response in responses:
        for question, said in ((response or {}).get("values") or {}).items():
            found.setdefault(question, []).append({"status": response.get("status"), **(said or {})})
    return found


def _prodigy(table: Table) -> Table:
    """``accept`` holds what was chosen among ``options``, which are the same for every sample."""
    data = table.data.drop_columns(["options"]) if "options" in table.columns else table.data
    accepted = [json.loads(v) if isinstance(v, str) and v.startswith("[") else v for v in table.values("accept")]
    texts = ["|".join(map(str, one)) if isinstance(one, list) else str(one or "") for one in accepted]
    place = data.column_names.index("accept")
    data = data.set_column(
        place, "label" if "label" not in data.column_names else "accept", pa.array(texts, pa.string())
    )
    return replace(table, data=data, notes=(*table.notes, f"'{table.path.name}': choices of Prodigy, from 'accept'."))
