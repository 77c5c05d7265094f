"""Class names from a file: one a line, a table, or JSON; made unique, in a stated way."""

import json
import unicodedata
from collections import Counter
from pathlib import Path

from cleaning.errors import InputError, counted, first_five
from data_adapters.files.check import TABLE_SUFFIXES, check_file
from data_adapters.files.endings import ending
from data_adapters.files.tables import read_table
from data_adapters.joining.class_codes import all_integers
from data_adapters.joining.columns import known_columns
from data_adapters.limits import MAX_CLASS_NAMES_BYTES, MAX_CLASSES
from data_adapters.sentences import listed

WRAPPERS = ("id2label", "idx_to_class", "class_to_idx", "label2id", "classes", "categories", "names", "class_names")
FILE_NAMES = ("class_names.txt", "class_names.csv", "class_names.json")


def find_class_names(folder: Path) -> Path | None:
    """The class names file in a folder, if there is one. Raises InputError where there are two."""
    found = [folder / name for name in FILE_NAMES if (folder / name).is_file()]
    if len(found) > 1:
        raise InputError(f"'{folder.name}' holds {found[0].name} and {found[1].name}; keep one of them.")
    return found[0] if found else None


def read_class_names(path: Path) -> tuple[tuple[str, ...], list[str]]:
    """(K unique names in class order, notes)."""
    check_file(path)
    if path.stat().st_size > MAX_CLASS_NAMES_BYTES:
        raise InputError(f"'{path.name}' is too large for class names; expected one short name a line.")
    names = _raw_names(path)
    if len(names) < 2:
        raise InputError(f"'{path.name}' names {counted(len(names), 'class', 'classes')}; at least two are needed.")
    if len(names) > MAX_CLASSES:
        raise InputError(f"'{path.name}' names {len(names):,} classes; up to {MAX_CLASSES:,} are read.")
    return unique_names(names, path.name)


def unique_names(names: list[str], source: str) -> tuple[tuple[str, ...], list[str]]:
    """Names nobody can confuse: missing ones become ``class 123``, repeated ones ``crane (class 134)``."""
    notes = []
    missing = [k for k, name in enumerate(names) if not name]
    named = [name or f"class {k}" for k, name in enumerate(names)]
    if missing:
        notes.append(
            f"'{source}' has no name for {counted(len(missing), 'class', 'classes')}, "
            f"called by number: {listed(named[k] for k in missing)}"
        )
    count = Counter(named)
    repeated = [name for name in count if count[name] > 1]
    if repeated:
        named = [f"{name} (class {k})" if count[name] > 1 else name for k, name in enumerate(named)]
        notes.append(
            f"'{source}' has {counted(len(repeated), 'class name')} more than once ({first_five(repeated)}); "
            "their class numbers were added."
        )
    seen_as = Counter(unicodedata.normalize("NFC", name) for name in named)
    still = [name for name, times in seen_as.items() if times > 1]
    if still:
        raise InputError(f"'{source}' has class names that cannot be told apart: {listed(still)} Rename them.")
    return tuple(named), notes


def _raw_names(path: Path) -> list[str]:
    suffix = ending(path)
    if suffix == ".json":
        return _from_json(path)
    if suffix in TABLE_SUFFIXES:
        return _from_table(path)
    return _from_lines(path)


def _from_lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"'{path.name}' is not UTF-8 text. Save it again with the encoding UTF-8.") from error
    names = [line.strip() for line in lines]
    while names and not names[-1]:
        names.pop()
    return names


def _from_json(path: Path) -> list[str]:
    try:
        names = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"'{path.name}' is no sound JSON. Expected a list of class names.") from error
    for key in WRAPPERS:  # {"id2label": {...}, ...}: a model's config, or class_to_idx inside something else
        names = names[key] if isinstance(names, dict) and isinstance(names.get(key), dict | list) else names
    if isinstance(names, dict) and names and all(key.isdigit() for key in names) and not _are_places(names):
        return _by_number([int(key) for key in names], [_last(name, path) for name in names.values()], path.name)
    if isinstance(names, dict) and names and all(type(place) is int for place in names.values()):
        return _by_number(list(names.values()), list(names), path.name)
    if not isinstance(names, list):
        raise InputError(f"'{path.name}' is no list. Expected a list of class names.")
    return [_last(name, path).strip() for name in names]


def _are_places(names: dict) -> bool:
    """Whether digits are names and their numbers the places: {"0": 0, "1": 1, "10": 2}."""
    return all(type(place) is int for place in names.values()) and sorted(names.values()) == list(range(len(names)))


def _last(name: object, path: Path) -> str:
    """The name of ``["n01440764", "tench"]`` and of ``{"id": 3, "name": "tench"}``; a text is the name itself."""
    if isinstance(name, dict):
        name = name.get("name", name.get("label"))
    if isinstance(name, list):
        name = name[-1] if name else None
    if not isinstance(name, str | int | float) or isinstance(name, bool):
        raise InputError(f"'{path.name}' holds {json.dumps(name)[:60]} where a class name was expected. Write a text.")
    return str(name)


def _from_table(path: Path) -> list[str]:
    table = read_table(path)
    name = (known_columns(table, ("name", "class_name", "names")) or [table.columns[-1]])[0]
    numbers = [c for c in known_columns(table, ("label", "class", "index", "id", "number")) if c != name]
    if not numbers:
        if len(table.columns) > 1:
            raise InputError(f"'{path.name}' needs the columns 'label' and 'name'; it has {', '.join(table.columns)}.")
        return [*_headless(path, table.columns), *table.text(name)]
    written = table.text(numbers[0])
    if not all_integers(written) or (written == "").any():
        raise InputError(f"'{path.name}': column '{numbers[0]}' must hold the 0-based class numbers.")
    return _by_number([int(float(number)) for number in written], list(table.text(name)), path.name)


def _headless(path: Path, columns: tuple[str, ...]) -> list[str]:
    """A one-column table without a known header is a plain list: its first line is a name as well."""
    return [] if columns[0].lower() in ("name", "class_name", "names", "class", "label") else [columns[0]]


def _by_number(numbers: list[int], names: list[str], source: str) -> list[str]:
    repeated = [number for number, times in Counter(numbers).items() if times > 1]
    if repeated:
        raise InputError(
            f"'{source}' has {counted(len(repeated), 'class number')} more than once: {listed(repeated)} "
            "Give each class one line."
        )
    if numbers and (min(numbers) < 0 or max(numbers) >= MAX_CLASSES):
        raise InputError(f"'{source}' has class numbers outside 0 to {MAX_CLASSES - 1:,}. Classes are numbered from 0.")
    by_number = dict(zip(numbers, names))
    return [by_number.get(k, "").strip() for k in range(max(numbers, default=-1) + 1)]
