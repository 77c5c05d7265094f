"""Writes the demo once for all tests of it."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_adapters.demo import write_demo
from data_adapters.demo.questions import make_questions

LETTERS = "ABCDE"
SEEDS = (0, 1, 2)  # 0 is what the demo shows; the others guard the generator


@dataclass(frozen=True)
class DemoSet:
    """One demo folder as plain tables, read without the product's readers."""

    folder: Path

    @property
    def samples(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "samples.csv")

    @property
    def truth(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "planted_truth.csv", keep_default_na=False)

    @property
    def description(self) -> dict:
        return json.loads((self.folder / "dataset.json").read_text(encoding="utf-8"))

    def table(self, expert: str) -> pd.DataFrame:
        """An expert's CSV by sample id, in the order of samples (NaN where it has no row)."""
        read = pd.read_csv(self.folder / "experts" / f"{expert}.csv", keep_default_na=False)
        return read.set_index("sample_id").reindex(self.samples["sample_id"])


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder)
    return folder


@pytest.fixture(scope="session")
def digits(demo_folder) -> DemoSet:
    return DemoSet(demo_folder / "digits")


@pytest.fixture(scope="session")
def questions(demo_folder) -> DemoSet:
    return DemoSet(demo_folder / "questions")


@pytest.fixture(scope="session")
def digit_names(digits) -> list[str]:
    return (digits.folder / "class_names.txt").read_text().split()


@pytest.fixture(scope="session")
def digit_predictions(digits, digit_names) -> dict[str, np.ndarray]:
    """Expert -> (N,) predicted class."""
    predictions = {}
    for name, entry in digits.description["experts"].items():
        if "score_kind" in entry:
            predictions[name] = np.load(digits.folder / f"experts/{name}.npy").argmax(axis=1)
        else:
            predictions[name] = digits.table(name)["predicted_class"].map(digit_names.index).to_numpy()
    return predictions


@pytest.fixture(scope="session")
def question_scores(questions) -> dict[str, np.ndarray]:
    """Full expert -> (N, 5) scores in the order of samples."""
    scores = {}
    for name, entry in questions.description["experts"].items():
        if "score_kind" in entry:
            read = np.load(questions.folder / f"experts/{name}.npz", allow_pickle=False)
            rows = pd.Index(read["sample_ids"]).get_indexer(questions.samples["sample_id"])
            assert (rows >= 0).all(), f"{name} lacks questions"
            scores[name] = read["scores"][rows]
    return scores


@pytest.fixture(scope="session")
def question_answers(questions, question_scores) -> dict[str, np.ndarray]:
    """Expert -> (N,) option number, -1 where it gave no readable answer."""
    answers = {name: scores.argmax(axis=1) for name, scores in question_scores.items()}
    for name in questions.description["experts"].keys() - answers.keys():
        said = questions.table(name).iloc[:, 0]
        answers[name] = said.map(lambda word: LETTERS.index(word) if word in set(LETTERS) else -1).to_numpy()
    return answers


@pytest.fixture(scope="session", params=SEEDS)
def generated(request):
    """The 360 questions of one seed."""
    return make_questions(request.param)
