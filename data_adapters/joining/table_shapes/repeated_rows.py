"""Tables with several rows a sample: one row a class (long tables), or one row a run (augmentation, seeds)."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from data_adapters.files.tables import Table
from data_adapters.joining import columns as named
from data_adapters.joining.class_codes import placed, read_classes
from data_adapters.joining.expert_columns import answer_candidates, class_columns
from data_adapters.joining.opened import OpenedExpert
from data_adapters.joining.table_shapes.few_scores import mean_of_runs


def gathered(opened: OpenedExpert, id_column: str | None, names: Sequence[str]) -> OpenedExpert:
    """The expert with one row a sample; as it is where ids do not repeat, or in no such way."""
    if opened.table is None or id_column is None or opened.answer_column:
        return opened
    places, ids = placed(opened.table.text(id_column))
    if len(ids) == len(places):
        return opened
    rest = [column for column in opened.table.columns if column != id_column]
    classes = class_columns(rest, names)
    if classes is not None:
        return _averaged(opened, places, ids, opened.table.matrix(list(classes)))
    return _long(opened, id_column, places, ids, names)


def _averaged(opened: OpenedExpert, places: np.ndarray, ids: np.ndarray, scores: np.ndarray) -> OpenedExpert:
    """The mean of the probabilities of each sample's rows, where all samples have equally many."""
    runs = np.bincount(places)
    if runs.min() != runs.max():
        return opened
    order = np.argsort(places, kind="stable").reshape(len(ids), runs[0])
    mean = mean_of_runs([scores[order[:, run]] for run in range(runs[0])])
    about = replace(opened.declared, score_kind="probabilities")
    note = f"the mean probabilities of {runs[0]} rows a sample are taken"
    return replace(opened, table=None, array=mean, ids=ids, declared=about, left_out=(*opened.left_out, note))


def _long(
    opened: OpenedExpert, id_column: str, places: np.ndarray, ids: np.ndarray, names: Sequence[str]
) -> OpenedExpert:
    """One row a class: all scores where every sample has every class, else its best class with its confidence."""
    table = opened.its_table
    said = next(iter(answer_candidates(table, id_column)), None)
    numbers = [c for c in table.columns if c not in (id_column, said) and table.holds_numbers(c)]
    scores = [c for c in numbers if named.speaks_of(c, named.CONFIDENCE_WORDS | named.HIGHER_IS_SURER)]
    if said is None or not scores or np.bincount(places).min() < 2:
        return opened
    codes, values = read_classes(table.text(said), names).codes, table.numbers(scores[0])
    if (codes < 0).any() or np.isnan(values).any() or len(np.unique(places * len(names) + codes)) < len(codes):
        return opened
    whole = np.full((len(ids), len(names)), np.nan)
    whole[places, codes] = values
    note = f"one row a class, from '{said}' and '{scores[0]}'"
    left = (*opened.left_out, note)
    if not np.isnan(whole).any():
        return replace(opened, table=None, array=whole.astype(np.float32), ids=ids, left_out=left)
    best = np.nanargmax(whole, axis=1)
    columns = {
        id_column: ids.tolist(),
        "prediction": [names[k] for k in best],
        scores[0]: whole[np.arange(len(ids)), best],
    }
    return replace(opened, table=Table(table.path, pa.table(columns), table.notes), left_out=left)
