"""The whole path from a dataset and its experts to a ranked list, told by one function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from cleaning.calibrate.calibration import Calibration
from cleaning.calibrate.chosen_way import calibrate_as
from cleaning.domain.dataset import TEXT, Dataset
from cleaning.domain.experts import Expert, VotesExpert, check_experts
from cleaning.domain.folds import draw_folds
from cleaning.domain.settings import DEFAULT_THRESHOLD, EVERY_EXPERT, OWN, Settings
from cleaning.errors import InputError, one_of
from cleaning.suspect.opinion_store import OpinionStore
from cleaning.suspect.pool import Opinions, Progress, pool
from cleaning.suspect.suspicion import Excess, default_suspicion, expert_agreement, metadata_excess

if TYPE_CHECKING:
    import pandas as pd

    from cleaning.calibrate.saved import SavedCalibration

COLUMNS = (
    "sample_id",
    "given_label",
    "suggested_label",
    "suspicion",
    "confidence",
    "agreeing_experts",
    "flagged",
)


@dataclass(frozen=True)
class Scored:
    """The outcome of a run.

    suspicion: (N,) float64 in the dataset's order. suggested: (N,) int32, confidence: (N,), agreeing: (N,) by the
    rule. flagged: (N,) bool. order: (N,) rows of the dataset, most suspicious first. threshold: suspicion from which
    samples are flagged.
    """

    settings: Settings
    dataset: Dataset
    opinions: Opinions
    excess: Excess | None
    suspicion: np.ndarray
    suggested: np.ndarray
    confidence: np.ndarray
    agreeing: np.ndarray
    flagged: np.ndarray
    order: np.ndarray
    threshold: float

    @cached_property
    def table(self) -> pd.DataFrame:
        """N rows, most suspicious first: COLUMNS (labels in words) and ``row`` (place in the dataset),
        ``given`` and ``suggested`` (class numbers)."""
        import pandas as pd

        return pd.DataFrame({name: _for_pandas(column) for name, column in self.columns(slice(None)).items()})

    def columns(self, places: slice) -> dict[str, np.ndarray]:
        """These places of the table by column, without making the whole and without pandas."""
        rows = self.order[places]
        given, suggested = self.dataset.given_labels[rows], self.suggested[rows]
        return {
            "sample_id": self.dataset.sample_ids[rows],
            "given_label": self.dataset.label_words(rows, given),
            "suggested_label": self.dataset.label_words(rows, suggested),
            "suspicion": self.suspicion[rows],
            "confidence": self.confidence[rows].astype(np.float32),
            "agreeing_experts": self.agreeing[rows].astype(np.int16),
            "flagged": self.flagged[rows],
            "row": rows.astype(np.int64),
            "given": given.astype(np.int32),
            "suggested": suggested.astype(np.int32),
        }


def _for_pandas(column: np.ndarray) -> np.ndarray:
    return column.astype(object) if column.dtype == TEXT else column


def run(
    dataset: Dataset,
    experts: Sequence[Expert],
    settings: Settings | None = None,
    progress: Progress = lambda words, share: None,
    store: OpinionStore | None = None,
    client=None,
    saved: SavedCalibration | None = None,
) -> Scored:
    """Calibrates every expert, pools them, scores and ranks every sample.

    store: where opinions are kept, so that another rule, threshold or budget asks no expert again and an interrupted
    scoring goes on where it was. client: of Dask, whose workers then read the scores (``cleaning.suspect.distributed``).
    saved: a calibration fitted elsewhere, taken in place of one fitted here; experts are weighed here all the same.
    Deterministic for the seed, whatever the order of rows, experts and threads (to 1e-6). Nothing but the given
    labels is ever fitted to. Raises InputError when there are no experts or two bear one name.
    """
    settings = settings or Settings()
    check_experts(experts)
    if saved is not None:
        settings, store = replace(settings, calibrated_elsewhere=saved.fingerprint()), None
    opinions, excess = _asked(dataset, experts, settings, progress, store, client, saved)
    return rank(dataset, opinions, excess, settings)


def _asked(dataset, experts, settings: Settings, progress, store, client, saved) -> tuple[Opinions, Excess | None]:
    folds = draw_folds(dataset.sample_ids, settings.seed)
    methods, group = methods_of(experts, settings), settings.group_of(dataset)
    if saved is not None:
        opinions = pool(dataset, experts, list(saved.for_experts(experts).values()), folds, progress)
    else:
        opinions = _opinions(dataset, experts, folds, settings.seed, methods, progress, store, client)
    excess = None if group is None else metadata_excess(opinions, dataset.given_labels, group, folds)
    return opinions, excess


def methods_of(experts: Sequence[Expert], settings: Settings) -> dict[str, str]:
    """By expert how it is to be calibrated, where that is chosen. Raises InputError for an expert that is not there."""
    names = [expert.name for expert in experts]
    strange = [name for name, _ in settings.calibrations if name not in (*names, EVERY_EXPERT)]
    if strange:
        raise InputError(f"There is no expert '{strange[0]}' to calibrate: choose {one_of(names)}.")
    named, every = dict(settings.calibrations), settings.calibration_of(EVERY_EXPERT)
    chosen = {e.name: named.get(e.name, OWN if isinstance(e, VotesExpert) else every) for e in experts}
    return {name: method for name, method in chosen.items() if method != OWN}


def _opinions(
    dataset, experts, folds, seed: int, methods: dict[str, str], progress: Progress, store: OpinionStore | None, client
) -> Opinions:
    """What the experts say, from the store where it is kept."""
    store = store.calibrated(methods) if store else None
    kept = store.finished(dataset, experts, seed) if store else None
    if kept is not None:
        return kept
    if client is not None:
        from cleaning.suspect.distributed import ask_distributed

        calibrated = partial(_calibrated_here, dataset, folds, methods)
        if store:
            calibrated = partial(store.calibration, dataset, folds=folds, seed=seed)
        said = ask_distributed(client, dataset, experts, folds, progress, calibrated)
        if store:
            store.keep(dataset, experts, seed, said)
        return said
    calibrations = []
    for done, expert in enumerate(experts):
        progress(f"calibrating {expert.name}", done / len(experts))
        fitted = store.calibration(dataset, expert, folds=folds, seed=seed) if store else None
        calibrations.append(fitted or _calibrated_here(dataset, folds, methods, expert, expert))
    if store:
        return store.ask(dataset, experts, calibrations, folds, seed, progress)
    return pool(dataset, experts, calibrations, folds, progress)


def _calibrated_here(dataset, folds, methods: dict[str, str], expert: Expert, here: Expert) -> Calibration:
    return calibrate_as(methods.get(expert.name, OWN), here, dataset.given_labels, folds)


def rank(dataset: Dataset, opinions: Opinions, excess: Excess | None, settings: Settings) -> Scored:
    """Suspicion, order and flags from what the experts said; the only step that depends on the rule."""
    rule = _paper_rule if settings.rule == "paper" else _default_rule
    suspicion, suggested, confidence, agreeing, flagged = rule(dataset, opinions, excess, settings)
    order = most_suspicious_first(suspicion, agreeing, dataset.sample_ids)
    flagged, threshold = _flag(suspicion, order, flagged, settings)
    said = (suspicion, suggested, confidence, agreeing)
    return Scored(settings, dataset, opinions, excess, *said, flagged, order, threshold)


def most_suspicious_first(suspicion: np.ndarray, agreeing: np.ndarray, sample_ids: np.ndarray) -> np.ndarray:
    """(N,) rows by falling suspicion; of equal suspicion more agreeing experts first, then by sample id."""
    order = np.argsort(suspicion)[::-1]
    ranked = suspicion[order]
    same = np.concatenate([[False], ranked[1:] == ranked[:-1], [False]])
    edges = np.flatnonzero(same[1:] != same[:-1])
    for first, last in zip(edges[::2], edges[1::2] + 1):  # each run of equals
        tied = order[first:last]
        tied = tied[np.argsort(sample_ids[tied], kind="stable")]
        order[first:last] = tied[np.argsort(-agreeing[tied], kind="stable")]
    return order


def _default_rule(dataset, opinions, excess, settings):
    suspicion = default_suspicion(opinions, dataset.classes_given, excess)
    return suspicion, opinions.suggested, opinions.suggested_probability, opinions.agreeing(), None


def _paper_rule(dataset, opinions, excess, settings):
    agreed = expert_agreement(opinions, dataset.given_labels)
    m = opinions.predicted.shape[1]
    flagged = agreed.flagged(settings.agree_of(m), settings.min_confidence)
    return agreed.ladder(m), agreed.label, agreed.weakest, agreed.count, flagged


def _flag(suspicion, order, flagged, settings) -> tuple[np.ndarray, float]:
    """Flags by the paper's rule (within the budget or threshold), by budget or by threshold."""
    allowed = np.ones(len(suspicion), bool) if flagged is None else flagged
    if settings.budget is not None:
        chosen = order[allowed[order]][: settings.budget]
        result = np.zeros(len(suspicion), bool)
        result[chosen] = True
        return result, float(suspicion[chosen[-1]]) if len(chosen) else 1.0
    if settings.threshold is None and flagged is not None:
        return flagged, float(suspicion[flagged].min()) if flagged.any() else 1.0
    threshold = DEFAULT_THRESHOLD if settings.threshold is None else settings.threshold
    return allowed & (suspicion >= threshold), threshold
