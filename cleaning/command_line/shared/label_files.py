"""Reading the table of labels that a patch is applied to or taken off, and putting the outcome in its place."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.errors import InputError, counted, first_five
from cleaning.files import written_aside

if TYPE_CHECKING:
    from cleaning.export.patch.apply import Change
    from cleaning.export.patch.label_table import LabelTable
    from cleaning.export.patch.patch import Patch
    from cleaning.keep.versions.contents import Content
    from cleaning.settle.policy import Policy


def add_table_arguments(parser: argparse.ArgumentParser) -> None:
    """PATCH, DATASET, --out and the names of columns."""
    parser.add_argument("patch", type=Path, metavar="PATCH", help="the patch (.jsonl)")
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="dataset folder, or its table of labels")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="PLACE", help="file, or for a dataset folder also a new folder"
    )
    parser.add_argument("--id-column", metavar="C", help="column with the sample ids")
    parser.add_argument("--label-column", metavar="C", help="column with the given labels")


def labels_file(dataset: Path, arguments: argparse.Namespace) -> Path:
    """The table of labels of a dataset folder (whose dataset.json may name the columns), or the file itself."""
    from data_adapters.files.check import TABLE_SUFFIXES
    from data_adapters.layouts.folder import SAMPLES_STEMS

    if not dataset.is_dir():
        return dataset
    there = [dataset / f"{stem}{suffix}" for stem in SAMPLES_STEMS for suffix in TABLE_SUFFIXES]
    there = [path for path in there if path.is_file()]
    if len(there) != 1:
        names = first_five(path.name for path in there) or "none"
        raise InputError(
            f"'{dataset}' should hold one table of samples (samples.csv, labels.parquet ...); found {names}."
        )
    settings = _settings(dataset)
    for name in ("id_column", "label_column"):
        if getattr(arguments, name) is None and isinstance(settings.get(name), str):
            setattr(arguments, name, settings[name])
    return there[0]


def _settings(folder: Path) -> dict:
    path = folder / "dataset.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig")) if path.is_file() else {}
    except (ValueError, RecursionError) as error:
        raise InputError(f"dataset.json is no sound JSON ({error}). Correct it or remove it.") from error
    return found if isinstance(found, dict) else {}


def read_label_table(path: Path, class_names: tuple[str, ...], arguments: argparse.Namespace):
    """The LabelTable of a file. Raises InputError where a label is none of the patch's classes."""
    import numpy as np

    from cleaning.domain.dataset import check_unique_ids
    from cleaning.export.patch.label_table import LabelTable
    from cleaning.export.patch.patch import questions_sha256
    from data_adapters.files.endings import ending
    from data_adapters.files.tables import read_table
    from data_adapters.joining import columns
    from data_adapters.joining.class_codes import read_classes
    from data_adapters.joining.option_answers import read_answers
    from data_adapters.joining.options import read_options
    from data_adapters.joining.table_shapes.option_columns import with_options
    from data_adapters.plan import ReadingPlan

    table = with_options(read_table(path), ReadingPlan())
    ids_in = columns.id_column(table, arguments.id_column)
    labels_in = columns.label_column(table, arguments.label_column, taken=(ids_in,))
    choices_in = columns.optional_column(table, None, columns.CHOICES_NAMES, "")
    question_in = columns.optional_column(table, None, columns.QUESTION_NAMES, "")
    ids, texts = table.text(ids_in), table.text(labels_in)
    check_unique_ids(ids, f"'{path.name}' (column '{ids_in}')")
    options, own = read_options(table, choices_in, ids) if choices_in else (None, None)
    if options:
        codes = read_answers(texts, np.array([len(o) for o in options], np.int32), options, own)
    else:
        codes = read_classes(texts, class_names)
    bad = np.flatnonzero((codes.codes < 0) | (codes.codes >= len(class_names)))
    if len(bad):
        raise InputError(
            f"{counted(len(bad), 'label')} in '{path.name}' (column '{labels_in}') none of the patch's classes: "
            f"{first_five(f'{texts[i]!r} ({ids[i]})' for i in bad)}."
        )
    asked = table.text(question_in) if question_in else None
    contents = _contents(table, ids, [class_names[code] for code in codes.codes], asked, options, path.parent)
    data, suffix, questions = path.read_bytes(), ending(path), questions_sha256(ids, asked, options)
    said = (labels_in, ids, codes.codes, texts, codes.written_as, questions, contents)
    return LabelTable(path.name, data, suffix, *said)


def _contents(table, ids, given: list[str], questions, options, folder: Path) -> list[Content]:
    """What each sample of a table holds, as the table and the pictures of its dataset folder tell."""
    from cleaning.keep.versions.contents import Content, in_one_form

    texts = [()] * len(given) if options is None else [tuple(map(in_one_form, one)) for one in options]
    asked = [""] * len(given) if questions is None else list(map(in_one_form, questions))
    return [Content(*said) for said in zip(given, asked, texts, _pictures(table, ids, folder))]


