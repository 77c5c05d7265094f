"""References in words that a patch corrects, or gives back, in the files they came from."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.command_line.shared.label_files import check_place, labels_file, put_file, put_folder, read_whole
from cleaning.errors import InputError, counted

if TYPE_CHECKING:
    from cleaning.export.patch.patch import Patch
    from cleaning.export.patch.patched_references import ReferenceFile
    from cleaning.settle.policy import Policy

    Read = Callable[[Path, Path], ReferenceFile]


@dataclass(frozen=True)
class _Source:
    """files: those that hold references. read: reads one of them, called by its place below a root. whole: whether the
    outcome is a copy of their whole folder."""

    files: Sequence["ReferenceFile"]
    read: "Read"
    whole: bool


def rewrite_references(arguments: argparse.Namespace, patch: "Patch", policy: "Policy") -> str:
    """Writes the corrected files and their receipts to the place asked for and reads them back; says where and what.

    Raises InputError.
    """
    from cleaning.export.patch.patched_references import applied_references
    from cleaning.export.patch.receipts import RECEIPT_ENDING

    source = _opened(arguments, patch)
    edited, found = applied_references(patch, source.files, policy)
    written = {name: data for name, (data, _) in edited.items()}
    receipts = {name + RECEIPT_ENDING: receipt for name, (_, receipt) in edited.items()}
    _put(arguments, source, written, receipts, found.old | found.new)
    kept = f"; {counted(len(found.dropped), 'dropped sample')} keep their reference" if found.dropped else ""
    return f"{arguments.out}: {_changed(source.files, found.new)}{kept}"


def give_back_references(arguments: argparse.Namespace, patch: "Patch", policy: "Policy") -> str:
    """Writes the files as they were before the patch; says where and what. Raises InputError."""
    from cleaning.export.patch.patched_references import reverted_references
    from cleaning.export.patch.receipts import RECEIPT_ENDING, read_receipt

    source = _opened(arguments, patch)
    files, home = source.files, arguments.dataset if arguments.dataset.is_dir() else arguments.dataset.parent
    beside = {f.name: arguments.receipt or home / (f.name + RECEIPT_ENDING) for f in files}
    there = {} if arguments.no_receipt else {n: p for n, p in beside.items() if arguments.receipt or p.exists()}
    receipts = {name: read_receipt(read_whole(path, "receipt")) for name, path in there.items()}
    written, found = reverted_references(patch, files, policy, receipts)
    without = [path.name for path in there.values()] if arguments.dataset.is_dir() else []
    _put(arguments, source, written, {}, found.old, without)
    exact = len(receipts) == len(files)
    how = "the same bytes as before the patch" if exact else "without a receipt spelling may differ"
    return f"{arguments.out}: {_changed(files, found.new)} back; {how}"


def _changed(files: Sequence["ReferenceFile"], new: Mapping[str, str]) -> str:
    samples = len({place.sample for file in files for place in file.places})
    where = f" in {len(files):,} files" if len(files) > 1 else ""
    return f"{counted(len(new), 'reference')} of {samples:,}{where} changed"


def _opened(arguments: argparse.Namespace, patch: "Patch") -> _Source:
    """What holds the references of what is named; the place for the outcome is checked before any work."""
    from data_adapters.scored.reference_places import (
        is_log_of_references,
        log_files,
        references_of_log,
        references_of_table,
    )

    def of_table(path: Path, root: Path) -> "ReferenceFile":
        return references_of_table(path, arguments.id_column, arguments.label_column)

    place = arguments.dataset
    if not place.exists() or not is_log_of_references(place):
        source = labels_file(place, arguments)
        whole = check_place(place, source, arguments.out)
        return _Source([of_table(source, source.parent)], of_table, whole)
    paths = log_files(place)
    whole = check_place(place, paths[0], arguments.out)
    if place.is_dir() and not whole:
        raise InputError(f"'{place}' is a folder of logs; name a new folder for them, not a file.")
    read = partial(references_of_log, task="" if whole else _task(place, patch))
    return _Source([read(path, place if whole else place.parent) for path in paths], read, whole)


def _put(
    arguments: argparse.Namespace,
    source: _Source,
    written: Mapping[str, bytes],
    beside: Mapping[str, bytes],
    expected: Mapping[str, str],
    without: Sequence[str] = (),
) -> None:
    """Puts everything in its place, read back before. written: what the files are to hold. expected: the reference that
    each sample must have then."""
    if source.whole:

        def check_folder(first: Path) -> None:
            root = first.parents[len(Path(source.files[0].name).parts) - 1]
            for file in source.files:
                _read_back(source.read(root / file.name, root), expected)

        put_folder(arguments.dataset, arguments.out, {**written, **beside}, without, check_folder)
        return
    (name,) = written
    one = {arguments.out.name: written[name]} | {k.replace(name, arguments.out.name): v for k, v in beside.items()}
    put_file(arguments.out, one, lambda path: _read_back(source.read(path, path.parent), expected))


def _task(path: Path, patch: "Patch") -> str:
    """The task of a log by its name; of one that was renamed, the one task that the patch speaks of."""
    from data_adapters.layouts.lm_eval_logs import task_of

    named = {entry.sample_id.rpartition("/")[0] for entry in patch.entries}
    return named.pop() if len(named) == 1 and task_of(path) == path.stem else task_of(path)


def _read_back(file: "ReferenceFile", expected: Mapping[str, str]) -> None:
    known = [(place.said.strip(), expected[place.sample].strip()) for place in file.places if place.sample in expected]
    if any(said != wanted for said, wanted in known):
        raise InputError("The written references do not read back as they should; nothing was kept.")
