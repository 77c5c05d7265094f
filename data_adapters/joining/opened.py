"""Expert files, opened but not yet joined to samples: arrays (memory-mapped) or tables."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cleaning.errors import InputError
from cleaning.scores.shards import LIST_SUFFIX, listed_shards
from data_adapters.files.array_files import NamedScores, read_arrays
from data_adapters.files.check import LOOSE_TEXT, PLAIN_TABLES, TABLE_SUFFIXES
from data_adapters.files.endings import ending, plain_ending
from data_adapters.files.foreign.outside_readers import OUTSIDE
from data_adapters.files.packed import unpacked
from data_adapters.files.tables import Table, read_table

ARRAY_SUFFIXES = (".npy", ".npz", ".safetensors", ".pt", ".pth", *OUTSIDE)
EXPERT_SUFFIXES = (*ARRAY_SUFFIXES, *TABLE_SUFFIXES)
PLAIN_SUFFIXES = (*ARRAY_SUFFIXES, *PLAIN_TABLES)
PICKLES = (".pkl", ".pickle", ".joblib")


@dataclass(frozen=True)
class Declared:
    """What dataset.json says about an expert; an empty score_kind is detected."""

    score_kind: str = ""
    simulated: bool = False
    family: str = ""
    cost: float | None = None


@dataclass(frozen=True)
class OpenedExpert:
    """Either a table, or an array with or without ids: scores (R, K), or hard answers (R,).

    answer_column, sure_column: of a table, where they are settled: the answers, and the confidence in each. left_out: what
    else the file holds, and is not made use of. class_order: what the K columns of the array are called, where its file
    says so.
    """

    name: str
    path: Path
    table: Table | None = None
    array: np.ndarray | None = None
    ids: np.ndarray | None = None
    declared: Declared = Declared()
    answer_column: str | None = None
    sure_column: str | None = None
    left_out: tuple[str, ...] = ()
    class_order: tuple[str, ...] = ()

    @property
    def its_table(self) -> Table:
        """The table of one that is a table."""
        assert self.table is not None
        return self.table

    @property
    def its_array(self) -> np.ndarray:
        """The array of one that is none."""
        assert self.array is not None
        return self.array


def open_experts(name: str, path: Path, declared: Mapping[str, Declared] | None = None) -> list[OpenedExpert]:
    """The experts in a file: mostly one, called ``name``; several where an array file holds several.

    declared: by expert name. Raises InputError where the file cannot be read or is a pickle.
    """
    suffix = ending(path)
    declared = declared or {}
    if suffix == LIST_SUFFIX:
        return [_of_array(NamedScores(name, listed_shards(path)), path, declared)]
    if suffix in PICKLES:
        raise InputError(
            f"Expert '{name}' ({path.name}) is a pickle, which can run code when read. "
            "Save the scores with numpy.save(..., allow_pickle=False)."
        )
    if suffix in ARRAY_SUFFIXES:
        return [_of_array(found, path, declared) for found in read_arrays(name, path)]
    if suffix in (*TABLE_SUFFIXES, LOOSE_TEXT):
        return [OpenedExpert(name, path, table=_table(path), declared=declared.get(name, Declared()))]
    raise InputError(
        f"Expert '{name}' ({path.name}) has an ending we do not read. Read are {', '.join(PLAIN_SUFFIXES)}."
    )


def _table(path: Path) -> Table:
    if plain_ending(path) not in (".jsonl", ".ndjson"):
        return read_table(path, scores=True)
    from data_adapters.layouts.openai_logprobs import holds_responses, read_responses

    with unpacked(path) as plain:
        table = read_responses(plain) if holds_responses(plain) else read_table(plain, scores=True)
    return replace(table, path=path)


def _of_array(found: NamedScores, path: Path, declared: Mapping[str, Declared]) -> OpenedExpert:
    about = declared.get(found.name, Declared())
    about = replace(about, score_kind=about.score_kind or found.score_kind)
    whole = OpenedExpert(found.name, path, array=found.array, ids=found.ids, declared=about)
    return replace(whole, left_out=found.left_out, class_order=found.class_order)
