"""Files for the Load page, and what a person does there."""

import io
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

COUNT = 90
LABELS = np.arange(COUNT) % 3
IDS = [f"s{i}" for i in range(COUNT)]
NAMES = np.array(["cat", "dog", "owl"])


def answers(seed: int = 0, wrong: float = 0.2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.where(rng.random(COUNT) < wrong, rng.integers(0, 3, COUNT), LABELS)


def scores(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(COUNT, 3)) + 4 * np.eye(3)[answers(seed)]


def csv(header: str, *columns) -> bytes:
    return "\n".join([header, *(",".join(map(str, row)) for row in zip(*columns))]).encode()


def labels_csv(shift: int = 0) -> bytes:
    return csv("sample_id,label", IDS, LABELS + shift)


def npz(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, sample_ids=IDS, scores=array)
    return file.getvalue()


def folder(root: Path, files: dict[str, bytes], name: str = "mine") -> str:
    for file, content in files.items():
        (root / name / file).parent.mkdir(parents=True, exist_ok=True)
        (root / name / file).write_bytes(content)
    return name


def from_server(test: AppTest, name: str) -> AppTest:
    """Chooses a folder on the server, which reads it."""
    test.segmented_control(key="load_way").set_value("On the server").run()
    test.selectbox(key="server_folder").set_value(name).run()
    assert not test.exception, test.exception
    return test


def dropped(test: AppTest, files: dict[str, bytes]) -> AppTest:
    """Drops files onto the page."""
    test.file_uploader[0].set_value([(name, content, "") for name, content in files.items()]).run()
    assert not test.exception, test.exception
    return test


def view(test: AppTest, name: str) -> AppTest:
    """Shows another of the views on what was read."""
    return test.segmented_control(key="view").set_value(name).run()


def score(test: AppTest) -> AppTest:
    test.button(key="score_it").click().run()
    assert not test.exception, test.exception
    return test
