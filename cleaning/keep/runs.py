"""Runs on disk: one scored result of a workspace with its settings, never changed once written."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from cleaning.calibrate.calibration import Calibration
from cleaning.domain.experts import Expert
from cleaning.domain.folds import FOLD_COUNT
from cleaning.domain.settings import Settings
from cleaning.errors import InputError
from cleaning.files import write_json
from cleaning.keep.stored import FORMAT, now, read_json, read_table, save_array, whole
from cleaning.scores.mapped_rows import open_rows
from cleaning.suspect.audit import draw_audit
from cleaning.suspect.pipeline import Scored


@dataclass(frozen=True)
class Run:
    """One scored result with its settings; immutable.

    settings, calibrations: as scored. threshold: from which samples are flagged. expert_names, expert_fingerprints: M.
    fold_weights: (FOLD_COUNT, M), row f fitted without fold f. weights: (M,) their mean.
    """

    id: str
    folder: Path
    settings: Settings
    threshold: float
    expert_names: tuple[str, ...]
    expert_fingerprints: tuple[str, ...]
    fold_weights: np.ndarray
    calibrations: tuple[Calibration, ...]
    created: str

    @property
    def weights(self) -> np.ndarray:
        return self.fold_weights.mean(axis=0)

    @cached_property
    def scores(self) -> pd.DataFrame:
        """N rows, most suspicious first; columns as in ``cleaning.suspect.pipeline.Scored.table``."""
        return read_table(self.folder / "scores.parquet")

    @cached_property
    def predicted(self) -> np.ndarray:
        """(N, M) int32 in the dataset's order; -1 where an expert abstains."""
        return open_rows(self.folder / "predicted.npy")

    @cached_property
    def confidence(self) -> np.ndarray:
        """(N, M) float32 calibrated confidence; NaN where an expert abstains."""
        return open_rows(self.folder / "confidence.npy")

    @cached_property
    def label_probability(self) -> np.ndarray:
        """(N,) float32 pooled calibrated probability of the given label, in the dataset's order."""
        return open_rows(self.folder / "label_probability.npy")

    @cached_property
    def groups(self) -> pd.DataFrame | None:
        """The metadata excess by group (``cleaning.suspect.suspicion.Excess.table``), or None without a group column."""
        path = self.folder / "groups.parquet"
        return read_table(path) if path.exists() else None

    @cached_property
    def audit(self) -> pd.DataFrame:
        """Audit cards in their drawn order (``cleaning.suspect.audit.AuditDesign.from_frame``)."""
        return read_table(self.folder / "audit.parquet")

    @cached_property
    def suspicion(self) -> np.ndarray:
        """(N,) float64 suspicion in the dataset's order."""
        by_row = np.empty(len(self.scores))
        by_row[self.scores["row"].to_numpy()] = self.scores["suspicion"].to_numpy()
        return by_row


def run_id_of(settings: Settings, names: list[str], fingerprints: list[str]) -> str:
    text = json.dumps([FORMAT, settings.to_dict(), list(zip(names, fingerprints))], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def random_cards_of(scored: Scored, run_id: str) -> pd.DataFrame:
    """A run's cards drawn at random, by lots of its own: the draws of two runs have nothing to do with each other."""
    return draw_audit(scored.suspicion, scored.threshold, int(run_id, 16)).to_frame()


def write_run(folder: Path, scored: Scored, experts, fingerprints, audit: pd.DataFrame, number: int) -> None:
    """number: how many runs the workspace had, this one included."""
    opinions = scored.opinions
    scored.table.to_parquet(folder / "scores.parquet", index=False)
    save_array(folder / "predicted.npy", opinions.predicted)
    save_array(folder / "confidence.npy", opinions.confidence)
    save_array(folder / "label_probability.npy", opinions.label_probability)
    if scored.excess is not None:
        scored.excess.table.to_parquet(folder / "groups.parquet", index=False)
    audit.to_parquet(folder / "audit.parquet", index=False)
    calibrations = [c.to_dict() for c in opinions.calibrations]
    write_json(folder / "calibration.json", {"experts": calibrations}, indent=1)
    settings = {
        "format": FORMAT,
        "created": now(),
        "number": number,
        "settings": scored.settings.to_dict(),
        "threshold": scored.threshold,
        "experts": [{"name": e.name, "fingerprint": f} for e, f in zip(experts, fingerprints)],
        "weights": opinions.weights.tolist(),
    }
    write_json(folder / "settings.json", settings, indent=1)
    (folder / "summary.txt").write_text(_summary(scored, experts), encoding="utf-8")


def _summary(scored: Scored, experts: Sequence[Expert]) -> str:
    """The run in words, for a person who opens the folder."""
    weights = scored.opinions.weights.mean(axis=0)
    lines = [f"{len(scored.order):,} samples, {len(experts)} experts, rule: {scored.settings.rule}", ""]
    for expert, calibration, weight in zip(experts, scored.opinions.calibrations, weights):
        marked = " (simulated)" if expert.simulated else ""
        lines.append(f"{expert.name}{marked}: weight {weight:.3f}, {calibration.described()}")
    lines += ["", f"threshold {scored.threshold:.4f}: {int(scored.flagged.sum()):,} samples flagged"]
    if scored.excess is not None:
        lines += ["", *scored.excess.sentences()]
    return "\n".join(lines) + "\n"


def order_of(folder: Path) -> tuple[int, str, str]:
    """By which runs are sorted, oldest first: their number, which no clock can turn back; runs of earlier versions have
    none, and go by the time. A damaged run comes first, and tells what is wrong when it is opened."""
    try:
        about = read_json(folder / "settings.json")
        return int(about.get("number", 0)), str(about["created"]), folder.name
    except (InputError, AttributeError, KeyError, TypeError, ValueError):
        return -1, "", folder.name


def read_run(folder: Path) -> Run:
    """Raises WorkspaceError where the run's settings are damaged."""
    with whole(folder / "settings.json"):
        return _run_of(folder, read_json(folder / "settings.json"))


def _run_of(folder: Path, about: dict) -> Run:
    calibrations = [Calibration.from_dict(c) for c in read_json(folder / "calibration.json")["experts"]]
    return Run(
        folder.name,
        folder,
        Settings(**about["settings"]),
        about["threshold"],
        tuple(e["name"] for e in about["experts"]),
        tuple(e["fingerprint"] for e in about["experts"]),
        np.broadcast_to(about["weights"], (FOLD_COUNT, len(about["experts"]))),
        tuple(calibrations),
        about["created"],
    )
