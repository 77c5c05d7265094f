"""One-hot labels, long tables and several rows a sample."""

import numpy as np
import pandas as pd
import pytest

from cleaning.errors import InputError
from tests.data_adapters.joining.kinds import Made, read_both, written

BIRDS = Made(("heron", "jay", "kite", "owl"))


def labels(folder):
    return written(folder / "labels.csv", {"sample_id": BIRDS.ids, "label": BIRDS.labels})


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
@pytest.mark.parametrize("kind", [int, float])
def test_one_hot_labels_of_a_table(tmp_path, suffix, kind):
    ones = np.eye(4)[BIRDS.given].astype(kind)
    table = {"image": BIRDS.ids} | {name: ones[:, k] for k, name in enumerate(BIRDS.names)}
    np.save(tmp_path / "m.npy", BIRDS.probabilities)
    reading = read_both(written(tmp_path / f"l{suffix}", table), tmp_path / "m.npy")
    assert reading.dataset.class_names == BIRDS.names
    np.testing.assert_array_equal(reading.dataset.given_labels, BIRDS.given)
    table["jay"] = np.ones(BIRDS.n, kind)
    with pytest.raises(InputError, match="marks several classes in"):
        read_both(written(tmp_path / f"m{suffix}", table), tmp_path / "m.npy")


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
@pytest.mark.parametrize("classes", [4, 2])
def test_long_tables(tmp_path, suffix, classes):
    best = np.argsort(-BIRDS.probabilities, axis=1)[:, :classes]
    rows = [(i, k) for i in range(BIRDS.n) for k in best[i]]
    table = {
        "sample_id": [BIRDS.ids[i] for i, _ in rows],
        "class": [BIRDS.names[k] for _, k in rows],
        "probability": [BIRDS.probabilities[i, k] for i, k in rows],
    }
    shuffled = pd.DataFrame(table).sample(frac=1, random_state=0).to_dict("list")
    expert = read_both(labels(tmp_path), written(tmp_path / f"m{suffix}", shuffled)).experts[0]
    if classes == 4:
        np.testing.assert_allclose(np.exp(expert.logits(slice(None))), BIRDS.probabilities, atol=1e-6)
    else:
        np.testing.assert_array_equal(expert.predicted, BIRDS.answers)
        np.testing.assert_allclose(expert.confidence, BIRDS.sure, atol=1e-6)


def test_several_rows_a_sample_are_averaged(tmp_path):
    wide = pd.DataFrame(BIRDS.probabilities, columns=BIRDS.names)
    wide.insert(0, "sample_id", BIRDS.ids)
    pd.concat([wide, wide, wide]).sample(frac=1, random_state=1).to_csv(tmp_path / "m.csv", index=False)
    reading = read_both(labels(tmp_path), tmp_path / "m.csv")
    np.testing.assert_allclose(np.exp(reading.experts[0].logits(slice(None))), BIRDS.probabilities, atol=1e-5)
    assert any("mean probabilities of 3 rows a sample" in note for note in reading.notes)


def test_ids_that_repeat_in_part_are_refused(tmp_path):
    wide = pd.DataFrame(BIRDS.probabilities, columns=BIRDS.names)
    wide.insert(0, "sample_id", BIRDS.ids)
    pd.concat([wide, wide[:7]]).to_csv(tmp_path / "m.csv", index=False)
    with pytest.raises(InputError, match="7 sample ids more than once"):
        read_both(labels(tmp_path), tmp_path / "m.csv")
