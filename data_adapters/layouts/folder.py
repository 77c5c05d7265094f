"""Our dataset folder: samples, class names, experts and pictures under fixed names (see docs/formats.md)."""

import json
from dataclasses import replace
from pathlib import Path

from cleaning.errors import InputError, first_five, one_of
from data_adapters.contract import Reading
from data_adapters.files.check import TABLE_SUFFIXES
from data_adapters.files.endings import ending, stem
from data_adapters.files.tables import Table, read_table
from data_adapters.joining.assemble import About, assemble
from data_adapters.joining.class_names import find_class_names, read_class_names
from data_adapters.joining.opened import EXPERT_SUFFIXES, PICKLES, PLAIN_SUFFIXES, Declared, OpenedExpert, open_experts
from data_adapters.joining.samples import Roles, read_samples
from data_adapters.joining.table_shapes.one_hot_columns import of_table
from data_adapters.limits import MAX_SETTINGS_BYTES
from data_adapters.plan import ReadingPlan
from data_adapters.scored.reference_columns import reference_column
from data_adapters.sentences import listed

SAMPLES_STEMS = ("samples", "labels")
KINDS = ("image", "question")
SCORE_KINDS = ("logits", "probabilities")


def is_dataset_folder(folder: Path) -> bool:
    """Whether the folder holds a samples (or labels) table."""
    return bool(_samples_files(folder))


def is_whole_folder(folder: Path) -> bool:
    """Whether it also says where its experts are; without that its files are sorted as any others."""
    return is_dataset_folder(folder) and ((folder / "experts").is_dir() or (folder / "dataset.json").is_file())


def read_folder(path: Path, plan: ReadingPlan | None = None) -> Reading:
    """Reads a dataset folder. Raises InputError on anything missing, ambiguous or unreadable."""
    folder = Path(path)
    if not folder.is_dir():
        raise InputError(f"There is no folder '{folder}'. Check the name.")
    folder = folder.resolve()
    settings = _settings(folder)
    samples_file = _inside(folder, _samples_file(folder))
    roles = Roles(settings.get("id_column"), settings.get("label_column"), settings.get("group_column"))
    plan = plan or ReadingPlan()
    source = of_table(read_table(samples_file), roles.label_column)
    opened, notes = _experts(folder, settings.get("experts", {}))
    reference = reference_column(source.table, plan, roles.label_column)
    if reference is not None and isinstance(source.table, Table):
        name = settings.get("name", folder.name)
        from data_adapters.scored.answer_tables import open_tables

        reading = open_tables(source.table, reference, opened, plan, folder, roles, name)
        return reading if not notes else _with_notes(reading, notes)
    samples = read_samples(source.table, roles, plan)
    names_file = find_class_names(folder)
    names = read_class_names(_inside(folder, names_file)) if names_file else source.names
    about = About(settings.get("name", folder.name), folder, picture_folder(folder), settings.get("kind"))
    reading = assemble(samples, opened, names, about, plan)
    return reading if not notes else _with_notes(reading, notes)


def _with_notes(reading: Reading, notes: list[str]) -> Reading:
    return replace(reading, notes=(*reading.notes, *notes))


def _samples_files(folder: Path) -> list[Path]:
    named = [folder / f"{stem}{suffix}" for stem in SAMPLES_STEMS for suffix in TABLE_SUFFIXES]
    found = [path for path in named if path.is_file()]
    return [path for path in found if path.suffix != ".json"] or found  # beside a table, labels.json names classes


def _samples_file(folder: Path) -> Path:
    found = _samples_files(folder)
    if len(found) > 1:
        raise InputError(f"'{folder.name}' holds {one_of([p.name for p in found])}; keep one table of samples.")
    if not found:
        there = first_five(sorted(entry.name for entry in folder.iterdir())) or "nothing"
        raise InputError(f"'{folder.name}' holds no samples.csv or samples.parquet (or labels.csv); it holds {there}.")
    return found[0]


