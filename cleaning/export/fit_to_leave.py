"""Cells fit to leave: what is known of samples, without paths of somebody's disk.

A path that lies in the folder of the dataset's pictures is told from there on, of any other the last part alone. Within
a sentence that folder and the home folder of who runs this are cut: what else looks like a path there may be what the
sentence is about.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from cleaning.domain.dataset import GRADED_OTHERWISE, REFERENCE

if TYPE_CHECKING:
    import pandas as pd

    from cleaning.domain.dataset import Dataset

# ids are cut where they come in; what is asked and answered is no place of a disk, whatever it looks like
CONTENT = frozenset(("sample_id", "question", "choices", REFERENCE, GRADED_OTHERWISE))
LONGEST_PATH = 1_024
AT_ONCE = 50_000  # cells that are looked through together
LEAST_SLASHES = 2  # in a folder that sentences may name; /data/ alone is too common
_WINDOWS, _SHARED, _FILE = r"[A-Za-z]:[\\/]\S", r"\\\\[\w.$-]+\\\S", r"file:/"
_POSIX = r"/(?:[^/\s*]{2,}|[^/\s*]+/+[^/\s]+)/+[^/\s]"  # and not /m/01g317, which is an id
DISK = re.compile(rf"{_FILE}|{_WINDOWS}|{_SHARED}|{_POSIX}", re.IGNORECASE)  # as a path of a disk begins
_BEGINNINGS = frozenset("/\\fF[{ \t")
_SEVERAL = re.compile(r"([;|])")
_QUOTED = re.compile(r"""(["'])((?:file:|/|\\\\|[A-Za-z]:[\\/])[^"'\n]+)\1""", re.IGNORECASE)


def is_of_a_disk(text: str) -> bool:
    """Whether a text is the whole path of a file or folder: ``/home/ann/1.png``, ``D:\\1.png``, ``file:///1.png``."""
    return DISK.match(text) is not None and len(text) <= LONGEST_PATH and "\n" not in text


def dataset_to_leave(dataset: Dataset) -> Dataset:
    """The same with its columns fit to leave, made when they are first asked for."""
    return dataset.showing(lambda: _columns_to_leave(dataset.samples, dataset.image_root))


def _columns_to_leave(samples: pd.DataFrame, root: Path | None) -> pd.DataFrame:
    changed: dict[str, pd.Series] = {}
    for name in map(str, samples):
        if name not in CONTENT and samples[name].dtype.kind == "O":
            before = samples[name].tolist()
            if any(_some_may_change(before[at : at + AT_ONCE], root) for at in range(0, len(before), AT_ONCE)):
                after = [cell_to_leave(value, root) for value in before]
                if any(one is not other for one, other in zip(before, after)):
                    changed[name] = samples[name].__class__(after, samples.index, samples[name].dtype)
    return samples.assign(**changed) if changed else samples


def _some_may_change(cells: list, root: Path | None) -> bool:
    """Whether any cell is worth a look of its own; of millions of texts without slashes none is."""
    if set(map(type, cells)) != {str}:
        return True
    together = "\n".join(cells)
    if "/" not in together and "\\" not in together:
        return False
    return any(folder in together for folder in _in_sentences(root, ones_home())[0]) or any(map(_perhaps, cells))


def cell_to_leave(value: Any, root: Path | None = None) -> Any:
    """A value without paths of a disk, also in lists, in objects and in JSON; itself where it holds none."""
    if isinstance(value, str):
        return _text_to_leave(value, root)
    if isinstance(value, list):
        return _if_other(value, [cell_to_leave(one, root) for one in value])
    if isinstance(value, dict):
        return _if_other(value, {cell_to_leave(n, root): cell_to_leave(one, root) for n, one in value.items()})
    return value


def _if_other(before: Any, after: Any) -> Any:
    return before if after == before else after


def _text_to_leave(text: str, root: Path | None) -> str:
    if "/" not in text and "\\" not in text:
        return text
    return _sentence_to_leave(_paths_to_leave(text, root) if _perhaps(text) else text, root)


def _paths_to_leave(text: str, root: Path | None) -> str:
    """Where all of a text, or of what it lists, is a path."""
    if text[:1] in ("[", "{"):
        return _written_to_leave(text, root)
    if ";" not in text and "|" not in text:
        return _path_to_leave(text.strip(), root) if is_of_a_disk(text.strip()) else text
    parts = _SEVERAL.split(text)
    if not any(map(is_of_a_disk, map(str.strip, parts))):
        return text
    return "".join(_path_to_leave(part.strip(), root) if is_of_a_disk(part.strip()) else part for part in parts)


def _sentence_to_leave(text: str, root: Path | None) -> str:
    """Without the folder of the pictures and one's home, wherever a path begins with them."""
    written, beginnings = _in_sentences(root, ones_home())
    return beginnings.sub("", text) if any(folder in text for folder in written) else text


@lru_cache(maxsize=8)
def _in_sentences(*roots: Path | None) -> tuple[tuple[str, ...], re.Pattern]:
    """How folders may be written, and a path's beginning with one; none of those that lie at the top of a disk."""
    folders = [folder for root in roots if root is not None for folder in _homes(root)]
    deep = [folder for folder in folders if is_of_a_disk(f"{folder}_") and folder.count("/") > LEAST_SLASHES]
    written = tuple(dict.fromkeys(way for folder in deep for way in (folder, folder.replace("/", "\\"))))
    ways = "|".join(map(re.escape, sorted(written, key=len, reverse=True)))
    return written, re.compile(rf"(?<![\w./\\~-])(?:file:(?://)?)?(?:{ways})")


@lru_cache(maxsize=1)
def ones_home() -> Path | None:
    """The home folder of who runs this, where there is one."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def home_in_sentences() -> tuple[str, ...]:
    """How a sentence may write one's home folder, where it is cut there."""
    return _in_sentences(None, ones_home())[0]


def _perhaps(text: str) -> bool:
    """Whether a text is worth a closer look; of millions few are."""
    return text[:1] in _BEGINNINGS or text[1:2] == ":" or ";" in text or "|" in text


def _written_to_leave(text: str, root: Path | None) -> str:
    """Lists and objects as text: JSON, or as Python prints them."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        return _QUOTED.sub(lambda found: _quoted_to_leave(found[2], root, found[1]), text)
    fit = cell_to_leave(held, root)
    return text if fit is held else json.dumps(fit, ensure_ascii=False)


def _quoted_to_leave(written: str, root: Path | None, quote: str) -> str:
    """written: between quotes, with each backslash twice."""
    plain = written.replace("\\\\", "\\")
    fit = _text_to_leave(plain, root)
    return quote + (written if fit == plain else fit) + quote


def _path_to_leave(path: str, root: Path | None) -> str:
    if path[:5].lower() == "file:":
        path = "/" + unquote(path[5:]).lstrip("/")
    slashed = path.replace("\\", "/").rstrip("/")
    for home in () if root is None else _homes(root):
        if slashed.startswith(home):
            return slashed.removeprefix(home)
    return slashed.rpartition("/")[2]


@lru_cache(maxsize=8)
def _homes(root: Path) -> tuple[str, ...]:
    """How paths below a folder may begin: as it is told, and as it lies."""
    return tuple(dict.fromkeys((f"{root.as_posix()}/", f"{root.resolve().as_posix()}/")))
