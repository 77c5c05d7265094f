"""What a card offers before the decision: candidates in an order that does not betray them, agreed examples."""

import numpy as np
import pandas as pd

FEW_CLASSES = 10  # up to here every class is always a candidate, at its own fixed key
FEWEST, MOST = 6, 9
EXAMPLES = 3


class Candidates:
    """Classes offered on a card: the given and suggested label and the experts' votes hide among confusable ones.

    given, suggested: (N,) codes in the dataset's order; predicted: (N, M), -1 where an expert abstains.
    """

    def __init__(self, given: np.ndarray, suggested: np.ndarray, predicted: np.ndarray, class_count: int) -> None:
        self._given, self._suggested, self._predicted = given, suggested, predicted
        self._class_count = class_count
        self._confusable = {} if class_count <= FEW_CLASSES else _confusable(given, predicted, class_count)

    def of(self, row: int, option_count: int) -> list[int]:
        """Class codes in class order; all options of a question, and all classes where there are few."""
        if option_count <= FEW_CLASSES:
            return list(range(option_count))
        chosen = dict.fromkeys([int(self._given[row]), int(self._suggested[row])])
        for label in self._predicted[row]:
            if label >= 0 and len(chosen) < MOST:
                chosen[int(label)] = None
        return sorted(self._padded(list(chosen), row))

    def _padded(self, chosen: list[int], row: int) -> list[int]:
        near = [*map(self._confusable.get, chosen)]
        ranked = [c for rank in range(MOST) for found in near if found is not None for c in found[rank : rank + 1]]
        anything = ((row * 7919 + step * 104_729) % self._class_count for step in range(10 * MOST))
        for label in [*ranked, *anything]:
            if len(chosen) >= FEWEST:
                break
            if label not in chosen:
                chosen.append(label)
        return chosen


def _confusable(given: np.ndarray, predicted: np.ndarray, class_count: int) -> dict[int, list[int]]:
    """For each class, others that experts take it for or that are taken for it, most often first."""
    voted = predicted >= 0
    one = np.broadcast_to(given[:, None], predicted.shape)[voted].astype(np.int64)
    other = np.asarray(predicted)[voted].astype(np.int64)
    pairs = np.r_[one * class_count + other, other * class_count + one]
    pair, count = np.unique(pairs, return_counts=True)
    one, other = pair // class_count, pair % class_count
    order = np.lexsort((other, -count, one))
    table = pd.DataFrame({"one": one[order], "other": other[order]}).query("one != other")
    return {
        int(part["one"].iloc[0]): list(map(int, part["other"].iloc[:MOST]))
        for _, part in table.groupby("one", sort=False)
    }


def agreed_examples(scores: pd.DataFrame, predicted: np.ndarray, showable: np.ndarray) -> dict[int, list[int]]:
    """For each class, rows of samples whose given label every expert shares, least suspicious first."""
    rows = scores["row"].to_numpy(np.int64)[::-1]
    given = scores["given"].to_numpy(np.int64)[::-1]
    votes = np.asarray(predicted)[rows]
    shared = ((votes == given[:, None]) | (votes < 0)).all(axis=1) & (votes >= 0).any(axis=1) & showable[rows]
    table = pd.DataFrame({"given": given[shared], "row": rows[shared]})
    table = table[table.groupby("given").cumcount() <= EXAMPLES]  # one more than shown, should a card be its own
    return {int(part["given"].iloc[0]): list(map(int, part["row"])) for _, part in table.groupby("given")}
