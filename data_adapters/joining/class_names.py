"""Class names from a file: one a line, a table, or JSON; made unique, in a stated way."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import takewhile
from pathlib import Path

from cleaning.errors import InputError, counted, first_five
from data_adapters.files.check import TABLE_SUFFIXES, check_file
from data_adapters.files.endings import ending
from data_adapters.files.foreign.text_encodings import OtherEncoding, recoded
from data_adapters.files.tables import read_table
from data_adapters.joining.class_codes import all_integers
from data_adapters.joining.columns import known_columns
from data_adapters.limits import MAX_CLASS_NAMES_BYTES, MAX_CLASSES
from data_adapters.sentences import listed

WRAPPERS = ("id2label", "idx_to_class", "class_to_idx", "label2id", "classes", "categories", "names", "class_names")
NUMBER_NAMES = ("label", "class", "index", "id", "number", "class_id", "class_index", "category_id")
NUMBERED_LINE = re.compile(r"(\d{1,6})[\s:,;.)]+(\S.*)")
CODED_LINE = re.compile(r"([a-z]\d{5,})[\s:,;]+(\S.*)")
YAML_ENTRY = re.compile(r"(?:-|\d+:)\s+(\S.*)")
FILE_NAMES = ("class_names.txt", "class_names.csv", "class_names.json")


def find_class_names(folder: Path) -> Path | None:
    """The class names file in a folder, if there is one. Raises InputError where there are two."""
    found = [folder / name for name in FILE_NAMES if (folder / name).is_file()]
    if len(found) > 1:
        raise InputError(f"'{folder.name}' holds {found[0].name} and {found[1].name}; keep one of them.")
    return found[0] if found else None


def read_class_names(path: Path, labels: Collection[str] = ()) -> tuple[tuple[str, ...], list[str]]:
    """(K unique names in class order, notes).

    labels: as written; where each class has several names in the file (a code and a word), those that the labels use.
    """
    check_file(path)
    if path.stat().st_size > MAX_CLASS_NAMES_BYTES:
        raise InputError(f"'{path.name}' is too large for class names; expected one short name a line.")
    names = _one_each(_raw_names(path), labels)
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


def _one_each(names: Sequence[str | list[str]], labels: Collection[str]) -> list[str]:
    """Of several names a class those that hold all labels, else the last."""
    several = [[name] if isinstance(name, str) else name for name in names]
    fewest, seen = min(map(len, several), default=0), set(labels) - {""}
    for place in range(fewest - 1):
        if seen and seen <= {one[place] for one in several}:
            return [one[place] for one in several]
    return [one[-1] for one in several]


def _raw_names(path: Path) -> Sequence[str | list[str]]:
    """The names, or lists of several names, of the classes."""
    suffix = ending(path)
    if suffix == ".json":
        return _from_json(path)
    if suffix in TABLE_SUFFIXES:
        return _from_table(path)
    lines = _lines(path)
    if suffix in (".yaml", ".yml"):
        return _from_yaml(lines, path)
    return _without_numbers(lines)


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        error = OtherEncoding(f"'{path.name}' is not UTF-8 text. Save it again with the encoding UTF-8.")
        with recoded(path, error) as (plain, _):
            text = plain.read_text(encoding="utf-8")
    names = [line.strip() for line in text.splitlines()]
    while names and not names[-1]:
        names.pop()
    return names


def _without_numbers(lines: list[str]) -> Sequence[str | list[str]]:
    """``3 cat`` as cat where the numbers count the lines; ``n02123045 tabby`` as both."""
    numbered = [NUMBERED_LINE.fullmatch(line) for line in lines]
    numbers = [int(m[1]) for m in numbered if m]
    if len(lines) > 1 and numbers in (list(range(len(lines))), list(range(1, len(lines) + 1))):
        return [m[2] for m in numbered if m]
    coded = [CODED_LINE.fullmatch(line) for line in lines]
    return [[m[1], m[2]] for m in coded if m] if all(coded) else lines


def _from_yaml(lines: list[str], path: Path) -> list[str]:
    """The list below ``names:``, as YOLO's data files have it: in brackets, with dashes or with numbers."""
    start = next((i for i, line in enumerate(lines) if line.startswith("names:")), None)
    if start is None:
        raise InputError(f"'{path.name}' has no list 'names:'. Give the class names as a text file, one a line.")
    inside = lines[start].removeprefix("names:").strip()
    if inside.startswith("["):
        whole = " ".join([inside, *lines[start + 1 :]])
        return [one.strip(" '\"") for one in whole[1 : whole.find("]")].split(",")]
    entries = map(YAML_ENTRY.fullmatch, lines[start + 1 :])
    return [entry[1].strip("'\"") for entry in takewhile(bool, entries) if entry]


def _from_json(path: Path) -> Sequence[str | list[str]]:
    try:
        names = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"'{path.name}' is no sound JSON. Expected a list of class names.") from error
    for key in WRAPPERS:  # {"id2label": {...}, ...}: a model's config, or class_to_idx inside something else
        names = names[key] if isinstance(names, dict) and isinstance(names.get(key), dict | list) else names
    if isinstance(names, dict) and names and all(key.isdigit() for key in names) and not _are_places(names):
        return _by_number([int(key) for key in names], [_all_names(name, path) for name in names.values()], path.name)
    if isinstance(names, dict) and names and all(type(place) is int for place in names.values()):
        return _by_number(list(names.values()), list(names), path.name)
    if not isinstance(names, list):
        raise InputError(f"'{path.name}' is no list. Expected a list of class names.")
    return [_all_names(name, path) for name in names]


def _are_places(names: dict) -> bool:
    """Whether digits are names and their numbers the places: {"0": 0, "1": 1, "10": 2}."""
    return all(type(place) is int for place in names.values()) and sorted(names.values()) == list(range(len(names)))


def _all_names(name: object, path: Path) -> list[str]:
    """Both of ``["n01440764", "tench"]``, the one of ``{"id": 3, "name": "tench"}`` or of a text."""
    if isinstance(name, dict):
        name = name.get("name", name.get("label"))
    names = name if isinstance(name, list) else [name]
    if not names or not all(isinstance(one, str | int | float) and not isinstance(one, bool) for one in names):
        raise InputError(f"'{path.name}' holds {json.dumps(name)[:60]} where a class name was expected. Write a text.")
    return [str(one).strip() for one in names]


def _from_table(path: Path) -> Sequence[str | list[str]]:
    table = read_table(path)
    name = (known_columns(table, ("name", "class_name", "names")) or [table.columns[-1]])[0]
    numbers = [c for c in known_columns(table, NUMBER_NAMES) if c != name]
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


def _by_number(numbers: list[int], names: Sequence[str | list[str]], source: str) -> list[list[str]]:
    """The names (one or several a class) in the order of their numbers; where these count from 1 they are names as well."""
    repeated = [number for number, times in Counter(numbers).items() if times > 1]
    if repeated:
        raise InputError(
            f"'{source}' has {counted(len(repeated), 'class number')} more than once: {listed(repeated)} "
            "Give each class one line."
        )
    if numbers and (min(numbers) < 0 or max(numbers) >= MAX_CLASSES):
        raise InputError(f"'{source}' has class numbers outside 0 to {MAX_CLASSES - 1:,}. Classes are numbered from 0.")
    by_number = {k: [name.strip()] if isinstance(name, str) else name for k, name in zip(numbers, names)}
    if sorted(numbers) == list(range(1, len(numbers) + 1)):
        return [[str(k), *by_number[k]] for k in sorted(numbers)]
    return [by_number.get(k, [""]) for k in range(max(numbers, default=-1) + 1)]
