"""References in words that a patch corrects, in the table they came from."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.command_line.shared.label_files import check_place, labels_file, put_file, put_folder
from cleaning.errors import InputError, counted

if TYPE_CHECKING:
    from cleaning.export.patch.patch import Patch
    from cleaning.settle.policy import Policy


def rewrite_references(arguments: argparse.Namespace, patch: "Patch", policy: "Policy") -> str:
    """Writes the corrected table to the place asked for and reads it back; says where and what. Raises InputError."""
    from cleaning.export.patch.patched_references import new_references, with_references
    from data_adapters.files.endings import ending

    source = labels_file(arguments.dataset, arguments)
    whole_folder = check_place(arguments.dataset, source, arguments.out)
    column, ids, texts = _read(source, arguments)
    new, dropped = new_references(patch, ids, texts, policy)
    data = with_references(source.read_bytes(), ending(source), column, new)
    expected = [new.get(row, text).strip() for row, text in enumerate(texts)]

    def check(written: Path) -> None:
        if [text.strip() for text in _read(written, arguments)[2]] != expected:
            raise InputError("The written references do not read back as they should; nothing was kept.")

    files = {source.name if whole_folder else arguments.out.name: data}
    if whole_folder:
        put_folder(arguments.dataset, arguments.out, files, "", check)
    else:
        put_file(arguments.out, files, check)
    kept = f"; {counted(len(dropped), 'dropped sample')} keep their reference" if dropped else ""
    return f"{arguments.out}: {counted(len(new), 'reference')} of {len(texts):,} changed{kept}"


def _read(path: Path, arguments: argparse.Namespace) -> tuple[str, list[str], list[str]]:
    """(the column of references, ids, references)."""
    from data_adapters.files.tables import read_table
    from data_adapters.joining import columns
    from data_adapters.plan import ReadingPlan
    from data_adapters.scored.reference_columns import reference_column

    table = read_table(path)
    column = reference_column(table, ReadingPlan(), arguments.label_column) or arguments.label_column
    if column is None or column not in table.columns:
        raise InputError(f"'{path.name}' has no column of references. Name it with --label-column.")
    ids = columns.id_column(table, arguments.id_column, (column,))
    return column, list(table.text(ids)), list(table.text(column))
