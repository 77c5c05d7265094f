"""What an export would change, before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cleaning.export.handover import Handover
from cleaning.keep.decisions import Decision
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from cleaning.settle.final_labels import DROPPED
from cleaning.settle.policy import DEFAULT_POLICY, Policy


@dataclass(frozen=True)
class Preview:
    """changes: one row per sample whose evaluation or label changes, most suspicious first: sample_id, row,
    given_label, label_corrected ("" if dropped), final_labels, mask, verdict, votes, agreeing, suspicion.
    classes: one row per class that changes, most changed first: class, given, corrected (samples), lost, gained,
    dropped. counts: as ``FinalLabels.counts``.
    """

    changes: pd.DataFrame
    classes: pd.DataFrame
    counts: dict[str, int]


def preview(workspace: Workspace, run: Run, decisions: Sequence[Decision], policy: Policy = DEFAULT_POLICY) -> Preview:
    """What the decisions change under a policy."""
    return preview_of(Handover(workspace, run, decisions, policy))


def preview_of(handover: Handover) -> Preview:
    return Preview(_changes(handover), _classes(handover), handover.final.counts())


def _changes(handover: Handover) -> pd.DataFrame:
    changed, names = handover.final.changed(), handover.names
    rows = changed["row"].to_numpy(np.int64)
    corrected = changed["corrected"].to_numpy(np.int64)
    table = pd.DataFrame(
        {
            "sample_id": changed["sample_id"].to_numpy(object),
            "row": rows,
            "given_label": names[changed["given"].to_numpy(np.int64)],
            "label_corrected": np.where(corrected == DROPPED, "", names[corrected]),
            "final_labels": [" | ".join(names[list(labels)]) for labels in changed["labels"]],
            **{c: changed[c].to_numpy() for c in ("mask", "verdict", "votes", "agreeing")},
            "suspicion": handover.scores["suspicion"].to_numpy()[rows],
        }
    )
    return table.sort_values(["suspicion", "row"], ascending=[False, True], ignore_index=True)


def _classes(handover: Handover) -> pd.DataFrame:
    given, codes, k = handover.dataset.given_labels, handover.final.codes(), len(handover.names)
    moved = given != codes
    table = pd.DataFrame(
        {
            "class": handover.names,
            "given": np.bincount(given, minlength=k),
            "corrected": np.bincount(codes[codes != DROPPED], minlength=k),
            "lost": np.bincount(given[moved], minlength=k),
            "gained": np.bincount(codes[moved & (codes != DROPPED)], minlength=k),
            "dropped": np.bincount(given[codes == DROPPED], minlength=k),
        }
    )
    changed = table[table["lost"] + table["gained"] > 0]
    order = (changed["lost"] + changed["gained"]).sort_values(ascending=False, kind="stable").index
    return changed.loc[order].reset_index(drop=True)
