"""Tables of marked answers, as routers publish them: per expert a confidence and whether the answer is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cleaning.domain.dataset import SPLIT
from cleaning.domain.scored import ScoredAnswers, ScoredExpert
from cleaning.errors import InputError, counted, first_five
from data_adapters.files.tables import Table, read_table
from data_adapters.joining.columns import ID_NAMES, known_columns, speaks_of
from data_adapters.joining.expert_columns import CONFIDENCE_NAMES
from data_adapters.joining.table_shapes.marks import MARKS, SURELY
from data_adapters.sentences import listed

SCORE_NAMES = (
    "correct", "is_correct", "score", "verifier_score", "exact_match", "em", "acc", "accuracy", "pass@1", "passed",
    "pass_rate", "tests_passed", "right",
)  # fmt: skip
ANSWER_NAMES = ("answer", "response", "prediction", "predicted_answer", "output", "generation", "model_answer")
COST_NAMES = ("cost", "price")


@dataclass(frozen=True)
class _Marked:
    """One expert's rows of one table: its ids, scores and what else is known."""

    name: str
    ids: np.ndarray
    score: np.ndarray
    confidence: np.ndarray
    answers: np.ndarray | None
    certain: bool


def read_scored(tables: Mapping[str, Path], name: str = "") -> ScoredAnswers:
    """Scored answers of one table an expert, or of several in one wide table (``small_correct``, ``small_confidence``).

    tables: a file for each name; a wide table brings the experts' names itself. Joined by sample id, in the order of
    the first table. Raises InputError naming what is missing.
    """
    read = {label: read_table(Path(path)) for label, path in tables.items()}
    marked = [one for label, table in read.items() for one in _marked_in(table, label)]
    names = [one.name for one in marked]
    if len(set(names)) < len(names):
        repeated = sorted({n for n in names if names.count(n) > 1})
        raise InputError(f"Experts bear the same name: {first_five(repeated)}. Give each table a name of its own.")
    ids = pd.Index(list(dict.fromkeys(one for each in marked for one in each.ids)))
    experts = tuple(_aligned(one, ids) for one in marked)
    parts = _parts(next(iter(read.values())), ids)
    return ScoredAnswers(name or "scored answers", ids.to_numpy(object), experts, parts, tuple(_notes(marked, ids)))


def holds_marks(path: Path) -> bool:
    """Whether a table holds marked answers and no classes: a column of marks for one expert or for several."""
    table = read_table(Path(path))
    return bool(_wide_names(table) or _booleans(table)) or (
        _score_column(table) is not None and bool(known_columns(table, CONFIDENCE_NAMES))
    )


def _marked_in(table: Table, label: str) -> list[_Marked]:
    ids = _ids(table)
    wide = _wide_names(table)
    if wide:
        return [_one(name, table, ids, f"{name}{mark}", f"{name}{sure}") for name, mark, sure in wide]
    score = _score_column(table)
    if score is None and (names := _booleans(table)):
        return [_one(name, table, ids, name, None) for name in names]
    if score is None:
        raise InputError(
            f"'{table.path.name}' has no column that says how right an answer is; its columns are "
            f"{listed(table.columns)} Call it 'correct' (true or false) or 'score' (0 to 1)."
        )
    sure = [c for c in known_columns(table, CONFIDENCE_NAMES) if c != score]
    if not sure:
        raise InputError(
            f"'{table.path.name}' says how right answers are ('{score}') but not how sure the expert was. Add a column "
            "'confidence' (0 to 1), from token probabilities, log-likelihoods or the model's own word."
        )
    return [_one(label, table, ids, score, sure[0])]


def _one(name: str, table: Table, ids: np.ndarray, score: str, sure: str | None) -> _Marked:
    said = known_columns(table, ANSWER_NAMES)
    scores = marks_in(table, score)
    confidence = np.where(np.isnan(scores), np.nan, 1.0) if sure is None else table.numbers(sure)
    return _Marked(name, ids, scores, confidence, table.text(said[0]) if said else None, sure is None)


def _ids(table: Table) -> np.ndarray:
    column = next(iter(known_columns(table, ID_NAMES)), None)
    if column is None:
        raise InputError(f"'{table.path.name}' has no column of sample ids. Call it 'id', the same in every table.")
    ids = table.text(column)
    if len(set(ids)) < len(ids):
        repeated = [one for one, times in pd.Series(ids).value_counts().items() if times > 1]
        raise InputError(
            f"'{table.path.name}' has {counted(len(repeated), 'sample id')} more than once: {first_five(repeated)}. "
            "Give one answer a sample; of several runs write their mean score."
        )
    return ids


def marks_in(table: Table, column: str) -> np.ndarray:
    """(R,) 0..1 from marks or numbers, NaN where empty."""
    text = [value.casefold() for value in table.text(column)]
    if set(text) - {""} <= MARKS.keys():
        return np.array([MARKS.get(value, np.nan) for value in text], float)
    return np.asarray(table.numbers(column), float)


def _score_column(table: Table) -> str | None:
    known = known_columns(table, SCORE_NAMES)
    found = [c for c in known if c.casefold() != "score" or any(x != c for x in known_columns(table, CONFIDENCE_NAMES))]
    return found[0] if found else None


def _wide_names(table: Table) -> list[tuple[str, str, str]]:
    """(expert, ending of its marks, ending of its confidences) of a table with columns for each."""
    found = []
    for column in table.columns:
        stem, mark, last = column.rpartition("_")
        if not stem or not (speaks_of(last, SURELY) or last.casefold() == "score"):
            continue
        sure = [c for c in CONFIDENCE_NAMES if c != last and f"{stem}_{c}" in table.columns]
        if sure:
            found.append((stem, mark + last, f"_{sure[0]}"))
    return found


def _booleans(table: Table) -> list[str]:
    """Columns of true and false alone, two or more: one for each expert, named after it."""
    names = [c for c in table.columns if c not in known_columns(table, ID_NAMES)]
    found = [c for c in names if {v.casefold() for v in table.head(c)} - {""} == {"true", "false"}]
    return found if len(found) > 1 else []


def _aligned(one: _Marked, ids: pd.Index) -> ScoredExpert:
    rows = pd.Index(one.ids).get_indexer(ids)
    there = rows >= 0
    score, confidence = (np.where(there, values[rows], np.nan) for values in (one.score, one.confidence))
    confidence = np.where(np.isnan(score), np.nan, confidence)
    answers = None if one.answers is None else np.where(there, one.answers[rows], "")
    return ScoredExpert(one.name, confidence, score, answers)


def _parts(table: Table, ids: pd.Index) -> np.ndarray | None:
    if SPLIT not in table.columns:
        return None
    return pd.Series(table.text(SPLIT), index=_ids(table)).reindex(ids).fillna("").to_numpy(object)


def _notes(marked: Sequence[_Marked], ids: pd.Index) -> list[str]:
    notes = []
    for one in marked:
        silent = len(ids) - int((~np.isnan(one.score)).sum())
        if silent:
            notes.append(f"Expert '{one.name}' has no score for {silent:,} of {len(ids):,} samples; there it abstains.")
        if one.certain:
            notes.append(f"Expert '{one.name}' states no confidence: its answers can be sent on only as a whole.")
    return notes
