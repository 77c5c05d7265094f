"""Row order: an expert that agrees with the labels no better than chance, and the order of its rows that does."""

import re

import numpy as np

from cleaning.domain.experts import Expert
from data_adapters.contract import Reading
from data_adapters.doctor.chance import at_chance, excess, near_chance
from data_adapters.doctor.evidence import Evidence, Opinion, agreement, opinion_on
from data_adapters.doctor.finding import Finding
from data_adapters.doctor.rivals import far_better

LEAST_GAIN = 0.2
BY_CLASS = "sorted by class"


def row_orders(evidence: Evidence, skip: set[str]) -> list[Finding]:
    """skip: experts already explained by another order of classes."""
    if not evidence.enough:
        return []
    return [
        finding
        for opinion in evidence.opinions
        if opinion.expert.name not in skip and near_chance(opinion, evidence)
        for finding in _findings(opinion, evidence)
    ]


def _findings(opinion: Opinion, evidence: Evidence) -> list[Finding]:
    """An error where another order of rows explains the labels; a warning where agreement is chance all the same."""
    expert, reading = opinion.expert, evidence.reading
    share, chance, _ = excess(opinion, evidence)
    told = f"Expert '{expert.name}' agrees with the given labels in {share:.1%} of samples"
    name = f"row_order:{expert.name}"
    found = find_rows(expert, reading) if expert.name in reading.joined_by_position else None
    if found is not None:
        words, rows, after = found
        sentence = f"{told} ({chance:.1%} by chance); with its rows {words} it agrees in {after:.1%}."
        if words.startswith(BY_CLASS):
            fix = "Save it again with its sample ids: the order within a class cannot be told from the labels."
            return [Finding(name, "error", sentence, len(rows), fix=fix, after=after)]
        return [
            Finding(
                name,
                "error",
                sentence,
                len(rows),
                fix=f"Take its rows {words}.",
                safe_fix=True,
                after=after,
                before=share,
            )
        ]
    if not at_chance(opinion, evidence):
        return []
    fix = "Check that its rows and classes are those of this dataset, give its sample ids, or leave it out."
    sentence = f"{told}, no better than chance ({chance:.1%})."
    return [Finding(name, "warning", sentence, len(evidence.places), fix=fix)]


def find_rows(expert: Expert, reading: Reading) -> tuple[str, np.ndarray, float] | None:
    """(words, (N,) row of each sample, agreement) of the best likely order, if it is far better than this one."""
    evidence = Evidence(reading)
    places, labels = evidence.places, evidence.labels
    before = agreement(opinion_on(expert, places).predicted, labels)
    tried = []
    for words, rows in likely_orders(reading):
        after = agreement(opinion_on(expert, rows[places]).predicted, labels)
        tried.append((after, words, rows))
    after, words, rows = max(tried, key=lambda one: one[0])
    return (words, rows, after) if after >= before + LEAST_GAIN and far_better(after, before, len(places)) else None


def likely_orders(reading: Reading) -> list[tuple[str, np.ndarray]]:
    """(words, (N,) row of each sample) of the orders that files without ids usually have."""
    dataset = reading.dataset
    n, ids = len(dataset), [str(i) for i in dataset.sample_ids]
    names = [dataset.class_names[k] for k in dataset.given_labels]
    turned = np.arange(n)
    orders = [("from last to first", turned[::-1].copy())]
    orders += [("one later", np.roll(turned, 1)), ("one earlier", np.roll(turned, -1))]
    keys: dict[str, list] = {
        "sorted by sample id": ids,
        "sorted by sample id, upper and lower case alike": [i.casefold() for i in ids],
        "sorted by the numbers in the sample ids": [_natural(i) for i in ids],
        f"{BY_CLASS} name": list(zip(names, ids)),
        f"{BY_CLASS} number": list(zip(dataset.given_labels.tolist(), ids)),
    }
    return orders + [(words, _rank(values)) for words, values in keys.items()]


def _rank(values: list) -> np.ndarray:
    """(N,) place of each sample in the sorted order (stable)."""
    order = sorted(range(len(values)), key=values.__getitem__)
    rank = np.empty(len(values), np.int64)
    rank[order] = np.arange(len(values))
    return rank


def _natural(text: str) -> list:
    """Parts for sorting, numbers by their value."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", text) if part]


def rows_reordered(reading: Reading, expert: Expert) -> Expert:
    """The expert with the best likely order of its rows."""
    found = find_rows(expert, reading)
    if found is None or found[0].startswith(BY_CLASS):
        return expert
    return expert.taken(found[1])
