"""How right are the flags? Estimates from audit cards, with intervals that hold.

audit = draw_audit(suspicion, threshold, seed)      # with the run, before any review
verdicts[audit.rows[:40]] = ...                     # 0 right, 1 wrong, 2 unsure, NaN not reviewed
estimate(audit, verdicts, suspicion, threshold)     # precision, detection rate, wrong labels in total
"""

from cleaning.estimation.estimate import Band, Estimate, EstimateCurve, estimate, estimate_curve
from cleaning.estimation.evidence import RIGHT, UNSURE, WRONG, Evidence, gather_evidence
from cleaning.estimation.goals import (
    ThresholdChoice,
    budget_for_hours,
    threshold_for_budget,
    threshold_for_detection,
    threshold_for_precision,
)
from cleaning.estimation.intervals import Interval
from cleaning.estimation.planning import CardsNeeded, PriorBand, cards_needed, cards_to_halve, prior_band
from cleaning.estimation.recalibration import Recalibration, expected_finds, recalibrate

__all__ = [
    "RIGHT",
    "UNSURE",
    "WRONG",
    "Band",
    "CardsNeeded",
    "Estimate",
    "EstimateCurve",
    "Evidence",
    "Interval",
    "PriorBand",
    "Recalibration",
    "ThresholdChoice",
    "budget_for_hours",
    "cards_needed",
    "cards_to_halve",
    "estimate",
    "estimate_curve",
    "expected_finds",
    "gather_evidence",
    "prior_band",
    "recalibrate",
    "threshold_for_budget",
    "threshold_for_detection",
    "threshold_for_precision",
]
