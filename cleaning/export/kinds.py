"""Every kind of export by its name, written from a workspace; and all of them as one archive."""

from collections.abc import Sequence

import pandas as pd

from cleaning.errors import InputError, one_of
from cleaning.export.card import card_files
from cleaning.export.catalogue import CATALOGUE
from cleaning.export.export_kind import ExportKind
from cleaning.export.export_options import DEFAULT_OPTIONS, ExportOptions
from cleaning.export.formats.archive import zip_files
from cleaning.export.handover import Handover
from cleaning.keep.decisions import Decision
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from cleaning.settle.policy import DEFAULT_POLICY, Policy
from cleaning.version import __version__

KINDS = (
    *CATALOGUE,
    ExportKind(
        "everything",
        "Everything, ZIP",
        "second_opinion_export.zip",
        "All of these with a manifest of SHA-256 hashes.",
        lambda h: _everything(h),
    ),
)
BY_NAME = {kind.name: kind for kind in KINDS}


def _everything(handover: Handover) -> bytes:
    """Every export that suits the dataset, zipped with a manifest."""
    files = card_files(handover)
    for kind in KINDS:
        if kind.name != "everything" and kind.file_name not in files and kind.suits(handover.shape):
            files[kind.file_name] = kind.write(handover)
    about = {
        "format": "second-opinion-export",
        "version": 1,
        "second_opinion": __version__,
        "dataset": {"name": handover.dataset.name, "fingerprint": handover.workspace.id},
        "run": handover.run.id,
        "policy": handover.policy.to_dict(),
        "last_decision": handover.last_decision,
    }
    return zip_files(files, about)


def available_exports() -> list[ExportKind]:
    """Everything that can be exported, in the order in which to show it."""
    return list(KINDS)


def write_export(
    kind: str,
    workspace: Workspace,
    run: Run,
    decisions: Sequence[Decision],
    policy: Policy = DEFAULT_POLICY,
    choices: pd.DataFrame | None = None,
    options: ExportOptions = DEFAULT_OPTIONS,
) -> bytes:
    """One export as bytes. Raises InputError for a name that is no export or does not suit the dataset.

    choices: as ``ReviewStore.choices``; with them the cleaning card says how the threshold was chosen.
    """
    return write_kind(kind, Handover(workspace, run, decisions, policy, choices, options))


def write_kind(name: str, handover: Handover) -> bytes:
    """As ``write_export``, from what is gathered already, so that several exports settle the log once."""
    if name not in BY_NAME:
        raise InputError(f"'{name[:40]}' is not an export; choose {one_of(list(BY_NAME))}.")
    return suited(name, handover).write(handover)


def suited(name: str, handover: Handover) -> ExportKind:
    """The kind of a name in BY_NAME. Raises InputError where it makes no sense for the dataset."""
    kind = BY_NAME[name]
    if not kind.suits(handover.shape):
        what, lacks = ("questions", "options") if kind.questions_only else ("pictures", "pictures")
        what, lacks = ("free answers", "references in free words") if kind.answers == "only" else (what, lacks)
        raise InputError(f"{kind.title} is for {what}; this dataset has no {lacks}.")
    return kind
