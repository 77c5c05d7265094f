"""What can be exported, in the order in which to show it."""

from cleaning.certify.certificate import certificate_json
from cleaning.export.card import card_files
from cleaning.export.card.impact_file import impact_json
from cleaning.export.card.page import certificate_page
from cleaning.export.export_kind import ExportKind, folder_kind
from cleaning.export.formats import corrected, label_studio, published_layouts
from cleaning.export.formats.argilla_records import argilla_records
from cleaning.export.formats.decision_log import write_decision_log
from cleaning.export.formats.evaluation_tasks import inspect_files, lighteval_files, openai_evals_files
from cleaning.export.formats.fiftyone_samples import fiftyone_labels, fiftyone_samples
from cleaning.export.formats.formula_safe import safe_columns
from cleaning.export.formats.hugging_face_dataset import hugging_face_files
from cleaning.export.formats.lm_eval_task import lm_eval_task_files
from cleaning.export.formats.references import references_lines
from cleaning.export.formats.table_texts import csv_blocks, json_lines_blocks
from cleaning.export.handover import Handover
from cleaning.export.names_there import any_model, names_there
from cleaning.export.patch.patch import write_patch


def _log(handover: Handover) -> bytes:
    dataset = handover.dataset
    return write_decision_log(handover.decisions, dataset.class_names, handover.workspace.id, dataset)


