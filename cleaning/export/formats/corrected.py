"""Corrected labels as tables: our own columns, and the layout of the source.

Dropped samples are left out of our own tables; in the layout of the source and in ``.npy``, which are joined by row,
they stay, with an empty corrected label or -1.
"""

import io
from collections.abc import Iterable

import numpy as np
import pandas as pd

from cleaning.domain.dataset import REFERENCE
from cleaning.export.formats.references import CORRECTED, corrected_references
from cleaning.export.formats.row_texts import Coded, coded_by_row
from cleaning.export.formats.table_texts import Column, Table, as_series, csv_blocks, taken
from cleaning.export.handover import Handover, letter_of
from cleaning.export.patch.mask import HEADER as MASK_HEADER
from cleaning.settle.final_labels import DROPPED

COLUMN = "label_corrected"


def corrected_columns(handover: Handover) -> dict[str, Column]:
    """A value per sample that is not dropped, in the dataset's order.

    sample_id, given_label, label_corrected (class names), label_index (class code), final_labels (list of class
    names that count as right), mask, verdict and status ("" where nobody decided), votes, and for questions
    given_letter, given_text, corrected_letter, corrected_text.
    """
    dataset, final, codes = handover.dataset, handover.final, handover.final.codes()
    given, names, n = dataset.given_labels, dataset.class_names, len(codes)
    columns: dict[str, Column] = {
        "sample_id": dataset.sample_ids,
        "given_label": Coded(given, names),
        COLUMN: _or_dropped(codes, names),
        "label_index": _or_dropped(codes, range(len(names)), DROPPED),
        "final_labels": final_label_lists(handover),
        "mask": mask_column(handover),
    }
    for column, empty in (("verdict", ""), ("status", ""), ("votes", 0)):
        columns[column] = coded_by_row(final.table["row"].to_numpy(np.int64), final.table[column].tolist(), empty, n)
    if dataset.open_answers:
        columns["given_text"] = dataset.samples[REFERENCE].to_numpy(object)
        columns["corrected_text"] = np.array(corrected_references(handover), object)
    elif handover.is_question:
        columns |= _options(handover, "given", given) | _options(handover, "corrected", codes)
    if not (codes == DROPPED).any():
        return columns
    stay = np.flatnonzero(codes != DROPPED)
    return {name: taken(column, stay) for name, column in columns.items()}


def corrected_table(handover: Handover) -> pd.DataFrame:
    """The same as a data frame."""
    return pd.DataFrame({name: as_series(column) for name, column in corrected_columns(handover).items()})


def final_label_lists(handover: Handover) -> Coded:
    """(N,) lists of the class names that count as right: several under "any_of", none where dropped."""
    names, lists = handover.dataset.class_names, [[name] for name in handover.dataset.class_names]
    codes = handover.final.codes()  # -1, which is dropped, is taken back below
    for line in handover.final.changed_lines():
        if line.mask == "drop" or line.mask.startswith("any_of"):
            codes[line.row] = len(lists)
            lists.append([] if line.mask == "drop" else [names[code] for code in sorted(line.labels)])
    return Coded(codes, lists)


def mask_column(handover: Handover) -> Coded:
    """(N,) what evaluation does with each sample, "keep" first among the values."""
    table = handover.final.table
    return coded_by_row(table["row"].to_numpy(np.int64), table["mask"].tolist(), "keep", len(handover.dataset))


def evaluation_mask(handover: Handover) -> Iterable[bytes]:
    """CSV as ``cleaning.export.patch.mask.write_mask`` writes it, of which no list of all samples is made."""
    columns = (handover.dataset.sample_ids, handover.dataset.given_labels, mask_column(handover))
    return csv_blocks(dict(zip(MASK_HEADER, columns, strict=True)))


def source_table(handover: Handover) -> Table:
    """The samples as they were read (every column, every row) with ``label_corrected`` beside them.

    The given label is in ``label`` unless the source has such a column of metadata; then in ``given_label``. For
    questions also label_corrected_letter and label_corrected_text, and label_corrected is the 0-based index. Of free
    answers ``reference_corrected`` stands beside ``reference``, and nothing else is added.
    """
    read = handover.workspace.dataset() if handover.options.own_paths else handover.dataset
    codes, names, table = handover.final.codes(), handover.dataset.class_names, read.samples
    if handover.dataset.open_answers:
        table = table.copy()
        table.insert(list(table).index(REFERENCE) + 1, CORRECTED, corrected_references(handover))
        return table.drop(columns="choices")
    name = "label" if "label" not in table else "given_label"
    columns: dict[str, Column] = {str(own): table[own] for own in table}
    first = next(iter(columns))
    labels = handover.dataset.given_labels if handover.is_question else Coded(handover.dataset.given_labels, names)
    columns = {first: columns.pop(first), name: labels} | columns
    if not handover.is_question:
        return columns | {COLUMN: _or_dropped(codes, names)}
    return columns | {COLUMN: _or_dropped(codes, list(map(str, range(len(names)))))} | _options(handover, COLUMN, codes)


def _or_dropped(codes: np.ndarray, values: Iterable, dropped: object = "") -> Coded:
    """(N,) the value of each code, another where the sample is dropped."""
    values = [*values, dropped]
    return Coded(np.where(codes == DROPPED, len(values) - 1, codes), values)


def _options(handover: Handover, prefix: str, codes: np.ndarray) -> dict[str, Column]:
    """Letter and text of the option that each code stands for."""
    choices, letters = handover.dataset.samples["choices"], map(letter_of, range(handover.dataset.class_count))
    texts = ["" if k == DROPPED else str(options[k]) for k, options in zip(codes.tolist(), choices)]
    return {f"{prefix}_letter": _or_dropped(codes, letters), f"{prefix}_text": np.array(texts, object)}


def as_parquet(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def as_npy(codes: np.ndarray) -> bytes:
    """(N,) int32 in the dataset's order; -1 where dropped."""
    buffer = io.BytesIO()
    np.save(buffer, codes, allow_pickle=False)
    return buffer.getvalue()
