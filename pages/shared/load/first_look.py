"""The first samples as they were read: pictures, or questions with their answers."""

from io import BytesIO

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

from cleaning.domain.dataset import Dataset
from cleaning.errors import InputError
from data_adapters.contract import Reading
from data_adapters.doctor.evidence import opinion_on
from pages.shared.messages import plain
from pages.shared.server.served_pictures import find_picture

PICTURES, ROWS, EXPERTS, LOOKED_AT = 12, 6, 6, 60
SIDE = 160


def first_look(reading: Reading) -> None:
    """Draws the first pictures with their given labels, then the first samples as a table."""
    shown = thumbnails(reading.dataset, PICTURES)
    if shown:
        names, labels = reading.dataset.class_names, reading.dataset.given_labels
        with st.container(horizontal=True, gap="small", key="first_pictures"):
            for row, picture in shown:
                st.image(picture, plain(names[labels[row]], 40), width=96, alt=f"labelled {names[labels[row]]}")
    st.dataframe(first_samples(reading), hide_index=True, width="stretch")


def pictures_counted(dataset: Dataset) -> str:
    """How many pictures were found and how many not; for questions without pictures nothing."""
    named = (
        dataset.samples["image"].map(lambda v: isinstance(v, str) and v != "") if "image" in dataset.samples else None
    )
    found = int(named.sum()) if named is not None else 0
    if dataset.kind != "image" and not found:
        return ""
    return f"{found:,} pictures found, {len(dataset) - found:,} missing"


def thumbnails(dataset: Dataset, count: int) -> list[tuple[int, bytes]]:
    """(row, PNG) of the first samples whose pictures can be opened."""
    if dataset.image_root is None or "image" not in dataset.samples:
        return []
    made: list[tuple[int, bytes]] = []
    for row in range(min(len(dataset), LOOKED_AT)):
        picture = thumbnail(dataset, row)
        made += [] if picture is None else [(row, picture)]
        if len(made) == count:
            break
    return made


def thumbnail(dataset: Dataset, row: int) -> bytes | None:
    """A small PNG of a sample's picture; None where it cannot be shown."""
    try:
        with Image.open(find_picture(dataset, row).path) as image:
            image.draft("RGB", (SIDE * 2, SIDE * 2))
            small = image.convert("RGB")
            small.thumbnail((SIDE, SIDE))
            out = BytesIO()
            small.save(out, "PNG")
            return out.getvalue()
    except (InputError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None


def first_samples(reading: Reading) -> pd.DataFrame:
    """The first rows: id, question, options, given label and what the first experts say."""
    dataset, places = reading.dataset, np.arange(min(ROWS, len(reading.dataset)))
    names = np.append(np.asarray(dataset.class_names, object), "no answer")
    table = {"sample": [str(one) for one in dataset.sample_ids[places]]}
    for column in ("question", "choices"):
        if column in dataset.samples:
            table[column] = [_cell(value) for value in dataset.samples[column].iloc[places]]
    table["given label"] = names[dataset.given_labels[places]]
    for expert in reading.experts[:EXPERTS]:
        table[expert.name] = names[opinion_on(expert, places).predicted]
    return pd.DataFrame(table)


def _cell(value: object) -> str:
    return " · ".join(map(str, value)) if isinstance(value, list | tuple | np.ndarray) else str(value)
