"""Several rows a sample, and given labels in several columns: what was written is what is read."""

import numpy as np
import pandas as pd
import pytest

from cleaning.errors import InputError
from data_adapters import read_folder
from tests.data_adapters.joining.kinds import Made, read_both, written

NAMES = (("heron", "jay", "kite", "owl"), ("7", "12", "0", "ß x"), ("0", "1", "2"), ("LABEL_0", "LABEL_1", "LABEL_2"))


def labels(made, folder):
    return written(folder / "labels.csv", {"sample_id": made.ids, "label": made.labels})


def given(made, reading):
    return [made.names.index(reading.dataset.class_names[k]) for k in reading.dataset.given_labels]


def scores(made, reading):
    """(N, K) in the order of ``made``'s classes."""
    probabilities = np.exp(reading.experts[0].logits(slice(0, made.n)))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return probabilities[:, [reading.dataset.class_names.index(name) for name in made.names]]


def long_rows(made, order):
    frame = pd.DataFrame(
        {
            "sample_id": np.repeat(made.ids, len(made.names)),
            "class": np.tile(made.names, made.n),
            "probability": made.probabilities.ravel(),
        }
    )
    if order == "by class":
        return frame.sort_values("class", kind="stable")
    return frame.sample(frac=1, random_state=3) if order == "shuffled" else frame


@pytest.mark.parametrize("order", ["by sample", "by class", "shuffled"])
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("names", NAMES)
def test_one_row_a_class_is_full_scores(tmp_path, names, suffix, order):
    made = Made(names)
    reading = read_both(labels(made, tmp_path), written(tmp_path / f"m{suffix}", long_rows(made, order)))
    assert given(made, reading) == made.given.tolist()
    np.testing.assert_allclose(scores(made, reading), made.probabilities, atol=1e-5)
    assert any("one row a class" in note for note in reading.notes)


@pytest.mark.parametrize("names", [NAMES[0], NAMES[1]])
def test_the_best_of_a_list_of_top_classes_is_the_answer(tmp_path, names):
    made = Made(names)
    rows = long_rows(made, "by sample")
    rank = rows.groupby("sample_id")["probability"].rank(ascending=False)
    expert = written(tmp_path / "m.csv", rows.assign(rank=rank.astype(int))[rank <= 2].sample(frac=1, random_state=1))
    reading = read_both(labels(made, tmp_path), expert)
    said = [reading.dataset.class_names[k] for k in reading.experts[0].predicted]
    assert said == made.said
    np.testing.assert_allclose(reading.experts[0].confidence, made.sure, atol=1e-5)
    assert any("one row a class" in note for note in reading.notes)


@pytest.mark.parametrize("as_logits", [False, True])
def test_rows_of_several_runs_are_averaged_after_softmax(tmp_path, as_logits):
    made, rng = Made(NAMES[0]), np.random.default_rng(5)
    runs = np.log(made.probabilities)[None] + rng.normal(0, 0.5, (3, made.n, 4))
    probabilities = np.exp(runs) / np.exp(runs).sum(axis=2, keepdims=True)
    told = runs if as_logits else probabilities
    frames = [
        pd.DataFrame(
            {"sample_id": made.ids, "seed": seed, **{name: told[seed][:, k] for k, name in enumerate(made.names)}}
        )
        for seed in range(3)
    ]
    expert = written(tmp_path / "m.csv", pd.concat(frames).sample(frac=1, random_state=2))
    reading = read_both(labels(made, tmp_path), expert)
    np.testing.assert_allclose(scores(made, reading), probabilities.mean(axis=0), atol=1e-4)
    assert any("mean probabilities of 3 rows a sample" in note for note in reading.notes)


def test_rows_repeated_for_some_samples_only_stay_an_error(tmp_path):
    made = Made(NAMES[0])
    frame = pd.DataFrame(
        {"sample_id": made.ids, **{name: made.probabilities[:, k] for k, name in enumerate(made.names)}}
    )
    with pytest.raises(InputError, match=r"more than once|twice"):
        read_both(labels(made, tmp_path), written(tmp_path / "m.csv", pd.concat([frame, frame[:3]])))


def one_hot(made, prefix=""):
    ones = np.eye(len(made.names), dtype=int)[made.given]
    return pd.DataFrame({"sample_id": made.ids, **{prefix + name: ones[:, k] for k, name in enumerate(made.names)}})


@pytest.mark.parametrize("prefix", ["", "label_"])
@pytest.mark.parametrize("names", [NAMES[0], NAMES[1]])
def test_one_column_a_class_gives_the_labels(tmp_path, names, prefix):
    made = Made(names)
    expert = pd.DataFrame({"sample_id": made.ids, **{name: made.probabilities[:, k] for k, name in enumerate(names)}})
    file = written(tmp_path / "m.csv", expert)
    reading = read_both(written(tmp_path / "l.csv", one_hot(made, prefix)), file)
    assert reading.dataset.class_names == names and reading.dataset.given_labels.tolist() == made.given.tolist()
    np.testing.assert_allclose(scores(made, reading), made.probabilities, atol=1e-5)


def test_in_a_dataset_folder_and_with_none_or_several(tmp_path):
    made = Made(NAMES[0])
    (tmp_path / "experts").mkdir()
    np.save(tmp_path / "experts" / "m.npy", made.probabilities.astype(np.float32))
    frame = one_hot(made)
    written(tmp_path / "samples.csv", frame)
    assert read_folder(tmp_path).dataset.given_labels.tolist() == made.given.tolist()
    frame.loc[:4, list(made.names)] = 0
    written(tmp_path / "samples.csv", frame)
    assert len(read_folder(tmp_path).dataset) == made.n - 5
    frame.loc[:4, ["heron", "owl"]] = 1
    written(tmp_path / "samples.csv", frame)
    with pytest.raises(InputError, match="marks several classes in 5 rows"):
        read_folder(tmp_path)
