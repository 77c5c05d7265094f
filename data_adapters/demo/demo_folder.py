"""Writes one demo set as a dataset folder: complete or not at all, the same bytes every time."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

import pandas as pd

from cleaning.errors import InputError
from cleaning.files import written_aside

DEMO_VERSION = 1  # raise it when the content changes: older demo sets are then written anew


def write_once(target: Path, fill: Callable[[Path], dict]) -> Path:
    """``target``, filled by ``fill`` unless it is there already, complete and of this version.

    fill: writes every file into the folder it is given and returns the content of ``dataset.json``.
    An interrupt leaves no half set: the work happens in a hidden folder beside it, renamed when done.
    Raises InputError when something that is no demo set stands in the way.
    """
    if is_complete(target):
        return target
    if target.exists() and _demo_entry(target) is None:
        raise InputError(f"{target} is there already and is not a demo set. Move it away, or choose another folder.")
    with written_aside(target, or_a_rivals=True) as draft:
        draft.mkdir()
        _finish(draft, fill(draft))
        _clear(target)
    return target


def _finish(draft: Path, description: dict) -> None:
    files = sum(path.is_file() for path in draft.rglob("*")) + 1
    described = {"format": 1, **description, "demo": {"version": DEMO_VERSION, "files": files}}
    text = json.dumps(described, indent=1, ensure_ascii=False) + "\n"
    (draft / "dataset.json").write_text(text, encoding="utf-8")


def _clear(target: Path) -> None:
    """Moves an incomplete set out of the way; a rival's complete one stays."""
    if not target.exists() or is_complete(target):
        return
    outdated = target.parent / f".{target.name}-{token_hex(6)}"
    target.rename(outdated)
    shutil.rmtree(outdated, ignore_errors=True)


def is_complete(target: Path) -> bool:
    """Whether a demo set of this version is there with all its files; files added since do not matter."""
    entry = _demo_entry(target)
    if entry is None or entry.get("version") != DEMO_VERSION:
        return False
    return sum(path.is_file() for path in target.rglob("*")) >= entry["files"]


def _demo_entry(target: Path) -> dict | None:
    try:
        entry = json.loads((target / "dataset.json").read_text(encoding="utf-8"))["demo"]
        return entry if isinstance(entry["files"], int) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_table(table: pd.DataFrame, path: Path) -> None:
    """CSV in UTF-8 with line feeds, the same on every system."""
    path.parent.mkdir(exist_ok=True)
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
