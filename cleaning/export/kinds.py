"""Every kind of export by its name, written from a workspace; and all of them as one archive."""

import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import IO

import pandas as pd
import pyarrow

from cleaning import freed_memory
from cleaning.errors import InputError, one_of
from cleaning.export.card import card_files
from cleaning.export.card.impact_file import impact_json, impact_of
from cleaning.export.catalogue import CATALOGUE
from cleaning.export.export_kind import ExportKind
from cleaning.export.export_options import DEFAULT_OPTIONS, ExportOptions
from cleaning.export.formats.archive import Made, zip_made
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
CARD_FILES = ("cleaning_card.html", "cleaning_card.json")  # as ``card_files`` calls them
IMPACT_FILE = "leaderboard_impact.json"
HELD_WHOLE = ("corrected_dataset.zip", "corrected_labels.parquet")  # while they are made, by Arrow
BY_NAME = {kind.name: kind for kind in KINDS}


def _everything(handover: Handover) -> bytes:
    buffer = io.BytesIO()
    write_everything(buffer, handover)
    return buffer.getvalue()


def write_everything(
    into: IO[bytes], handover: Handover, tell: Callable[[float, str], None] = lambda share, name: None
) -> None:
    """Every export that suits the dataset, zipped into a file with a manifest.

    tell: hears before each file which share is done, and its name; what it raises ends the work.
    """
    handover = replace(handover, options=replace(handover.options, source_needed=False, own_paths=False))
    kind_of = {kind.file_name: kind for kind in KINDS if kind.name != "everything" and kind.suits(handover.shape)}
    with ThreadPoolExecutor(max_workers=1) as aside:  # the card is NumPy's work, which leaves Python to the others
        impact = cache(lambda: aside.submit(impact_of, handover))
        cards = cache(lambda: aside.submit(lambda of: card_files(handover, impact=of.result()), impact()))

        def make(name: str) -> Made:
            if name not in HELD_WHOLE:
                cards()  # begun not before those are made that take most memory
            if name == IMPACT_FILE:
                return impact_json(handover, impact().result())
            return cards().result()[name] if name in CARD_FILES else _made(kind_of[name], handover)

        names = sorted(kind_of, key=lambda name: (name in (IMPACT_FILE, *CARD_FILES), name not in HELD_WHOLE, name))
        zip_made(into, names, make, _about(handover), tell)


def _about(handover: Handover) -> dict:
    """What the manifest says beside its files."""
    return {
        "format": "second-opinion-export",
        "version": 1,
        "second_opinion": __version__,
        "dataset": {"name": handover.dataset.name, "fingerprint": handover.workspace.id},
        "run": handover.run.id,
        "policy": handover.policy.to_dict(),
        "last_decision": handover.last_decision,
    }


def _made(kind: ExportKind, handover: Handover) -> Made:
    """One file; what the one before needed and nobody uses is given back, 300 MB of a million samples."""
    pyarrow.default_memory_pool().release_unused()
    freed_memory.give_back(len(handover.dataset))
    return kind.make(handover)


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
