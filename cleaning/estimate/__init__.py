"""How right are the flags? Estimates from random cards, with intervals that hold.

audit = draw_audit(suspicion, threshold, seed)      # with the run, before any review
verdicts[audit.rows[:40]] = ...                     # 0 right, 1 wrong, 2 unsure, NaN not reviewed
estimate(audit, verdicts, suspicion, threshold)     # precision, detection rate, wrong labels in total
"""

from cleaning.domain.judgements import RIGHT, UNSURE, WRONG
from cleaning.estimate.answers import Estimate, EstimateCurve, IntervalCurve
from cleaning.estimate.counted_verdicts import CountedVerdicts, count_verdicts
from cleaning.estimate.estimating import estimate, estimate_curve, estimate_exchange, estimate_nested, estimate_rule
from cleaning.estimate.goals import ThresholdChoice, threshold_for_detection, threshold_for_precision
from cleaning.estimate.intervals import Interval
from cleaning.estimate.outlook import Stretch, outlook
from cleaning.estimate.planning import CardsNeeded, PriorBand, cards_needed, cards_to_halve, prior_band, prior_bands
from cleaning.estimate.recalibration import Recalibration, expected_finds, recalibrate

__all__ = [
    "RIGHT",
    "UNSURE",
    "WRONG",
    "CardsNeeded",
    "CountedVerdicts",
    "Estimate",
    "EstimateCurve",
    "Interval",
    "IntervalCurve",
    "PriorBand",
    "Recalibration",
    "Stretch",
    "ThresholdChoice",
    "cards_needed",
    "cards_to_halve",
    "count_verdicts",
    "estimate",
    "estimate_curve",
    "estimate_exchange",
    "estimate_nested",
    "estimate_rule",
    "expected_finds",
    "outlook",
    "prior_band",
    "prior_bands",
    "recalibrate",
    "threshold_for_detection",
    "threshold_for_precision",
]
