"""Decisions out: settle the log, write what follows from it, apply and revert it elsewhere, report on it.

decisions -> settle (policy) -> final labels -> corrected labels, patch, evaluation mask, others' formats, leaderboard
impact, cleaning card. Nothing here edits the dataset; every file is made from the log and can be made again.
"""

from cleaning.export.kinds import ExportKind, available_exports, write_export
from cleaning.export.preview import Preview, preview
from cleaning.settle.final_labels import FinalLabels, settle
from cleaning.settle.policy import Policy

__all__ = [
    "ExportKind",
    "FinalLabels",
    "Policy",
    "Preview",
    "available_exports",
    "preview",
    "settle",
    "write_export",
]
