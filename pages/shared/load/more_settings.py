"""What else can be said of the files: classes, their first number, the mark of a missing label, pictures, a split."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from data_adapters.files.pictures import PICTURE_SUFFIXES
from pages.shared import state
from pages.shared.load.remarks import Remarks, say, so_far
from pages.shared.messages import guarded

BASES = {"as found": None, "from 0": 0, "from 1": 1}
MOST_FOLDERS, LOOKED_AT = 50, 5_000


def more_settings(path: Path, said: Remarks) -> None:
    """Draws them."""
    left, right = st.columns(2, gap="large")
    with left:
        _classes(said)
    with right:
        _base(said)
        _text("A mark of your own for a missing label", "missing", said, "empty cells, NA and -1 are known")
        _pictures(path, said)
        _text("Part of a Hugging Face dataset", "split", said, "train, test ...")


def _classes(said: Remarks) -> None:
    def changed() -> None:
        lines = [line.strip() for line in str(state.typed("class_list") or "").splitlines()]
        say(replace(so_far(), class_names=tuple(line for line in lines if line)))

    st.text_area(
        "Class names, one a line, in the order of the scores",
        "\n".join(said.class_names),
        height=220,
        key="class_list",
        placeholder="as found in the files",
        on_change=guarded(changed),
    )


def _base(said: Remarks) -> None:
    def changed() -> None:
        say(replace(so_far(), base=BASES[str(state.typed("class_base") or "as found")]))

    now = next(words for words, base in BASES.items() if base == said.base)
    st.segmented_control(
        "Numbers of classes count",
        list(BASES),
        default=now,
        required=True,
        key="class_base",
        on_change=guarded(changed),
    )


def _text(label: str, field: str, said: Remarks, hint: str) -> None:
    def changed() -> None:
        say(Remarks(**vars(so_far()) | {field: str(state.typed(f"said_{field}") or "").strip()[:60] or None}))

    st.text_input(
        label,
        getattr(said, field) or "",
        max_chars=60,
        key=f"said_{field}",
        placeholder=hint,
        on_change=guarded(changed),
    )


def _pictures(path: Path, said: Remarks) -> None:
    folders = ["as found", *picture_folders(path)]
    if len(folders) < 3:
        return

    def changed() -> None:
        chosen = state.typed("picture_folder")
        say(replace(so_far(), pictures=None if chosen == "as found" else str(chosen)))

    now = folders.index(said.pictures) if said.pictures in folders else 0
    st.selectbox("Folder of the pictures", folders, now, key="picture_folder", on_change=guarded(changed))


def picture_folders(path: Path) -> list[str]:
    """Folders below that hold pictures, as far as the first entries show."""
    found: dict[str, None] = {}
    if path.is_dir():
        for count, entry in enumerate(path.rglob("*")):
            if count > LOOKED_AT or len(found) > MOST_FOLDERS:
                break
            if entry.suffix.lower() in PICTURE_SUFFIXES:
                found[entry.parent.relative_to(path).as_posix()] = None
    return list(found)
