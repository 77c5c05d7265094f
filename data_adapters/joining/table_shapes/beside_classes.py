"""Number columns that stand beside the classes in a table of scores: a loss, a margin, an epoch."""

from collections.abc import Collection, Sequence

import numpy as np

from data_adapters.files.tables import Table
from data_adapters.joining.columns import HIGHER_IS_SURER, LOWER_IS_SURER, speaks_of

ROWS_LOOKED_AT, USUAL = 1_000, 0.95  # USUAL: part of the rows


def beside_the_classes(table: Table, columns: Sequence[str], seen: Collection[str]) -> set[str]:
    """Number columns that are no class, though the others are called as the classes seen: those add up to 1 alone and no
    longer with them, or a loss, a margin or the like is what they are called after."""
    own = [column for column in columns if column in seen]
    others = [column for column in columns if column not in seen]
    if not others or set(own) != set(seen):
        return set()
    head = table.first(ROWS_LOOKED_AT)
    alone, together = (_share_of_ones(head.matrix(some)) for some in (own, [*own, *others]))
    if alone > USUAL > together:
        return set(others)
    return {one for one in others if speaks_of(one, HIGHER_IS_SURER | LOWER_IS_SURER)}


def _share_of_ones(scores: np.ndarray) -> float:
    """Part of the rows that add up to 1, as far as rounding to two places allows."""
    return float((np.abs(scores.sum(axis=1) - 1) <= 0.005 * scores.shape[1]).mean())