def _pictures(table, ids, folder: Path) -> list[Path | None]:
    """(N,) each sample's picture; None where the folder has none for it."""
    from data_adapters.files.pictures import find_pictures
    from data_adapters.joining import columns
    from data_adapters.layouts.folder import picture_folder

    root = picture_folder(folder)
    if root is None:
        return [None] * len(ids)
    images_in = columns.optional_column(table, None, columns.IMAGE_NAMES, "")
    found, _ = find_pictures(root, ids, table.text(images_in) if images_in else None)
    return [root / name if name else None for name in found]


def check_place(dataset: Path, source: Path, out: Path) -> bool:
    """Whether the outcome is a copy of the whole folder; or a sentence before any work is done."""
    from cleaning.command_line.shared.output import check_output

    if out.suffix.lower() == source.suffix.lower() or not dataset.is_dir():
        check_output(out, (source.suffix.lower(),))
        if out.exists() and out.samefile(source):
            raise InputError(f"'{out}' is the dataset itself; give another name, so that the original stays.")
        return False
    if not out.resolve().parent.is_dir():
        raise InputError(f"The folder '{out.parent}' for the output does not exist. Make it first.")
    if out.exists():
        raise InputError(f"'{out}' is there already; give a folder that is not.")
    if out.resolve().is_relative_to(dataset.resolve()):
        raise InputError(f"'{out}' lies inside the dataset folder; give a place outside it.")
    return True


@dataclass(frozen=True)
class Opened:
    """source: the file of labels. policy: the one asked for, else the patch's own."""

    source: Path
    patch: Patch
    table: LabelTable
    policy: Policy


@dataclass(frozen=True)
class Edited:
    """data: the table's new bytes. words: what was done. beside: further files by what their name ends in.
    without: name of the file that a copy of the folder leaves out."""

    data: bytes
    change: Change
    words: str
    beside: Mapping[str, bytes] = field(default_factory=dict)
    without: str = ""


def rewrite(arguments: argparse.Namespace, edit: Callable[[Opened], Edited]) -> str:
    """Puts a table of labels, as ``edit`` changes it, in the place asked for and reads it back; says where and what.

    Raises InputError where the place, the patch or the table do not fit, or where other labels read back.
    """
    from cleaning.command_line.shared.review_source import policy_of
    from cleaning.export.patch.patch import read_patch

    source = labels_file(arguments.dataset, arguments)
    whole_folder = check_place(arguments.dataset, source, arguments.out)
    patch = read_patch(read_whole(arguments.patch, "patch"))
    table = read_label_table(source, patch.class_names, arguments)
    edited = edit(Opened(source, patch, table, policy_of(arguments, patch.header["policy"])))
    expected = table.codes.copy()
    expected[list(edited.change.codes)] = list(edited.change.codes.values())

    def check(written: Path) -> None:
        if read_label_table(written, patch.class_names, arguments).codes.tolist() != expected.tolist():
            raise InputError("The written labels do not read back as they should; nothing was kept.")

    name = source.name if whole_folder else arguments.out.name
    files = {name: edited.data} | {name + ending: data for ending, data in edited.beside.items()}
    if whole_folder:
        put_folder(arguments.dataset, arguments.out, files, [edited.without], check)
    else:
        put_file(arguments.out, files, check)
    return f"{arguments.out}: {edited.words}"


def put_file(out: Path, files: dict[str, bytes], check: Callable[[Path], None]) -> None:
    """Writes files beside ``out`` after reading the one that bears its name back through ``check``; that one is last."""
    with ExitStack() as stack:
        asides = {name: stack.enter_context(written_aside(out.parent / name)) for name in files}
        for name, data in files.items():
            asides[name].write_bytes(data)
        check(asides[out.name])


def put_folder(
    dataset: Path, out: Path, files: Mapping[str, bytes], without: Sequence[str], check: Callable[[Path], None]
) -> None:
    """A copy of the dataset folder with some files replaced and some left out, by their names."""
    with written_aside(out) as aside:
        shutil.copytree(dataset, aside, ignore=lambda folder, names: set(without) & set(names))
        for name, data in files.items():
            (aside / name).write_bytes(data)
        check(aside / next(iter(files)))


def read_whole(path: Path, what: str) -> bytes:
    """A file's bytes, or a sentence."""
    from cleaning.export.formats.decision_log import LARGEST_LOG

    try:
        if path.stat().st_size > LARGEST_LOG:
            raise InputError(f"The {what} '{path}' is larger than {LARGEST_LOG // 1024**3} GB.")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"The {what} '{path}' cannot be read: {error.strerror or error}.") from None
