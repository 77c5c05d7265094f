"""Hugging Face datasets on disk: ``save_to_disk`` folders and Parquet shards with picture bytes.

Their files are Arrow's own. They are not opened by their library: it maps them into memory unchecked, where a damaged
or shortened file ends the process.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from cleaning.domain.origin import Origin, OriginSplit
from cleaning.errors import InputError, counted, one_of
from data_adapters.contract import LabelsSource
from data_adapters.files.arrow_files import arrow_batches, arrow_schema, arrow_table, readable
from data_adapters.files.tables import Table
from data_adapters.joining.class_names import unique_names
from data_adapters.joining.columns import ID_NAMES, LABEL_NAMES
from data_adapters.layouts.hugging_face_cards import require_inside, said_of
from data_adapters.limits import MAX_PICTURE_BYTES, MAX_PICTURES_BYTES, readable_size
from data_adapters.sentences import listed
from data_adapters.ways import way

INFO_FILES = ("dataset_dict.json", "dataset_info.json", "state.json")
SIGNATURES = {
    b"\xff\xd8": ".jpg",
    b"\x89PNG": ".png",
    b"GIF8": ".gif",
    b"BM": ".bmp",
    b"RIFF": ".webp",
    b"II*\x00": ".tif",
    b"MM\x00*": ".tif",
}


def is_hugging_face(folder: Path) -> bool:
    """Whether a folder was written by ``save_to_disk``, or holds Parquet shards with Hugging Face features."""
    if any((folder / name).is_file() for name in INFO_FILES):
        return True
    shards = _shards(folder)
    return bool(shards) and holds_features(shards[0])


def holds_features(file: Path) -> bool:
    """Whether a Parquet file says in its schema that Hugging Face wrote it."""
    return b"huggingface" in (arrow_schema(file).metadata or {})


@dataclass(frozen=True)
class _Opened:
    """One split. files: in order. split: its name, "" where the dataset is not parted."""

    files: list[Path]
    split: str = ""

    @property
    def schema(self) -> pa.Schema:
        return arrow_schema(self.files[0])

    def without_pictures(self) -> pa.Table:
        parts = [arrow_table(file, _kept(arrow_schema(file))) for file in self.files]
        with readable(self.files[0], "Arrow or Parquet"):  # files of other columns or types do not fit together
            return pa.concat_tables(parts, promote_options="permissive")

    def batches(self, column: str) -> Iterator[pa.RecordBatch]:
        """The column, a batch in memory at a time."""
        for file in self.files:
            yield from arrow_batches(file, [column])


def read_hugging_face(
    path: Path, pictures_to: Path | None = None, split: str | None = None, label_column: str | None = None
) -> LabelsSource:
    """One split as a table; pictures are written below ``pictures_to`` if it is given. Raises InputError."""
    opened = _opened(path, split)
    table = opened.without_pictures()
    if not table.num_rows:
        raise InputError(f"'{path.name}' has no rows. Expected one row per sample.")
    column, names = _label_names(opened, table, label_column)
    pictures = _picture_column(opened.schema)
    notes = [f"'{path.name}' is a Hugging Face dataset of {counted(len(opened.files), 'file')}."]
    table, note = _with_ids(table, opened, pictures)
    notes += note
    root = None
    if pictures is not None:
        table, root, note = _with_pictures(table, opened, pictures, pictures_to)
        notes += note
    origin, note = _origin(path, opened, table.num_rows)
    return LabelsSource(
        Table(path, table, (*notes, *note)), names, root, column, names is not None, opened.split, origin
    )


def _origin(path: Path, opened: _Opened, rows: int) -> tuple[Origin, list[str]]:
    """(all splits of the dataset, notes on those that cannot go out again)"""
    splits, note = dict[str, OriginSplit](), list[str]()
    for name in _split_names(path) or [opened.split]:
        try:
            one = opened if name == opened.split else _opened(path, name)
            if name != opened.split:
                require_inside(path, one.files)
            about = said_of(one.files[0], path)
            sizes = tuple(file.stat().st_size for file in one.files)
            splits[name] = OriginSplit(tuple(one.files), _features(one), about, sizes)
        except InputError as error:
            note.append(f"Split '{name}' will not be in an export: {error}")
    return Origin(splits, opened.split, row_count=rows), note


def _split_names(path: Path) -> list[str]:
    if path.is_file():
        return []
    if (path / "dataset_dict.json").is_file():
        splits = _json(path / "dataset_dict.json").get("splits")
        return [str(name) for name in splits] if isinstance(splits, list) else []
    return [] if _arrow_files(path) else sorted(_by_split(path))


def _by_split(path: Path) -> dict[str, list[Path]]:
    by_split: dict[str, list[Path]] = {}
    for shard in _shards(path):
        by_split.setdefault(shard.name.split("-")[0].removesuffix(".parquet"), []).append(shard)
    return by_split


def _opened(path: Path, split: str | None) -> _Opened:
    if path.is_file():
        return _Opened([path])
    if (path / "dataset_dict.json").is_file():
        chosen = _chosen(_split_names(path), split, path)
        return _Opened(_opened(path / chosen, None).files, chosen)
    arrow = _arrow_files(path)
    if arrow:
        return _Opened(arrow)
    by_split = _by_split(path)
    if not by_split:
        raise InputError(f"'{path.name}' holds no .arrow or .parquet file. Copy or save the dataset again.")
    chosen = _chosen(sorted(by_split), split, path)
    return _Opened(by_split[chosen], chosen)


def _chosen(splits: list[str], split: str | None, path: Path) -> str:
    safe = [name for name in splits if name and "/" not in name and "\\" not in name and name != ".."]
    if split is None and len(safe) == 1:
        return safe[0]
    if split in safe:
        return split
    asked = f"no split '{split}'" if split else "more than one split"
    raise InputError(f"'{path.name}' has {asked}; it has {one_of(safe or ['none'])}. Name one {way('split')}.")


def _arrow_files(folder: Path) -> list[Path]:
    if not (folder / "state.json").is_file():
        return sorted(folder.glob("*.arrow"))
    listed_files = _json(folder / "state.json").get("_data_files", [])
    if not isinstance(listed_files, list) or not all(isinstance(about, dict) for about in listed_files):
        raise InputError(f"'{folder.name}/state.json' does not list the files of the dataset. Copy or save it again.")
    files = [folder / _plain_name(str(about.get("filename", ""))) for about in listed_files]
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        raise InputError(f"'{folder.name}' lacks {counted(len(missing), 'file')}: {listed(missing)} Copy it again.")
    return files


def _plain_name(written: str) -> str:
    """The last part of a path as a file can be called; what cannot be one is named among the missing."""
    return Path(written.replace("\x00", "?")).name[:250]


def _shards(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.parquet"), *(folder / "data").glob("*.parquet")])


def _json(path: Path) -> dict:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise InputError(f"'{path.name}' is no sound JSON. Copy or save the dataset again.") from error
    if not isinstance(content, dict):
        raise InputError(f"'{path.name}' is no JSON object. Copy or save the dataset again.")
    return content


def _is_picture(kind: pa.DataType) -> bool:
    return pa.types.is_struct(kind) and {kind.field(i).name for i in range(kind.num_fields)} == {"bytes", "path"}


def _picture_column(schema: pa.Schema) -> str | None:
    return next((field.name for field in schema if _is_picture(field.type)), None)


def _kept(schema: pa.Schema) -> list[str]:
    return [field.name for field in schema if not _is_picture(field.type)]


def _pictures(opened: _Opened, column: str) -> Iterator[dict]:
    """``{"bytes": ..., "path": ...}`` of one sample after the other."""
    for batch in opened.batches(column):
        for start in range(0, batch.num_rows, 64):
            yield from batch.slice(start, 64).column(column).to_pylist()


def _label_names(
    opened: _Opened, table: pa.Table, asked: str | None
) -> tuple[str | None, tuple[tuple[str, ...], list[str]] | None]:
    """(label column, class names) from the dataset's features; (asked, None) where they name no classes."""
    classes = {
        name: about["names"]
        for name, about in _features(opened).items()
        if name in table.column_names
        and isinstance(about, dict)
        and about.get("_type") == "ClassLabel"
        and isinstance(about.get("names"), list)
        and about["names"]
    }
    known = [name for name in LABEL_NAMES if name in table.column_names]
    column = asked or next((name for name in known if name in classes), None)
    if column is None and not known and len(classes) == 1:
        column = next(iter(classes))
    if column not in classes:
        return column, None
    return column, unique_names([str(name) for name in classes[column]], "dataset features")


