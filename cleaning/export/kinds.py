"""The catalogue of exports: what can be written, under which name, by which function."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from cleaning.errors import InputError, one_of
from cleaning.export.card import card_files
from cleaning.export.card.impact_file import impact_json
from cleaning.export.formats import corrected, label_studio, published_layouts
from cleaning.export.formats.archive import zip_files
from cleaning.export.formats.argilla_records import argilla_records
from cleaning.export.formats.decision_log import write_decision_log
from cleaning.export.formats.hugging_face_dataset import hugging_face_files
from cleaning.export.handover import Handover
from cleaning.export.patch.mask import mask_of, write_mask
from cleaning.export.patch.patch import write_patch
from cleaning.keep.decisions import Decision
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from cleaning.settle.policy import DEFAULT_POLICY, Policy
from cleaning.version import __version__


@dataclass(frozen=True)
class ExportKind:
    """One thing that can be exported. name: as on the command line. title, words: for people. write: to bytes.

    questions_only: makes sense only for a dataset of questions.
    """

    name: str
    title: str
    file_name: str
    words: str
    write: Callable[[Handover], bytes]
    questions_only: bool = False


def _log(handover: Handover) -> bytes:
    dataset = handover.dataset
    return write_decision_log(handover.decisions, dataset.class_names, handover.workspace.id)


def _hugging_face(handover: Handover) -> bytes:
    return zip_files({f"corrected_dataset/{n}": data for n, data in hugging_face_files(handover).items()})


KINDS = (
    ExportKind(
        "csv",
        "Corrected labels, CSV",
        "corrected_labels.csv",
        "Every sample with its given and its corrected label.",
        lambda h: corrected.as_csv(corrected.corrected_table(h)),
    ),
    ExportKind(
        "parquet",
        "Corrected labels, Parquet",
        "corrected_labels.parquet",
        "The same table, smaller and typed.",
        lambda h: corrected.as_parquet(corrected.corrected_table(h)),
    ),
    ExportKind(
        "jsonl",
        "Corrected labels, JSON lines",
        "corrected_labels.jsonl",
        "The same table, one JSON object a line.",
        lambda h: corrected.as_json_lines(corrected.corrected_table(h)),
    ),
    ExportKind(
        "npy",
        "Corrected labels, NumPy",
        "corrected_labels.npy",
        "Class numbers in the dataset's order; -1 where a sample is dropped.",
        lambda h: corrected.as_npy(h.final.codes()),
    ),
    ExportKind(
        "hugging_face",
        "Corrected labels, Hugging Face dataset",
        "corrected_dataset.zip",
        "A folder for datasets.load_from_disk, zipped.",
        _hugging_face,
    ),
    ExportKind(
        "source",
        "Samples as they were read, with label_corrected",
        "samples_corrected.csv",
        "The columns of the source, every row, the given label untouched.",
        lambda h: corrected.as_csv(corrected.source_table(h)),
    ),
    ExportKind(
        "decisions",
        "Decision log",
        "decisions.jsonl",
        "Every decision of every reviewer, undos included; can be read in again.",
        _log,
    ),
    ExportKind(
        "patch",
        "Patch",
        "patch.jsonl",
        "What was decided, with every vote, for others to check, apply and revert.",
        write_patch,
    ),
    ExportKind(
        "mask",
        "Evaluation mask",
        "evaluation_mask.csv",
        "What evaluation does with each sample: keep, replace, any_of or drop.",
        lambda h: write_mask(mask_of(h)),
    ),
    ExportKind(
        "real",
        "List of label lists, as ReaL",
        "real_labels.json",
        "For each sample in order the class numbers that count as right.",
        published_layouts.real_labels,
    ),
    ExportKind(
        "mmlu_redux",
        "MMLU-Redux columns",
        "mmlu_redux.csv",
        "Questions with error_type and correct_answer.",
        published_layouts.mmlu_redux_table,
        questions_only=True,
    ),
    ExportKind(
        "labelerrors",
        "Votes, as label-errors",
        "labelerrors_votes.json",
        "How many said given, suggested, both or neither.",
        published_layouts.labelerrors_votes,
    ),
    ExportKind(
        "cleanlab",
        "cleanlab label_issues",
        "label_issues.csv",
        "is_label_issue, label_quality, given and predicted label.",
        published_layouts.cleanlab_label_issues,
    ),
    ExportKind(
        "label_studio",
        "Label Studio tasks",
        "label_studio.json",
        "Every standing decision as an annotation, with reviewers' names; can be read in again.",
        label_studio.label_studio_tasks,
    ),
    ExportKind(
        "label_studio_interface",
        "Label Studio labelling interface",
        "label_studio_interface.xml",
        "The project settings that the Label Studio tasks need.",
        label_studio.interface,
    ),
    ExportKind(
        "argilla",
        "Argilla records",
        "argilla_records.json",
        "Records with responses and suggestions.",
        argilla_records,
    ),
    ExportKind(
        "impact",
        "Leaderboard impact",
        "leaderboard_impact.json",
        "Accuracy and rank of each expert on given, corrected and any-of labels.",
        impact_json,
    ),
    ExportKind(
        "card",
        "Cleaning card",
        "cleaning_card.html",
        "What was done and how far to trust it, as one page to publish.",
        lambda h: card_files(h)["cleaning_card.html"],
    ),
    ExportKind(
        "card_json",
        "Cleaning card, JSON",
        "cleaning_card.json",
        "The same figures for programs.",
        lambda h: card_files(h)["cleaning_card.json"],
    ),
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
        if (
            kind.name != "everything"
            and kind.file_name not in files
            and (handover.is_question or not kind.questions_only)
        ):
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
) -> bytes:
    """One export as bytes. Raises InputError for a name that is no export or does not suit the dataset.

    choices: as ``ReviewStore.choices``; with them the cleaning card says how the threshold was chosen.
    """
    return write_kind(kind, Handover(workspace, run, decisions, policy, choices))


def write_kind(name: str, handover: Handover) -> bytes:
    """As ``write_export``, from what is gathered already, so that several exports settle the log once."""
    if name not in BY_NAME:
        raise InputError(f"'{name[:40]}' is not an export; choose {one_of(list(BY_NAME))}.")
    kind = BY_NAME[name]
    if kind.questions_only and not handover.is_question:
        raise InputError(f"{kind.title} is for questions; this dataset has no options.")
    return kind.write(handover)
