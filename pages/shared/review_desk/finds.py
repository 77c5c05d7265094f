"""What decisions so far say about where wrong labels are found."""

from collections.abc import Iterable

import pandas as pd

from cleaning.anchoring import agrees
from cleaning.review_queue import find_rates
from cleaning.review_store import Decision
from pages.shared.review_desk.facts import Facts

LEARNS_EVERY = 20  # decisions; between, the order stands still


def judged(standing: Iterable[Decision], facts: Facts) -> list[tuple[int, int, bool]]:
    """(given, suggested, wrong) by sample, in the order of the log; a sample's last decision counts."""
    last = {}
    for decision in standing:
        last.pop(decision.sample_id, None)
        last[decision.sample_id] = decision
    rows = facts.row_of.get_indexer(list(last)) if last else []
    found = []
    for decision, row in zip(last.values(), rows):
        if row < 0:
            continue
        given = int(facts.dataset.given_labels[row])
        agreed = agrees(decision, given)
        if agreed is not None:
            found.append((given, int(facts.suggested[row]), not agreed))
    return found


def learned_at(judged_so_far: list) -> int:
    """How many of the judged samples the order "by expected finds" has learned from."""
    return len(judged_so_far) // LEARNS_EVERY * LEARNS_EVERY


def rates(learned: list[tuple[int, int, bool]]) -> dict[tuple[int, int], float]:
    """Find rate of each confusion pair relative to all (see ``find_rates``)."""
    return find_rates(pd.DataFrame(learned, columns=["given", "suggested", "wrong"]))
