"""What a router's calibration saw of each expert, kept as counts so that the router can tell when things change."""

import numpy as np

from cleaning.calibrate.measures.binning import assign_bins, quantile_edges
from cleaning.experts.cascade.learned_plan import LearnedPlan
from cleaning.experts.cascade.learning import Decisions

RECORD_BINS = 10


def seen_by(plan: LearnedPlan, decisions: Decisions) -> list[dict]:
    """For each expert in order: asked, how many of the learning samples reach it under these decisions; silent, on how
    many of these it abstains; of the others' calibrated confidence mean, deviation (standard, 0 for one), and counts in
    at most 10 bins of equal mass between edges."""
    last = plan.last_asked(decisions, plan.held)
    return [_of_expert(own[last >= place]) for place, own in enumerate(plan.calibrated)]


def _of_expert(confidence: np.ndarray) -> dict:
    stated = confidence[~np.isnan(confidence)]
    edges = quantile_edges(stated, RECORD_BINS)
    return {
        "asked": len(confidence),
        "silent": len(confidence) - len(stated),
        "mean": float(stated.mean()) if len(stated) else 0.0,
        "deviation": float(stated.std(ddof=1)) if len(stated) > 1 else 0.0,
        "edges": edges.tolist(),
        "counts": np.bincount(assign_bins(stated, edges), minlength=len(edges) + 1).tolist(),
    }
