"""Datasets whose columns hold paths of somebody's disk, and what of such paths a file shows."""

import html
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from data_adapters import read_loose
from data_adapters.reading import read
from tests.data_adapters import tiny
from tests.data_adapters.layouts.test_picture_sources import picture

FOLDERS = (
    "/home/ann/pets",
    "/Users/Ann Bee/my pets",
    "/proj/x7/pets",
    "file:///srv/ann/pets",
    "C:\\Users\\ann\\pets",
    "D:/ann/pets",
    "\\\\nas\\ann\\pets",
)
N = 24


class Disk:
    """Draws cells that hold paths, by a seed; ``folders`` are those that must not leave."""

    def __init__(self, root: Path, seed: int) -> None:
        self.draw, self.root = Random(seed), root
        self.folders = {str(root), str(Path.home() / "pets"), *FOLDERS}

    def path(self, name: str) -> str:
        folder = self.draw.choice(sorted(self.folders))
        slash = "\\" if "\\" in folder else "/"
        return slash.join([folder, *self.draw.sample(("train", "more of them"), self.draw.randrange(3)), name])

    def cell(self, row: int) -> str:
        """As columns hold them: mostly paths, alone or within JSON; also what is none."""
        one, other = self.path(f"{row}.wav"), self.path(f"{row}")
        forms = (
            one,
            other,
            one,
            json.dumps({"file": one, "n": row, "more": [other, "web"]}),
            json.dumps([one, other]),
            "",
            f"https://pets.example/{row}",
            "from the web",
            f"train/{row}.wav",
        )
        return self.draw.choice(forms)

    def columns(self, *names: str) -> dict[str, list[str]]:
        """Each column begins with a path, so that none is without."""
        return {name: [self.path("0.wav"), *map(self.cell, range(1, N))] for name in names}


def pictures(root: Path, seed: int):
    """Pictures in a folder, their table with columns of paths, the group among them, as a Reading."""
    disk = Disk(root / "pets" / "images", seed)
    for row in range(N):
        place = disk.root / "in" / f"{row}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(picture(row))
    held = disk.columns("path", "file_source", "info", "batch")
    held["batch"] = [one for one in held["batch"][:3] for _ in range(N // 3)]
    held["remark"] = [f"cut out of {disk.root}/in/{row}.png by hand" for row in range(N)]
    ids = [f"s{row}" for row in range(N)]
    shown = [f"in/{row}.png" for row in range(N)]
    columns = {"sample_id": ids, "image": shown, "label": [("cat", "dog", "eel")[row % 3] for row in range(N)], **held}
    pq.write_table(pa.table(columns), root / "pets" / "labels.parquet")
    for m in range(3):
        said = (f"{one},{('cat', 'dog', 'eel')[(row + (row % 5 == m)) % 3]}" for row, one in enumerate(ids))
        tiny.write(root / "pets" / "experts" / f"m{m}.csv", "sample_id,prediction", *said)
    return read(root / "pets"), disk


def questions(root: Path, seed: int):
    disk = Disk(root, seed)
    held = disk.columns("path", "document_id", "info")
    ids = [f"q{row}" for row in range(N)]
    options = [[f"{row}{k}" for k in "abcd"] for row in range(N)]
    columns = {
        "id": ids,
        "question": [f"Which of {i}?" for i in ids],
        "choices": options,
        "answer": ["A", "B"] * (N // 2),
    }
    pq.write_table(pa.table(columns | held), root / "quiz.parquet")
    votes = tiny.write(root / "v.csv", "sample_id,answer", *(f"{one},{'ABCD'[i % 4]}" for i, one in enumerate(ids)))
    return read_loose(root / "quiz.parquet", {"v": votes}), disk


def free_answers(root: Path, seed: int):
    disk = Disk(root, seed)
    ids = [f"q{row}" for row in range(N)]
    columns = {
        "id": ids,
        "question": [f"What is {i} and {i}?" for i in range(N)],
        "reference": [f"{2 * i}" for i in range(N)],
        **disk.columns("path", "info"),
    }
    pq.write_table(pa.table(columns), root / "sums.parquet")
    votes = tiny.write(root / "v.csv", "id,answer", *(f"{one},{2 * i + (i == 4)}" for i, one in enumerate(ids)))
    return read_loose(root / "sums.parquet", {"v": votes}), disk


def from_hugging_face(root: Path, seed: int):
    """A file of that program, whose columns go out in their own types."""
    disk = Disk(root, seed)
    held = disk.columns("path", "info")
    columns = {
        "id": [f"s{row}" for row in range(N)],
        "label": ["cat", "dog"] * (N // 2),
        **held,
        "files": [[disk.path(f"{row}.wav")] * (row % 3) for row in range(N)],
        "box": [{"file": disk.path(f"{row}.wav"), "x": row} for row in range(N)],
    }
    table = pa.table(columns).replace_schema_metadata({"huggingface": '{"info": {"features": {}}}'})
    pq.write_table(table, root / "pets.parquet")
    votes = tiny.write(root / "v.csv", "sample_id,answer", *(f"s{row},cat" for row in range(N)))
    return read_loose(root / "pets.parquet", {"v": votes}), disk


MADE = {"pictures": pictures, "questions": questions, "free answers": free_answers, "hugging face": from_hugging_face}


def texts_in(name: str, data: bytes) -> Iterator[str]:
    """Everything a file says, also of what it packs."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as held:
            for one in held.namelist():
                yield one
                yield from texts_in(one, held.read(one))
    elif name.endswith(".parquet"):
        yield from _of_table(pq.read_table(io.BytesIO(data)))
    elif name.endswith(".arrow"):
        yield from _of_table(pa.ipc.open_stream(data).read_all())
    elif not name.endswith((".npy", ".png")):
        yield data.decode()


def _of_table(table: pa.Table) -> Iterator[str]:
    yield json.dumps(table.to_pylist(), ensure_ascii=False, default=str)
    yield str(table.schema.metadata)


def leaked(name: str, data: bytes, folders: set[str]) -> list[str]:
    """Folders of which a file tells, however it writes them."""
    held = "\n".join(texts_in(name, data))
    return [one for one in sorted(folders) if any(way in held for way in _ways(one.removeprefix("file://")))]


def _ways(folder: str) -> set[str]:
    plain = {folder, folder.replace("\\", "/")}
    once = plain | {json.dumps(one)[1:-1] for one in plain}
    return once | {json.dumps(one)[1:-1] for one in once} | {html.escape(one) for one in plain}