def _features(opened: _Opened) -> dict:
    """What the dataset says of its columns, by name: in the files' own schema, else in dataset_info.json."""
    written = (opened.schema.metadata or {}).get(b"huggingface")
    if written is None:
        info = opened.files[0].parent / "dataset_info.json"
        features = _json(info).get("features") if info.is_file() else {}
        return features if isinstance(features, dict) else {}
    try:
        features = json.loads(written)["info"]["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}  # the files are Arrow's own, whatever else is said of them
    return features if isinstance(features, dict) else {}


def _with_ids(table: pa.Table, opened: _Opened, pictures: str | None) -> tuple[pa.Table, list[str]]:
    """The table with ids: its own column, else the pictures' paths where they are unique, else row numbers."""
    if any(name in table.column_names for name in ID_NAMES):
        return table, []
    paths = [] if pictures is None else [picture and picture["path"] for picture in _pictures(opened, pictures)]
    paths = _below_their_folder(paths) if all(paths) else paths
    if paths and all(paths) and len(set(paths)) == len(paths):
        return table.append_column("sample_id", pa.array(paths)), ["Sample ids are the pictures' names."]
    ids = [str(i) for i in range(table.num_rows)]
    return table.append_column("sample_id", pa.array(ids)), ["No column of ids: samples are called by their row."]


def _below_their_folder(paths: list[str]) -> list[str]:
    """Paths from the folder on that holds them all, where any is of somebody's disk: whose home it was is nobody's
    business, and an expert calls the pictures by what lies below."""
    parts = [tuple(path.replace("\\", "/").split("/")) for path in paths]
    if not any(path.startswith("/") or (path[1:3] in (":\\", ":/")) for path in paths):
        return paths
    folders = [one[:-1] for one in parts]
    first, last = min(folders), max(folders)
    common = next((k for k, (a, b) in enumerate(zip(first, last)) if a != b), min(len(first), len(last)))
    return ["/".join(one[common:]) for one in parts]


def _with_pictures(
    table: pa.Table, opened: _Opened, column: str, folder: Path | None
) -> tuple[pa.Table, Path | None, list[str]]:
    if folder is None:
        return table, None, ["The pictures inside the dataset are not shown."]
    names, total = [], 0
    for row, picture in enumerate(_pictures(opened, column)):
        content = (picture or {}).get("bytes") or b""
        suffix = next((end for start, end in SIGNATURES.items() if content.startswith(start)), None)
        total += len(content)
        if len(content) > MAX_PICTURE_BYTES or total > MAX_PICTURES_BYTES:
            raise InputError(
                f"The pictures take more than {readable_size(MAX_PICTURES_BYTES)} (one: "
                f"{readable_size(MAX_PICTURE_BYTES)}). Save them as files and give the folder."
            )
        names.append(f"{row // 1000:05d}/{row:08d}{suffix}" if suffix else "")
        if suffix:
            target = folder / names[-1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    table = table.drop_columns([name for name in ("image",) if name in table.column_names])
    return table.append_column("image", pa.array(names)), folder, []
