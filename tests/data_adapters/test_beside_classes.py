"""Numbers beside the classes of a table of scores are no classes; a class that no label bears stays one."""

import numpy as np
import pandas as pd
import pytest

from data_adapters import read_loose
from data_adapters.files.tables import read_table
from data_adapters.joining.expert_columns import class_columns
from data_adapters.joining.table_shapes.beside_classes import beside_the_classes

NAMES = ["cat", "dog", "fox"]


def table(tmp_path, scores: np.ndarray, names: list[str], **more) -> tuple:
    frame = pd.DataFrame(scores, columns=names).assign(**more)
    frame.to_csv(tmp_path / "scores.csv", index=False)
    return read_table(tmp_path / "scores.csv"), list(frame)


@pytest.fixture
def logits() -> np.ndarray:
    return np.random.default_rng(0).normal(0, 2, (200, 4))


def softmax(logits: np.ndarray) -> np.ndarray:
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


@pytest.mark.parametrize("digits", [2, 6])
@pytest.mark.parametrize("beside", [{"loss": 0.7}, {"epoch_count": 3, "width": 28.0}, {"energy": -4.2}])
def test_what_does_not_add_up_with_the_classes_is_none(tmp_path, logits, beside, digits):
    read, columns = table(tmp_path, softmax(logits[:, :3]).round(digits), NAMES, **beside)
    assert beside_the_classes(read, columns, NAMES) == set(beside)


def test_beside_logits_it_is_what_it_is_called_after(tmp_path, logits):
    read, columns = table(tmp_path, logits, [*NAMES, "owl"], train_loss=0.3, margin=0.1)
    assert beside_the_classes(read, columns, NAMES) == {"train_loss", "margin"}
    assert beside_the_classes(read, columns, [*NAMES, "margin"]) == {"train_loss"}, "a label says that it is a class"


@pytest.mark.parametrize("scale", [1, 40])
def test_a_class_that_no_label_bears_stays(tmp_path, logits, scale):
    read, columns = table(tmp_path, softmax(logits - [0, 0, 0, scale]), [*NAMES, "owl"])
    assert beside_the_classes(read, columns, NAMES) == set()
    assert beside_the_classes(read, columns, [*NAMES, "owl"]) == set()


def test_a_loss_beside_an_experts_classes_is_never_suggested(tmp_path, logits):
    labels = np.array(NAMES)[logits[:, :3].argmax(axis=1)]
    pd.DataFrame({"id": range(200), "label": labels}).to_csv(tmp_path / "labels.csv", index=False)
    frame = pd.DataFrame(softmax(logits[:, :3]), columns=NAMES)
    frame.assign(loss=9.0).rename_axis("id").reset_index().to_csv(tmp_path / "a.csv", index=False)
    read = read_loose(tmp_path / "labels.csv", {"a": tmp_path / "a.csv"})
    assert list(read.dataset.class_names) == NAMES


@pytest.mark.parametrize(
    "columns", [["p_false", "p_true"], ["P(false)", "P(true)"], ["prob_TRUE", "prob_FALSE"], ["true", "false"]]
)
def test_columns_are_called_as_the_classes_whatever_their_capitals(columns):
    found = class_columns(columns, ["False", "True"])
    assert found is not None and "false" in found[0].lower() and "true" in found[1].lower()


def test_capitals_that_alone_tell_two_classes_apart_are_no_guess():
    assert class_columns(["p_dog", "p_DOG"], ["Dog", "dog"]) is None
    assert class_columns(["p_dog", "p_cat"], ["Dog", "dog"]) is None
