"""WebDataset: TAR files whose members ``KEY.jpg`` and ``KEY.cls`` (or ``KEY.json``) together are a sample."""

import json
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import pyarrow as pa

from cleaning.errors import InputError, counted, first_five
from data_adapters.contract import LabelsSource
from data_adapters.files.check import check_file
from data_adapters.files.pictures import PICTURE_SUFFIXES, leads_outside
from data_adapters.files.tables import Table
from data_adapters.joining.columns import LABEL_NAMES
from data_adapters.limits import MAX_PICTURE_BYTES, MAX_PICTURES
from data_adapters.sentences import reason

LABELS = (".cls", ".json", ".label", ".txt")
NAMED = "\0"  # before a label that JSON holds as a text: digits are a name there, and no place
MAX_LABEL_BYTES = 1024**2
LOOKED_AT = 200
DAMAGED = (tarfile.TarError, OSError, EOFError)


def is_webdataset(path: Path) -> bool:
    """Whether a TAR, or the first TAR of a folder of nothing else, begins with samples in parts that share a name."""
    shards = _shards(path)
    if not shards:
        return False
    keys: dict[str, set[str]] = {}
    try:
        with tarfile.open(shards[0]) as archive:
            for place, member in enumerate(archive):
                if place > LOOKED_AT:
                    break
                key, suffix = _key(member.name)
                keys.setdefault(key, set()).add(suffix)
    except DAMAGED:
        return False
    return any(suffixes & PICTURE_SUFFIXES and suffixes & set(LABELS) for suffixes in keys.values())


def read_webdataset(path: Path, pictures_to: Path | None) -> LabelsSource:
    """Samples by their keys, labels from ``.cls`` or from a label in ``.json``; pictures go below ``pictures_to``."""
    labels: dict[str, str] = {}
    pictures: dict[str, str] = {}
    for shard in _shards(path):
        check_file(shard)
        try:
            _read_shard(shard, labels, pictures, pictures_to)
        except DAMAGED as error:
            raise InputError(f"'{shard.name}' cannot be unpacked ({reason(error)}). Copy or save it again.") from error
    ids = [key for key in pictures if key in labels]
    if not ids:
        raise InputError(f"'{path.name}' holds no picture with a label of its name (.cls, or 'label' in .json).")
    without = [key for key in pictures if key not in labels]
    notes = [f"'{path.name}': WebDataset, {counted(len(ids), 'sample')} by their keys."]
    notes += [f"{counted(len(without), 'picture')} without a label left out: {first_five(without)}."] if without else []
    notes += [] if pictures_to else [f"The pictures inside '{path.name}' are not shown."]
    places = all(label.isdigit() for label in labels.values())
    data = pa.table(
        {"sample_id": ids, "label": [labels[k].removeprefix(NAMED) for k in ids], "image": [pictures[k] for k in ids]}
    )
    return LabelsSource(Table(path, data, tuple(notes)), image_root=pictures_to, places=places)


def _shards(path: Path) -> Sequence[Path]:
    if path.is_file():
        return [path]
    entries = [entry for entry in path.iterdir() if not entry.name.startswith(".")]
    tars = sorted(entry for entry in entries if entry.suffix.lower() == ".tar")
    others = [entry for entry in entries if entry not in tars and entry.suffix.lower() not in (".txt", ".json", ".csv")]
    return tars if tars and not others else []


def _key(name: str) -> tuple[str, str]:
    """``a/b.jpg`` is the key ``a/b`` and ``.jpg``; the key ends at the first dot of the file's name."""
    folder, slash, file = name.removeprefix("./").rpartition("/")
    key, dot, rest = file.partition(".")
    return f"{folder}{slash}{key}", (dot + rest).lower()


def _read_shard(shard: Path, labels: dict[str, str], pictures: dict[str, str], pictures_to: Path | None) -> None:
    with tarfile.open(shard) as archive:
        for member in _files(archive, shard):
            key, suffix = _key(member.name)
            content = archive.extractfile(member)
            if content is None:
                continue
            if suffix in PICTURE_SUFFIXES:
                pictures[key] = key + suffix
                if len(pictures) > MAX_PICTURES:
                    raise InputError(f"'{shard.name}' and its like hold more than {MAX_PICTURES:,} pictures.")
                if pictures_to is not None:
                    target = pictures_to / f"{key}{suffix}"
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content.read(MAX_PICTURE_BYTES))
            elif suffix in LABELS and (label := _label(content.read(MAX_LABEL_BYTES), suffix)) is not None:
                labels[key] = label if suffix == ".cls" else labels.get(key, label)


def _files(archive: tarfile.TarFile, shard: Path) -> Iterator[tarfile.TarInfo]:
    for member in archive:
        if not member.isfile() or PurePosixPath(member.name).name.startswith("."):
            continue
        if leads_outside(member.name):
            raise InputError(f"'{shard.name}' holds a path leading out of it: {member.name[:80]!r}. Pack it again.")
        if member.size > MAX_PICTURE_BYTES:
            raise InputError(f"'{shard.name}' holds a file that is too large: {member.name[:80]!r}. Leave it out.")
        yield member


def _label(content: bytes, suffix: str) -> str | None:
    text = content.decode("utf-8", "replace").strip()
    if suffix != ".json":
        return text
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = [record[name] for name in ("cls", *LABEL_NAMES) if isinstance(record, dict) and name in record]
    if not found:
        return None
    return NAMED + found[0] if isinstance(found[0], str) else str(found[0])