CATALOGUE = (
    ExportKind(
        "csv",
        "Corrected labels, CSV",
        "corrected_labels.csv",
        "Every sample with its given and its corrected label. An apostrophe stands before text that a spreadsheet would "
        "run as a formula; the raw table has none.",
        lambda h: csv_blocks(safe_columns(corrected.corrected_columns(h))),
        command='pandas.read_csv("corrected_labels.csv")',
    ),
    ExportKind(
        "csv_raw",
        "Corrected labels, CSV for programs",
        "corrected_labels_raw.csv",
        "The same table with every text as it is, formulas too; not to be opened in a spreadsheet.",
        lambda h: csv_blocks(corrected.corrected_columns(h)),
        command='pandas.read_csv("corrected_labels_raw.csv")',
    ),
    ExportKind(
        "parquet",
        "Corrected labels, Parquet",
        "corrected_labels.parquet",
        "The same table, smaller and typed.",
        lambda h: corrected.as_parquet(corrected.corrected_table(h)),
        command='pandas.read_parquet("corrected_labels.parquet")',
    ),
    ExportKind(
        "jsonl",
        "Corrected labels, JSON lines",
        "corrected_labels.jsonl",
        "The same table, one JSON object a line.",
        lambda h: json_lines_blocks(corrected.corrected_columns(h)),
        command='pandas.read_json("corrected_labels.jsonl", lines=True)',
    ),
    ExportKind(
        "npy",
        "Corrected labels, NumPy",
        "corrected_labels.npy",
        "Class numbers in the dataset's order; -1 where a sample is dropped.",
        lambda h: corrected.as_npy(h.final.codes()),
        command='numpy.load("corrected_labels.npy")',
    ),
    folder_kind(
        "hugging_face",
        "Corrected labels, Hugging Face dataset",
        "corrected_dataset.zip",
        "A folder for datasets.load_from_disk, zipped.",
        hugging_face_files,
        command="datasets.load_from_disk('corrected_dataset')",
    ),
    folder_kind(
        "lm_eval_task",
        "lm-evaluation-harness task",
        "lm_eval_task.zip",
        "A folder with a task and its questions that lm_eval runs as it is: corrected keys, dropped questions left out.",
        lm_eval_task_files,
        questions_only=True,
        answers="too",
        command="lm_eval run --include_path lm_eval_task --tasks $tasks --model hf --model_args $pretrained",
        named=names_there,
        put_in=any_model("lm_eval"),
    ),
    ExportKind(
        "source",
        "Samples as they were read, with the corrected label beside",
        "samples_corrected.csv",
        "The columns of the source as they are, paths too: your own table, for you. Every row, the given label untouched.",
        lambda h: csv_blocks(corrected.source_table(h)),
        command='pandas.read_csv("samples_corrected.csv")',
    ),
    ExportKind(
        "references",
        "Corrected references, JSON lines",
        "references_corrected.jsonl",
        "The questions in the source's columns, each reference as corrected, with every answer that counts as right.",
        references_lines,
        answers="only",
        command='pandas.read_json("references_corrected.jsonl", lines=True)',
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
        "What evaluation does with each sample: keep its label, replace it, take any of several, or drop it.",
        corrected.evaluation_mask,
        command='pandas.read_csv("evaluation_mask.csv")',
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
        command='CleanLearning().fit(X, labels, label_issues=pandas.read_csv("label_issues.csv"))',
        put_in=("X, labels: your features and given labels, in the order of the file.",),
    ),
    ExportKind(
        "label_studio",
        "Label Studio tasks",
        "label_studio.json",
        "Flagged samples with the suggested label, and every decision as an annotation; can be read in again.",
        label_studio.label_studio_tasks,
        command='curl -H "Authorization: Token TOKEN" -F file=@label_studio.json SERVER/api/projects/ID/import',
        put_in=(
            "TOKEN: your access token, under Account & Settings there.",
            "SERVER: its address, http://localhost:8080 where it runs on your machine.",
            "ID: the number of the project, which stands in its address.",
        ),
    ),
    ExportKind(
        "label_studio_interface",
        "Label Studio labelling interface",
        "label_studio_interface.xml",
        "The project settings that the Label Studio tasks need.",
        label_studio.interface,
        command="Settings, Labeling Interface, Code: paste it there and save",
    ),
    ExportKind(
        "argilla",
        "Argilla records",
        "argilla_records.json",
        "Flagged samples with the suggested label, and every decision as a response; can be read in again.",
        argilla_records,
        command='dataset.records.from_json("argilla_records.json")',
        put_in=(
            "dataset: yours there, with the questions verdict (label), labels (several labels) and note (text), fields for "
            "what the records show (image, or question and choices; given_label), and other metadata allowed.",
        ),
    ),
    folder_kind(
        "inspect",
        "Inspect task",
        "inspect_task.zip",
        "A folder with a task that Inspect runs as it is: corrected targets, of several right options each counts.",
        inspect_files,
        questions_only=True,
        answers="too",
        command="inspect eval inspect_task/task.py --model $argument",
        named=names_there,
        put_in=any_model("Inspect"),
    ),
    folder_kind(
        "lighteval",
        "lighteval task",
        "lighteval_task.zip",
        "A folder with a task that lighteval runs as it is: corrected keys, dropped questions left out.",
        lighteval_files,
        questions_only=True,
        command='lighteval accelerate $model_name "$task|0" --custom-tasks lighteval_task/task.py',
        named=names_there,
        put_in=any_model("lighteval"),
    ),
    folder_kind(
        "openai_evals",
        "OpenAI evals registry",
        "openai_evals.zip",
        "A folder with an eval and its samples, for a match of corrected letters.",
        openai_evals_files,
        questions_only=True,
        answers="too",
        command="oaieval $argument $task --registry_path openai_evals",
        named=names_there,
        put_in=any_model("OpenAI evals"),
    ),
    ExportKind(
        "fiftyone",
        "FiftyOne samples",
        "fiftyone_samples.csv",
        "Pictures with labels, suspicion and tags, for FiftyOne's CSV importer.",
        fiftyone_samples,
        pictures_only=True,
        command=(
            'fiftyone.Dataset.from_dir(data_path="PICTURES", labels_path="fiftyone_samples.csv", '
            'dataset_type=fiftyone.types.CSVDataset, fields={"sample_id": None, "given_label": None, '
            '"label_corrected": None, "suggested_label": None, "suspicion": float, "tags": lambda v: v.split(",")})'
        ),
        put_in=("PICTURES: the folder in which the pictures lie.",),
    ),
    ExportKind(
        "fiftyone_json",
        "FiftyOne labels, JSON",
        "fiftyone_labels.json",
        "Corrected labels with suspicion and tags as attributes, for FiftyOne's JSON importer.",
        fiftyone_labels,
        pictures_only=True,
        command=(
            'fiftyone.Dataset.from_dir(data_path="PICTURES", labels_path="fiftyone_labels.json", '
            "dataset_type=fiftyone.types.FiftyOneImageClassificationDataset)"
        ),
        put_in=("PICTURES: the folder in which the pictures lie.",),
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
        "certificate",
        "Certificate",
        "certificate.html",
        "At most how many labels are still wrong, as one page to publish.",
        lambda h: certificate_page(h.certificate),
    ),
    ExportKind(
        "certificate_json",
        "Certificate, JSON",
        "certificate.json",
        "What the check reads, together with the decision log.",
        lambda h: certificate_json(h.certificate),
    ),
)
