"""``docs/guide.ipynb`` from the blocks of ``docs/guide.md``: the same cells, outputs left out.

python -m tests.guide_notebook          # writes it anew
"""

import hashlib
import json
import re
from collections.abc import Iterator

from tests.source_files import REPOSITORY

GUIDE, NOTEBOOK = REPOSITORY / "docs" / "guide.md", REPOSITORY / "docs" / "guide.ipynb"
BLOCK = re.compile(r"```python\n(.*?)```\n?", re.DOTALL)
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def cells(text: str) -> Iterator[tuple[str, str]]:
    """("markdown" or "code", source) of each cell, in order."""
    for place, part in enumerate(BLOCK.split(text)):
        if part.strip():
            yield ("code" if place % 2 else "markdown"), part.strip("\n")


def notebook(text: str) -> str:
    """The notebook (nbformat 4.5) as JSON text."""
    made = [_cell(place, kind, source) for place, (kind, source) in enumerate(cells(text))]
    about = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return json.dumps({"cells": made, "metadata": about, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def _cell(place: int, kind: str, source: str) -> dict:
    told: dict = {
        "cell_type": kind,
        "id": hashlib.sha256(f"{place} {source}".encode()).hexdigest()[:12],
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    return told | ({"execution_count": None, "outputs": []} if kind == "code" else {})


if __name__ == "__main__":
    NOTEBOOK.write_text(notebook(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
