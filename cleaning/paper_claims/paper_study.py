"""The paper's claims on a dataset, all at once: claims, figures and their data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cleaning.calibrate.measures.shares import wilson_interval
from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import Expert
from cleaning.domain.settings import Settings
from cleaning.paper_claims.carried_calibration import Elsewhere, carried_calibration
from cleaning.paper_claims.cascade_claims import cascade_claims
from cleaning.paper_claims.cleaning_tradeoff import cleaning_tradeoff, truth_side
from cleaning.paper_claims.independence import independence
from cleaning.paper_claims.material import Material, Progress, gathered
from cleaning.paper_claims.rising_accuracy import rising_accuracy
from cleaning.paper_claims.sensitivity import sensitivity
from cleaning.paper_claims.told import PaperStudy
from cleaning.settle.judging import JudgingLabels


@dataclass(frozen=True)
class TruthKnown:
    """places: (J,) rows of the dataset that people judged elsewhere. wrong: (J,) bool. Only claims (e) and (g) see it."""

    places: np.ndarray
    wrong: np.ndarray


def paper_study(
    dataset: Dataset,
    experts: Sequence[Expert],
    settings: Settings | None = None,
    *,
    labels: JudgingLabels | None = None,
    codes: np.ndarray | None = None,
    truth: TruthKnown | None = None,
    split: str | None = None,
    other: Elsewhere | None = None,
    progress: Progress = lambda words, share: None,
) -> PaperStudy:
    """All claims of Hao et al. 2026 on one dataset: (a) higher confidence, higher accuracy; (b) calibrated on one part,
    judged on another; (c) small-large cascades; (d) comparable experts; (e) cleaning's trade-off; (f) sensitivity to
    bins, K, tau and method; (g) which experts are independent.

    labels, codes: where there are decisions (``Material``). truth: for (e) and (g) alone. split: column for (b); by
    default one that is there. other: a second dataset for (b). Raises InputError for what does not fit.
    """
    material = gathered(dataset, experts, settings, labels, codes, progress)
    progress("calibrated here, judged there", 0.4)
    carried = carried_calibration(material, split, other)
    progress("cascades", 0.55)
    small, alike = cascade_claims(material, lambda share: progress("cascades", 0.55 + 0.2 * share))
    progress("the trade-off", 0.75)
    side = None if truth is None else truth_side(material, truth.places, truth.wrong)
    trade = cleaning_tradeoff(material, side)
    progress("sensitivity", 0.85)
    hangs = sensitivity(material)
    progress("independence", 0.97)
    alone = independence(material, _known_right(len(dataset), truth))
    claims = [rising_accuracy(material), carried, small, alike, trade, hangs, alone]
    return PaperStudy(dataset.name, _about(material, truth), experts_table(material), claims)


def _known_right(n: int, truth: TruthKnown | None) -> np.ndarray | None:
    if truth is None:
        return None
    right = np.zeros(n, bool)
    right[truth.places[~truth.wrong]] = True
    return right


def experts_table(material: Material) -> pd.DataFrame:
    """One row an expert: expert, kind, simulated, calibration, weight, answered, accuracy with accuracy_low and
    accuracy_high (95 %, Wilson)."""
    rows = []
    for report, weight in zip(material.reports, material.scored.opinions.weights.mean(axis=0)):
        judged = material.judged(report)
        right = int(material.right(report)[judged].sum())
        low, high = wilson_interval(right, int(judged.sum()))
        row: dict[str, object] = {"expert": report.expert.name, "kind": report.expert.gives()}
        row |= {"simulated": report.expert.simulated, "calibration": report.calibration.described()}
        row |= {"weight": float(weight), "answered": int(report.answered.sum()), "accuracy": right / int(judged.sum())}
        rows.append(row | {"accuracy_low": float(low), "accuracy_high": float(high)})
    return pd.DataFrame(rows)


def _about(material: Material, truth: TruthKnown | None) -> dict[str, str]:
    dataset = material.dataset
    told = {
        "Samples": f"{len(dataset):,}",
        "Classes": f"{dataset.class_count:,}",
        "Experts": f"{len(material.experts)}",
        "Seed": f"{material.settings.seed}",
        "Labels": material.labels.sentence(),
    }
    if truth is not None:
        told["Known truth"] = f"of {len(truth.places):,} samples; seen by (e) and (g) alone, after all scoring."
    return told