def _inside(folder: Path, path: Path) -> Path:
    """The path, unless it is a link that leads out of the folder."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(
            f"'{path.relative_to(folder)}' is a link that leads out of the folder '{folder.name}'. "
            "Copy the file into the folder, or give it as a loose file."
        )
    return path


def picture_folder(folder: Path) -> Path | None:
    """Where the pictures of a dataset folder lie, if it has any."""
    images = folder / "images"
    return _inside(folder, images) if images.is_dir() else None


def _experts(folder: Path, declared: dict[str, Declared]) -> tuple[list[OpenedExpert], list[str]]:
    """(opened experts in the order of their names, notes on files left out)."""
    home = folder / "experts"
    if not home.is_dir():
        raise InputError(
            f"'{folder.name}' holds the given labels, and no expert was found in it. Put one file per expert into its "
            "folder 'experts'."
        )
    files = sorted(entry for entry in home.iterdir() if entry.is_file() and not entry.name.startswith("."))
    chosen = [file for file in files if ending(file) in (*EXPERT_SUFFIXES, *PICKLES) and not _is_aside(file, files)]
    left = [file.name for file in files if file not in chosen]
    if not chosen:
        raise InputError(f"'{folder.name}/experts' holds no expert. Read are {', '.join(PLAIN_SUFFIXES)}.")
    opened = [one for file in chosen for one in open_experts(stem(file), _inside(folder, file), declared)]
    without = sorted(set(declared) - {one.name for one in opened})
    if without:
        raise InputError(f"dataset.json describes experts without a file in 'experts': {listed(without)}")
    return opened, [f"Left out of 'experts': {listed(left)}"] if left else []


def _is_aside(file: Path, files: list[Path]) -> bool:
    """Whether a JSON file only tells of the scores in another file of its name."""
    return ending(file) == ".json" and any(stem(other) == file.stem for other in files if other != file)


def _settings(folder: Path) -> dict:
    """dataset.json, checked; ``experts`` as Declared by name. Empty where there is no such file."""
    path = folder / "dataset.json"
    if not path.is_file():
        return {}
    if _inside(folder, path).stat().st_size > MAX_SETTINGS_BYTES:
        raise InputError("dataset.json is too large. It holds settings only, a few hundred characters.")
    try:
        settings = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"dataset.json is no sound JSON ({error}). Correct it or remove it.") from error
    if not isinstance(settings, dict):
        raise InputError('dataset.json must hold an object such as {"format": 1, "name": "my dataset"}.')
    if settings.get("format", 1) != 1:
        raise InputError(f"dataset.json has format {settings['format']}; this version reads format 1.")
    _check_texts(settings, ("name", "kind", "group_column", "id_column", "label_column"), "dataset.json")
    _check_word(settings, "kind", KINDS, "dataset.json")
    return settings | {"experts": _declared(settings.get("experts", {}))}


def _declared(experts: object) -> dict[str, Declared]:
    if not isinstance(experts, dict) or not all(isinstance(about, dict) for about in experts.values()):
        raise InputError("dataset.json: 'experts' must hold one object per expert name.")
    return {name: _declared_one(about, f"dataset.json, expert '{name}'") for name, about in experts.items()}


def _declared_one(about: dict, where: str) -> Declared:
    _check_texts(about, ("score_kind", "family"), where)
    _check_word(about, "score_kind", SCORE_KINDS, where)
    cost, simulated = about.get("cost"), about.get("simulated", False)
    if cost is not None and (isinstance(cost, bool) or not isinstance(cost, int | float) or not 0 <= cost < 1e300):
        raise InputError(f"{where}: 'cost' must be a number of 0 or more, not {cost!r}.")
    if not isinstance(simulated, bool):
        raise InputError(f"{where}: 'simulated' must be true or false, not {simulated!r}.")
    return Declared(about.get("score_kind", ""), simulated, about.get("family", ""), cost)


def _check_texts(settings: dict, keys: tuple[str, ...], where: str) -> None:
    for key in keys:
        if key in settings and not isinstance(settings[key], str):
            raise InputError(f"{where}: '{key}' must be a text, not {settings[key]!r}.")


def _check_word(settings: dict, key: str, words: tuple[str, ...], where: str) -> None:
    if key in settings and settings[key] not in words:
        raise InputError(f"{where}: '{key}' must be {one_of(words)}, not '{settings[key]}'.")
