"""What the readers would refuse, and can be put right before they look: ids, orientation, percentages, label base.

``assemble`` shows every opened file to ``repaired``; what was not asked for is proposed, and nothing is changed.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from cleaning.errors import counted
from cleaning.scores.rows import read_rows
from data_adapters.doctor.conversions import converted
from data_adapters.doctor.finding import Finding, first
from data_adapters.doctor.near_misses import matched_ids
from data_adapters.files.tables import Table
from data_adapters.joining.class_codes import all_integers, largest_integer
from data_adapters.joining.columns import known_columns
from data_adapters.joining.id_columns import find_id_column
from data_adapters.joining.opened import OpenedExpert
from data_adapters.joining.samples import Samples
from data_adapters.plan import ReadingPlan

ROWS = 2000


def repaired(
    samples: Samples, experts: Sequence[OpenedExpert], class_count: int | None, plan: ReadingPlan
) -> tuple[Samples, list[OpenedExpert]]:
    """Samples and opened experts with the accepted fixes made; class_count where class names are known."""
    known = class_count or next((_width(one, len(samples)) for one in experts if _width(one, len(samples))), None)
    labels = _settle(plan, _labels_from_one(samples, known), samples)
    fixed = []
    for expert in experts:
        for look in (_near_misses, _transposed, _percentages, _answers_from_one):
            expert = _settle(plan, look(expert, samples, known), expert)
        fixed.append(expert)
    return (replace(labels, notes=(*labels.notes, *plan.done)), fixed)


def _settle(plan: ReadingPlan, seen: tuple[Finding, object] | None, unchanged):
    """The changed part where its fix was accepted, else the unchanged one with the fix proposed."""
    return seen[1] if seen is not None and plan.accepts(seen[0]) else unchanged


def _error(name: str, sentence: str, fix: str, count: int = 0, offenders: Sequence = ()) -> Finding:
    return Finding(name, "error", sentence, count, first(offenders), fix, True)


def _width(one: OpenedExpert, sample_count: int) -> int | None:
    if one.array is None or one.array.ndim != 2:
        return None
    return one.array.shape[0] if _is_transposed(one, sample_count) else one.array.shape[1]


# ---- ids


def _near_misses(one: OpenedExpert, samples: Samples, classes: int | None):
    column = None if one.table is None else find_id_column(one.table, samples.ids, samples.id_column)
    ids = one.ids if one.table is None else None if column is None else one.table.text(column)
    if ids is None or len(ids) > 5_000_000:
        return None
    found = matched_ids(samples.ids, ids)
    if not found:
        return None
    renamed = ids.copy()
    renamed[list(found)] = list(found.values())
    shown = [f"'{ids[place]}' for '{sample}'" for place, sample in list(found.items())[:5]]
    finding = _error(
        f"near_miss_ids:{one.name}",
        f"Expert '{one.name}' writes {counted(len(found), 'sample id')} otherwise than the labels "
        "(folder, ending, upper and lower case or leading zeros).",
        "Take them as the same samples.",
        len(found),
        shown,
    )
    if one.table is None or column is None:
        return finding, replace(one, ids=renamed)
    return finding, replace(one, table=_with_column(one.table, column, pa.array(renamed.tolist(), pa.string())))


def _with_column(table: Table, column: str, values: pa.Array) -> Table:
    data = table.data.set_column(table.columns.index(column), column, values)
    return replace(table, data=data)


# ---- orientation


def _is_transposed(one: OpenedExpert, sample_count: int) -> bool:
    array = one.array
    return (
        isinstance(array, np.ndarray)
        and array.ndim == 2
        and one.ids is None
        and array.shape[1] == sample_count != array.shape[0]
    )


def _transposed(one: OpenedExpert, samples: Samples, classes: int | None):
    if not _is_transposed(one, len(samples)):
        return None
    sentence = f"Expert '{one.name}' is transposed: shape {one.its_array.shape} for {counted(len(samples), 'sample')}."
    return _error(f"transposed:{one.name}", sentence, "Turn it over."), replace(one, array=one.its_array.T)


# ---- percentages


def _percentages(one: OpenedExpert, samples: Samples, classes: int | None):
    if one.table is not None:
        return _table_percentages(one)
    array = one.its_array
    if array.ndim != 2 or not _sum_to_100(read_rows(array, slice(0, ROWS))):
        return None
    return _percent_finding(one, len(array)), replace(
        one, array=converted(array, lambda block: block.astype(np.float32) / 100, np.float32)
    )


def _table_percentages(one: OpenedExpert):
    from data_adapters.joining.expert_columns import CONFIDENCE_NAMES, score_columns

    table = read = one.its_table
    confidence = known_columns(read, CONFIDENCE_NAMES)[:1]
    if confidence and read.holds_numbers(confidence[0]):
        values = read.numbers(confidence[0])
        percent = np.nanmin(values) >= 0 and 1.5 < np.nanmax(values) <= 100.1
        columns = confidence
    else:
        columns = list(score_columns(read, None))
        head = replace(read, data=read.data.slice(0, ROWS))
        percent = len(columns) > 1 and _sum_to_100(head.matrix(columns).astype(np.float64))
    if not percent:
        return None
    for column in columns:
        table = _with_column(table, column, pa.array(read.numbers(column) / 100))
    return _percent_finding(one, len(read)), replace(one, table=table)


def _sum_to_100(scores: np.ndarray) -> bool:
    if not scores.min() >= 0:
        return False
    return bool((np.abs(scores.sum(axis=1, dtype=np.float64) - 100) < 1).mean() >= 0.99)


def _percent_finding(one: OpenedExpert, count: int) -> Finding:
    return _error(f"percentages:{one.name}", f"Expert '{one.name}' gives percentages.", "Divide them by 100.", count)


# ---- label base


def _labels_from_one(samples: Samples, classes: int | None):
    if samples.options is not None or classes is None or not _from_one(samples.labels, classes):
        return None
    less = _less_one(samples.labels)
    sentence = f"Given labels are numbered 1 to {classes}, and classes from 0."
    return _error("label_base", sentence, "Subtract 1.", len(samples)), replace(samples, labels=less)


def _answers_from_one(one: OpenedExpert, samples: Samples, classes: int | None):
    column = None if one.table is None else one.answer_column
    if one.table is not None and column is None:
        from data_adapters.joining.expert_columns import PREDICTED_NAMES

        column = next(iter(known_columns(one.table, PREDICTED_NAMES)), None)
    if classes is None or (one.table is not None and column is None) or (one.table is None and one.its_array.ndim != 1):
        return None
    written = one.its_table.text(column) if column else np.array([str(v) for v in one.its_array.tolist()], np.object_)
    if not _from_one(written, classes):
        return None
    sentence = f"Expert '{one.name}' numbers its classes 1 to {classes}, not from 0."
    finding, less = _error(f"label_base:{one.name}", sentence, "Subtract 1.", len(written)), _less_one(written)
    if column:
        return finding, replace(one, table=_with_column(one.its_table, column, pa.array(less.tolist(), pa.string())))
    return finding, replace(one, array=np.array(less.tolist(), np.str_))


def _from_one(written: np.ndarray, classes: int) -> bool:
    numbers = all_integers(written) and largest_integer(written) == classes
    return numbers and not np.isin(written, ("0", "0.0", "00")).any()


def _less_one(written: np.ndarray) -> np.ndarray:
    out = np.empty(len(written), object)
    out[:] = [str(int(float(value)) - 1) if value not in ("", "-1") else value for value in written]
    return out
