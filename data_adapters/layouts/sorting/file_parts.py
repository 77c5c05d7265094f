"""Files in no layout of ours: which of them holds the labels, which are experts, and what the rest is for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cleaning.errors import InputError
from data_adapters.files.check import TABLE_SUFFIXES
from data_adapters.files.endings import ending, stem
from data_adapters.files.pictures import PICTURE_SUFFIXES
from data_adapters.files.tables import Table
from data_adapters.joining.class_names import FILE_NAMES
from data_adapters.joining.columns import (
    CHOICES_NAMES,
    CONFIDENCE_WORDS,
    GIVEN_WORDS,
    LABEL_NAMES,
    QUESTION_NAMES,
    is_gold,
    known_columns,
    speaks_of,
    speaks_of_prediction,
    words,
)
from data_adapters.joining.expert_columns import answer_candidates
from data_adapters.joining.opened import ARRAY_SUFFIXES
from data_adapters.joining.table_shapes.nested_cells import score_cells
from data_adapters.layouts.hugging_face import is_hugging_face
from data_adapters.layouts.image_folder import is_image_folder
from data_adapters.layouts.sorting.table_heads import table_head
from data_adapters.plan import ReadingPlan

PARTS = ("labels", "expert", "class names", "left out")
MOST_FILES = 2_000
DEEPEST = 3  # folders below the one that is read
LABELS_WORDS = frozenset("label labels sample samples question questions metadata given data train test val".split())
CLASSES_WORDS = frozenset("class classes classnames categories names idx2label id2label label2id synsets".split())
TRUTH_WORDS = frozenset("truth gold golden".split())
MODEL_WORDS = re.compile(r"(logits?|scores?|prob(abilitie)?s?|pred(iction)?s?|outputs?|softmax)")


@dataclass(frozen=True)
class FileParts:
    """labels: a file, or a folder of pictures by class or of Hugging Face. experts: files by the expert's name.

    left_out: {file: why}.
    """

    labels: Path
    experts: dict[str, Path]
    class_names: Path | None
    left_out: dict[str, str]


def files_below(path: Path) -> list[Path]:
    """Files that are no pictures, at most three folders deep, in the order of their paths; a file is itself alone."""
    if path.is_file():
        return [path]
    found = sorted(_walk(path, DEEPEST))
    if len(found) > MOST_FILES:
        raise InputError(f"'{path.name}' holds {len(found):,} files besides pictures; up to {MOST_FILES:,} are sorted.")
    return found


def _walk(folder: Path, deeper: int) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name.startswith((".", "__")) or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _walk(entry, deeper - 1) if deeper and not is_hugging_face(entry) else ()
        elif entry.suffix.lower() not in PICTURE_SUFFIXES:
            yield entry


def holds_something(folder: Path) -> bool:
    """Whether a folder may be read by its files alone, as their names tell."""
    if is_image_folder(folder):
        return True
    return any(ending(f) in (*TABLE_SUFFIXES, *ARRAY_SUFFIXES) for f in folder.iterdir() if f.is_file())


def find_parts(path: Path, plan: ReadingPlan) -> FileParts | None:
    """What each file is for; None where none holds labels. path: a folder, or a file alone."""
    files = files_below(path)
    said = {file: plan.options.parts.get(name_of(file, path)) for file in files}
    labels = next((f for f in files if said[f] == "labels"), None) or _labels(path, [f for f in files if not said[f]])
    if labels is None:
        return None
    class_names = next((f for f in files if said[f] == "class names"), None) or _class_names(files, said, labels)
    inside = labels if labels.is_dir() and labels != path else None
    rest = [f for f in files if f not in (labels, class_names) and inside not in f.parents]
    why = {f: "said so" if said[f] == "left out" else "" if said[f] else _no_expert(f, labels) for f in rest}
    experts = [f for f in rest if not why[f]]
    _decide(plan, path, labels, class_names, experts, said)
    left_out = {name_of(f, path): why[f] for f in rest if why[f]}
    return FileParts(labels, _named(experts, path), class_names, left_out)


def name_of(file: Path, path: Path) -> str:
    """How a file is called among those that are read: its path below the folder."""
    return file.name if path.is_file() else file.relative_to(path).as_posix()


def _labels(path: Path, files: Sequence[Path]) -> Path | None:
    ranks = {file: _rank(file) for file in files if ending(file) in TABLE_SUFFIXES}
    alone = len(files) == 1
    best = max(ranks, key=ranks.__getitem__, default=None)
    if best is not None and (ranks[best] > 1 or alone):
        return best
    folders = [path, *sorted(entry for entry in path.iterdir() if entry.is_dir())] if path.is_dir() else []
    whole = next((f for f in folders if is_image_folder(f) or is_hugging_face(f)), None)
    if whole is not None:
        return whole
    arrays = [f for f in files if ending(f) in ARRAY_SUFFIXES]
    called = [f for f in arrays if words(stem(f)) & (LABELS_WORDS | GIVEN_WORDS) and not speaks_of_prediction(stem(f))]
    if called or (best is not None and ranks[best] > 0):
        return called[0] if called else best
    return arrays[0] if alone and arrays and ending(arrays[0]) != ".npy" else None


def _rank(file: Path) -> float:
    """How much speaks for a table being that of the samples; 1 or less: nothing but a column that may be labels."""
    try:
        table = table_head(file)
    except InputError:
        return 0.0
    name = words(stem(file))
    may_be = known_columns(table, LABEL_NAMES) or [c for c in table.columns if is_gold(c)]
    if not may_be or name & CLASSES_WORDS:
        return 0.0
    asked = bool(known_columns(table, (*CHOICES_NAMES, *QUESTION_NAMES)))
    gold = any(is_gold(c) for c in table.columns)
    answered = any(speaks_of_prediction(c) or speaks_of(c, CONFIDENCE_WORDS) for c in table.columns)
    spoken = bool(name & LABELS_WORDS) - 3 * bool(name & TRUTH_WORDS) - bool(MODEL_WORDS.search(stem(file).lower()))
    return 1.5 + 2 * spoken + 2 * asked + 2 * gold - answered


def _class_names(files: Sequence[Path], said: dict, labels: Path) -> Path | None:
    free = [f for f in files if said[f] is None and f != labels]
    known = [f for f in free if f.name in FILE_NAMES]
    lists = [f for f in free if f.suffix.lower() in (".txt", ".json", ".csv") and words(stem(f)) & CLASSES_WORDS]
    plain = [f for f in free if f.suffix.lower() in (".txt", ".json") and words(stem(f)) & {"labels", "label"}]
    return next(iter((*known, *lists, *plain)), None)


def _no_expert(file: Path, labels: Path) -> str:
    """Why a file nobody spoke of is no expert; "" where it may be one."""
    if ending(file) in ARRAY_SUFFIXES:
        return ""
    if words(stem(file)) & TRUTH_WORDS:
        return "it may hold the truth"
    if ending(file) not in TABLE_SUFFIXES:
        return "not read"
    try:
        table = table_head(file)
    except InputError:
        return ""  # said in full where it is opened
    return "" if _may_answer(table) or _names_classes(table, labels) else "no column that may be answers"


def _may_answer(table: Table) -> bool:
    numbers = sum(table.holds_numbers(column) for column in table.columns)
    lists = any(table.list_length(column) > 1 for column in table.columns)
    scores = lists or bool(score_cells(table, table.columns, ()))
    return bool(answer_candidates(table, None)) or numbers > 2 or len(table.columns) == 2 or scores


def _names_classes(table: Table, labels: Path) -> bool:
    """Whether a column holds nothing but what stands in the table of labels as such."""
    if labels.is_dir() or ending(labels) not in TABLE_SUFFIXES:
        return False
    given = table_head(labels)
    column = next(iter(known_columns(given, LABEL_NAMES)), None) or next(filter(is_gold, given.columns), None)
    classes = set() if column is None else set(given.head(column).tolist()) - {""}
    found = (set(table.head(c).tolist()) - {""} for c in table.columns if not table.holds_numbers(c))
    return any(len(values) > 1 and values <= classes for values in found)


def _named(files: Sequence[Path], path: Path) -> dict[str, Path]:
    """Experts by their file's name; by their folder's where that is called as files of scores are, or stands twice."""
    stems = [stem(f) for f in files]
    named: dict[str, Path] = {}
    for file in files:
        by_folder = file.parent != path and (stems.count(stem(file)) > 1 or MODEL_WORDS.fullmatch(stem(file).lower()))
        name = file.parent.name if by_folder else stem(file)
        named[name if name not in named else name_of(file, path)] = file
    return named


def _decide(plan: ReadingPlan, path: Path, labels: Path, class_names: Path | None, experts, said) -> None:
    parts = {labels: "samples and given labels", class_names: "class names", **dict.fromkeys(experts, "an expert")}
    for file, meaning in parts.items():
        if file is not None:
            name = path.name if file == path else name_of(file, path)
            plan.decide(name, "file", meaning, "said" if said.get(file) else "inferred")
