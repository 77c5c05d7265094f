"""The experts of a run, before and after calibration, for the cleaning card."""

import numpy as np

from cleaning.calibrate import measures as calibration_metrics
from cleaning.domain.experts import Expert, FullExpert
from cleaning.errors import InputError
from cleaning.export.card.impact_file import plain
from cleaning.export.handover import Handover
from cleaning.settle.reviewer_agreement import wilson

FIGURES = ("ece_before", "ece_after", "nll_before", "nll_after", "brier_before", "brier_after")
LARGEST_SCORES = 2_000_000_000  # cells of all full experts together, above which their logits are not read again


def expert_rows(handover: Handover, figures: bool = True) -> list[dict]:
    """A row an expert, in the run's order: what it is, how it was calibrated, how honest it is after.

    figures: False leaves out everything that needs its answers.
    """
    run = handover.run
    about = {(a["name"], a["fingerprint"]): a for a in handover.workspace.experts_about()}
    rows = []
    for m, name in enumerate(run.expert_names):
        known = about.get((name, run.expert_fingerprints[m]), {})
        row = {
            "expert": name,
            "kind": known.get("kind", ""),
            "simulated": bool(known.get("simulated", False)),
            "family": known.get("family", ""),
            "cost": known.get("cost"),
            "fingerprint": run.expert_fingerprints[m],
            "weight": plain(float(run.weights[m])),
            "calibration": run.calibrations[m].described(),
        }
        rows.append(row | (_figures(handover, m) if figures else {}))
    return _with_before(handover, rows) if figures else rows


def _figures(handover: Handover, m: int) -> dict:
    """Agreement with the given labels and expected calibration error (15 equal-mass bins) of the calibrated answers."""
    given, run = handover.dataset.given_labels, handover.run
    predicted = np.asarray(run.predicted[:, m])
    answered = predicted >= 0
    right = (predicted == given)[answered]
    confidence = np.asarray(run.confidence[:, m], np.float64)[answered]
    accuracy = wilson(int(right.sum()), len(right))
    ece = calibration_metrics.expected_calibration_error(confidence, right) if len(right) else float("nan")
    return {
        "answered": int(answered.sum()),
        "accuracy_on_given": plain(accuracy.point),
        "accuracy_low": plain(accuracy.low),
        "accuracy_high": plain(accuracy.high),
        "mean_confidence_after": plain(float(confidence.mean())) if len(right) else None,
        "ece_after": plain(float(ece)),
    }


def _with_before(handover: Handover, rows: list[dict]) -> list[dict]:
    """The rows with ECE, NLL and Brier before and NLL and Brier after, where the experts' scores are still there."""
    from cleaning.keep.said_confidence import SaidConfidence

    run, chosen = handover.run, handover.in_force.chosen.calibration_methods
    try:
        if sum(_cells(e) for e in handover.workspace.experts_of(run)) > LARGEST_SCORES:
            return rows
        said = SaidConfidence.of(handover.workspace, run, chosen)
    except InputError:
        return rows
    done = []
    for row, report, own in zip(rows, said.reports(handover.dataset), run.calibrations):
        figures = {name: plain(float(v)) for name, v in report.row().items() if name in FIGURES}
        told = {"calibration": report.calibration.described(), "ranked_by": own.described()}
        mean = float(np.nanmean(report.after.confidence)) if report.answered.any() else None
        done.append(row | told | figures | {"mean_confidence_after": mean if mean is None else plain(mean)})
    return done


def _cells(expert: Expert) -> int:
    return int(np.prod(expert.scores.shape)) if isinstance(expert, FullExpert) else 0
