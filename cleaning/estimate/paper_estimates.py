"""Precision and detection rate of the paper's rule at every K and tau, and of the default at as many flags."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from cleaning.estimate.answers import EstimateCurve
from cleaning.estimate.bands import LEVEL, Said
from cleaning.estimate.estimating import estimate_curve, estimate_nested
from cleaning.estimate.flag_counts import TAU_GRID, PaperTable, ThresholdCurve
from cleaning.suspect.audit import AuditDesign
from cleaning.suspect.ranking import Ranking


@dataclass(frozen=True)
class PaperEstimates:
    """By rule "precision" and "detection", each with "low", "high" and "points": lists [K - 1][tau] of shares.

    None stands where nothing is flagged; a point is None where the random cards are too few for one.
    """

    paper: dict
    default: dict


def paper_estimates(
    audit: AuditDesign,
    ranking: Ranking,
    said: Said,
    curve: ThresholdCurve,
    table: PaperTable,
    agreements: tuple[np.ndarray, np.ndarray],
) -> PaperEstimates | None:
    """Both rules' estimates from what reviews say; None before any of them has enough random cards.

    agreements: as from ``cleaning.estimate.flag_counts.agreements``, (N,) each.
    """
    count, tau = agreements
    nested_of = partial(estimate_nested, audit, said.codes, ranking, level=LEVEL, counted=said.counted)
    curve_of = partial(estimate_curve, audit, said.codes, ranking, level=LEVEL, counted=said.counted)
    paper, default = [], []
    for agree, flagged in enumerate(table.flagged, start=1):
        passes = np.where(count >= agree, tau + 1, 0)
        paper.append(nested_of(passes, len(TAU_GRID)))
        default.append(curve_of(curve.lowest_flagged(flagged)))
    if not any(curve.precision_enough.any() for curve in (*paper, *default)):
        return None
    return PaperEstimates(_tables(paper, table.flagged), _tables(default, table.flagged))


def _tables(curves: list[EstimateCurve], flagged: np.ndarray) -> dict:
    bands = {"precision": [c.precision for c in curves], "detection": [c.detection_rate for c in curves]}
    enough = {"precision": [c.precision_enough for c in curves], "detection": [c.enough for c in curves]}
    return {name: _by_setting(bands_of_k, enough[name], flagged) for name, bands_of_k in bands.items()}


def _by_setting(bands: list, enough: list[np.ndarray], flagged: np.ndarray) -> dict:
    rows = list(zip(bands, enough, flagged))
    return {
        "low": [_shares(band.low, some > 0) for band, _, some in rows],
        "high": [_shares(band.high, some > 0) for band, _, some in rows],
        "points": [_shares(band.point, (some > 0) & known) for band, known, some in rows],
    }


def _shares(values: np.ndarray, told: np.ndarray) -> list[float | None]:
    return [round(float(v), 4) if tell and not np.isnan(v) else None for v, tell in zip(values, told)]
