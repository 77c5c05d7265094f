"""Corrected labels as tables: our own columns, and the layout of the source.

Dropped samples are left out of our own tables; in the layout of the source and in ``.npy``, which are joined by row,
they stay, with an empty corrected label or -1.
"""

import io
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import pandas as pd

from cleaning.domain.dataset import REFERENCE
from cleaning.export.formats.json_values import ENCODE, json_objects, json_texts
from cleaning.export.formats.references import CORRECTED, corrected_references
from cleaning.export.handover import Handover, letter_of
from cleaning.settle.final_labels import DROPPED

COLUMN = "label_corrected"
AT_ONCE = 50_000  # rows that are held as text


def corrected_table(handover: Handover) -> pd.DataFrame:
    """One row per sample that is not dropped, in the dataset's order.

    sample_id, given_label, label_corrected (class names), label_index (class code), final_labels (list of class
    names that count as right), mask, verdict and status ("" where nobody decided), votes, and for questions
    given_letter, given_text, corrected_letter, corrected_text.
    """
    codes, final = handover.final.codes(), handover.final.table
    given, n = handover.dataset.given_labels, len(codes)
    table = pd.DataFrame(
        {
            "sample_id": handover.dataset.sample_ids,
            "given_label": handover.names[given],
            COLUMN: handover.names[codes],
            "label_index": codes,
            "final_labels": final_label_lists(handover),
            "mask": handover.final.mask(),
        }
    )
    for column, empty in (("verdict", ""), ("status", ""), ("votes", 0)):
        table[column] = _over_all_samples(final, column, empty, n)
    if handover.dataset.open_answers:
        table["given_text"] = handover.dataset.samples[REFERENCE].to_numpy(object)
        table["corrected_text"] = corrected_references(handover)
    elif handover.is_question:
        _add_options(table, handover, "given", given)
        _add_options(table, handover, "corrected", codes)
    return table[codes != DROPPED].reset_index(drop=True)


def final_label_lists(handover: Handover) -> list[list[str]]:
    """N lists of the class names that count as right: several under "any_of", none where dropped. Equal ones are mostly
    one and the same list, not to be changed."""
    alone = [[name] for name in handover.dataset.class_names]
    lists = [alone[code] for code in handover.final.codes().tolist()]  # -1, which is dropped, is taken back below
    for line in handover.final.changed_lines():
        if line.mask == "drop":
            lists[line.row] = []
        elif line.mask.startswith("any_of"):
            lists[line.row] = [handover.dataset.class_names[code] for code in sorted(line.labels)]
    return lists


def source_table(handover: Handover) -> pd.DataFrame:
    """The samples as they were read (every column, every row) with ``label_corrected`` beside them.

    The given label is in ``label`` unless the source has such a column of metadata; then in ``given_label``. For
    questions also label_corrected_letter and label_corrected_text, and label_corrected is the 0-based index. Of free
    answers ``reference_corrected`` stands beside ``reference``, and nothing else is added.
    """
    read = handover.workspace.dataset() if handover.options.own_paths else handover.dataset
    codes, table = handover.final.codes(), read.samples.copy()
    if handover.dataset.open_answers:
        table.insert(list(table).index(REFERENCE) + 1, CORRECTED, corrected_references(handover))
        return table.drop(columns="choices")
    name = "label" if "label" not in table else "given_label"
    labels = handover.names[handover.dataset.given_labels]
    table.insert(1, name, labels)
    if handover.is_question:
        table[name] = handover.dataset.given_labels
        _add_options(table, handover, COLUMN, codes)
        table.insert(list(table).index(f"{COLUMN}_letter"), COLUMN, _blank_dropped(codes, codes))
    else:
        table[COLUMN] = _blank_dropped(handover.names[codes], codes)
    return table


def _blank_dropped(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """(N,) str, empty where the sample is dropped."""
    return np.where(codes == DROPPED, "", values.astype(str)).astype(object)


def _add_options(table: pd.DataFrame, handover: Handover, prefix: str, codes: np.ndarray) -> None:
    """Letter and text of the option that each code stands for."""
    choices = handover.dataset.samples["choices"]
    table[f"{prefix}_letter"] = [letter_of(code) for code in codes]
    table[f"{prefix}_text"] = ["" if k == DROPPED else str(options[k]) for k, options in zip(codes, choices)]


def _over_all_samples(final: pd.DataFrame, column: str, empty: object, n: int) -> np.ndarray:
    values = np.full(n, empty, object if isinstance(empty, str) else np.int32)
    values[final["row"].to_numpy(np.int64)] = final[column].to_numpy()
    return values


def as_csv(table: pd.DataFrame) -> bytes:
    """UTF-8 CSV with line feeds; lists as JSON."""
    return _lists_as_json(table).to_csv(index=False, lineterminator="\n").encode()


def as_parquet(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def as_json_lines(table: pd.DataFrame) -> bytes:
    """One JSON object a line."""

    def lines() -> Iterator[str]:
        for start in range(0, len(table), AT_ONCE):
            part = table.iloc[start : start + AT_ONCE]
            columns = [(str(name), json_texts(_plain_values(part[name]))) for name in part]
            yield from (f"{line}\n" for line in json_objects(columns))

    return in_blocks(lines())


def as_json_list(rows: Iterable[dict]) -> bytes:
    """A JSON list, one object a line."""

    def lines() -> Iterator[str]:
        before = "["
        for row in rows:
            yield f"{before}\n{ENCODE(row)}"
            before = ","
        yield "[]\n" if before == "[" else "]\n"

    return in_blocks(lines())


def in_blocks(lines: Iterable[str], at_once: int = 10_000) -> bytes:
    """Lines as UTF-8, never more than some thousand of them as text."""
    buffer, left = io.BytesIO(), iter(lines)
    while block := "".join(islice(left, at_once)):
        buffer.write(block.encode())
    return buffer.getvalue()


def as_npy(codes: np.ndarray) -> bytes:
    """(N,) int32 in the dataset's order; -1 where dropped."""
    buffer = io.BytesIO()
    np.save(buffer, codes, allow_pickle=False)
    return buffer.getvalue()


def _plain_values(column: pd.Series) -> list:
    values = column.tolist()
    return [v.tolist() if isinstance(v, np.ndarray) else v for v in values] if column.dtype == object else values


def _lists_as_json(table: pd.DataFrame) -> pd.DataFrame:
    lists = [c for c in table if len(table) and isinstance(table[c].iloc[0], list | tuple | np.ndarray)]
    return table.assign(**{str(c): json_texts(_plain_values(table[c])) for c in lists})
