"""What a Hugging Face dataset says of itself (licence, homepage, citation, description), and where its files may lie."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from cleaning.domain.origin import ABOUT
from cleaning.errors import InputError
from data_adapters.limits import MAX_SETTINGS_BYTES

LICENCE = re.compile(r"^license:[ \t]*(?:\n[ \t]*-[ \t]*)?[\"']?([^\"'\n#]+?)[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)
CARD_BYTES = 1024**2


def said_of(file: Path, dataset: Path) -> dict[str, str]:
    """Those of ABOUT that are stated beside a file of a dataset, or on the card of the whole; what is damaged says none."""
    folder = dataset if dataset.is_dir() else dataset.parent
    found = _licence_on_card(folder / "README.md")
    for about in (_info(folder / "dataset_infos.json", inner=True), _info(file.parent / "dataset_info.json")):
        found |= {name: about[name] for name in ABOUT if isinstance(about.get(name), str) and about[name]}
    return found


def require_inside(dataset: Path, files: Sequence[Path]) -> None:
    """Raises InputError where a link leads out of the dataset's folder, but to where the hub's cache keeps its files."""
    home = dataset.absolute()
    rooms = [home.resolve()]
    if home.parent.name == "snapshots":
        rooms.append(home.parent.parent.resolve() / "blobs")
    for file in files:
        if not any(file.resolve().is_relative_to(room) for room in rooms):
            raise InputError(f"'{file.name}' is a link that leads out of the folder '{dataset.name}'.")


def _info(file: Path, inner: bool = False) -> dict:
    """An information file; inner: of its first configuration."""
    try:
        if not file.is_file() or file.stat().st_size > MAX_SETTINGS_BYTES:
            return {}
        said = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError):
        return {}
    if inner and isinstance(said, dict):
        said = next(iter(said.values()), {})
    return said if isinstance(said, dict) else {}


def _licence_on_card(card: Path) -> dict[str, str]:
    """From the block of settings at the head of a dataset card."""
    try:
        with card.open(encoding="utf-8") as file:
            text = file.read(CARD_BYTES)
    except (OSError, ValueError):
        return {}
    head = text.split("\n---", 1)[0] if text.startswith("---\n") else ""
    found = LICENCE.search(head)
    return {"license": found[1].strip()} if found else {}
