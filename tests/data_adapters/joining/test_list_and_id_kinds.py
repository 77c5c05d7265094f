"""Class lists, ids and text files as people write them: each is read as it was meant, or refused by a true sentence."""

import json

import numpy as np
import pandas as pd
import pytest

from cleaning.errors import InputError
from tests.data_adapters.joining.kinds import Made, given_right, read_both, scores_of, written

DIGITS = Made(tuple(sorted(map(str, range(12)))))  # as text: 0, 1, 10, 11, 2 ...
BIRDS = Made(("heron", "jay", "kite", "owl"))
TABLES = (".csv", ".parquet", ".jsonl")


# ---- lists of classes


@pytest.mark.parametrize(
    "content",
    [
        {"0": ["n01", "heron"], "1": ["n02", "jay"], "2": ["n03", "kite"], "3": ["n04", "owl"]},
        {"heron": 0, "jay": 1, "kite": 2, "owl": 3},
        {"id2label": {"0": "heron", "1": "jay", "2": "kite", "3": "owl"}, "model_type": "vit"},
        {"owl": 3, "kite": 2, "jay": 1, "heron": 0},
        [["n01", "heron"], ["n02", "jay"], ["n03", "kite"], ["n04", "owl"]],
        [{"id": 0, "name": "heron"}, {"id": 1, "name": "jay"}, {"id": 2, "name": "kite"}, {"id": 3, "name": "owl"}],
        ["heron", "jay", "kite", "owl"],
    ],
)
def test_lists_of_classes_as_json(tmp_path, content):
    (tmp_path / "names.json").write_text(json.dumps(content))
    labels = written(tmp_path / "l.csv", {"sample_id": BIRDS.ids, "label": BIRDS.given})
    given_right(read_both(labels, scores_of(BIRDS, tmp_path), class_names=tmp_path / "names.json"), BIRDS)


def test_a_list_that_nests_deeper_is_refused(tmp_path):
    (tmp_path / "names.json").write_text(json.dumps({"0": [["heron"]], "1": [["jay"]]}))
    labels = written(tmp_path / "l.csv", {"sample_id": BIRDS.ids, "label": BIRDS.given})
    with pytest.raises(InputError, match="where a class name was expected"):
        read_both(labels, scores_of(BIRDS, tmp_path), class_names=tmp_path / "names.json")


# ---- ids


def wide(made: Made, ids) -> dict:
    return {"site": ["north"] * made.n, "id": ids, "label": made.labels} | {
        f"pixel_{k}": made.rng.normal(size=made.n) for k in range(30)
    }


@pytest.mark.parametrize(
    "ids",
    [
        [f"{i:06d}" for i in range(300)],
        [str(2**53 + 2 * i + 1) for i in range(300)],
        [f"{i}.0" for i in range(300)],
        [f"1e{i}" for i in range(300)],
    ],
    ids=["zeros", "large", "floats", "exponents"],
)
def test_ids_of_wide_tables_stay_as_they_are_written(tmp_path, ids):
    labels = written(tmp_path / "l.csv", wide(BIRDS, ids))
    table = written(tmp_path / "m.csv", {"id": ids, "pred": BIRDS.said, "conf": BIRDS.sure})
    for expert in (table, scores_of(BIRDS, tmp_path)):
        assert read_both(labels, expert).dataset.sample_ids.tolist() == ids


@pytest.mark.parametrize("floats_in", ["labels", "expert"])
def test_ids_written_as_floats_on_one_side_join(tmp_path, floats_in):
    whole, floats = [str(i) for i in range(BIRDS.n)], [f"{i}.0" for i in range(BIRDS.n)]
    ours, theirs = (floats, whole) if floats_in == "labels" else (whole, floats)
    labels = written(tmp_path / "l.csv", {"id": ours, "label": BIRDS.labels})
    shuffled = np.random.default_rng(0).permutation(BIRDS.n)
    columns = {"id": np.array(theirs)[shuffled], "pred": np.array(BIRDS.said)[shuffled], "conf": BIRDS.sure[shuffled]}
    reading = read_both(labels, written(tmp_path / "m.csv", columns))
    np.testing.assert_array_equal(reading.experts[0].predicted, BIRDS.answers)
    assert reading.dataset.sample_ids.tolist() == ours


def test_labels_without_a_column_of_ids_are_called_by_their_row(tmp_path):
    labels = written(tmp_path / "l.csv", {"label": BIRDS.labels})
    reading = read_both(labels, scores_of(BIRDS, tmp_path))
    assert reading.dataset.sample_ids.tolist() == [str(i) for i in range(BIRDS.n)]


def test_a_folder_of_one_hot_labels_is_read(tmp_path):
    np.save(tmp_path / "labels.npy", np.eye(4)[BIRDS.given])
    np.testing.assert_array_equal(
        read_both(tmp_path / "labels.npy", scores_of(BIRDS, tmp_path)).dataset.given_labels, BIRDS.given
    )
    several = np.eye(4)[BIRDS.given]
    several[:9, :2] = 1
    np.save(tmp_path / "many.npy", several)
    with pytest.raises(InputError, match="gives several labels to 9 samples"):
        read_both(tmp_path / "many.npy", scores_of(BIRDS, tmp_path))


# ---- text files


def test_files_without_a_header_are_read_by_place(tmp_path):
    np.savetxt(tmp_path / "m.csv", BIRDS.probabilities, delimiter=",")
    labels = written(tmp_path / "l.csv", {"sample_id": BIRDS.ids, "label": BIRDS.given})
    reading = read_both(labels, tmp_path / "m.csv")
    np.testing.assert_array_equal(reading.experts[0].logits(slice(None)).argmax(axis=1), BIRDS.answers)
    assert any("has no header line" in note for note in reading.notes)


def test_ids_beside_probabilities_without_a_header(tmp_path):
    frame = pd.DataFrame(BIRDS.probabilities)
    frame.insert(0, "id", BIRDS.ids)
    frame.sample(frac=1, random_state=0).to_csv(tmp_path / "m.csv", index=False, header=False)
    labels = written(tmp_path / "l.csv", {"sample_id": BIRDS.ids, "label": BIRDS.given})
    reading = read_both(labels, tmp_path / "m.csv")
    np.testing.assert_array_equal(reading.experts[0].logits(slice(None)).argmax(axis=1), BIRDS.answers)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas(tmp_path, separator):
    frame = pd.DataFrame(BIRDS.probabilities, columns=BIRDS.names)
    frame.insert(0, "sample_id", BIRDS.ids)
    frame.to_csv(tmp_path / "m.csv", index=False, sep=separator, decimal=",")
    labels = written(tmp_path / "l.csv", {"sample_id": BIRDS.ids, "label": BIRDS.labels})
    reading = read_both(labels, tmp_path / "m.csv")
    np.testing.assert_allclose(np.exp(reading.experts[0].logits(slice(None))), BIRDS.probabilities, atol=1e-6)


@pytest.mark.parametrize("where", ["header", "body", "keys"])
def test_latin_1_is_read_and_said(tmp_path, where):
    header, cell = ("sample_id,prédiction", "heron") if where == "header" else ("sample_id,pred", "moineau é")
    lines = [header, *(f"{i},{cell if n == 5 else a}" for n, (i, a) in enumerate(zip(BIRDS.ids, BIRDS.said)))]
    if where == "keys":
        lines = [
            json.dumps({"sample_id": i, "prédiction": a}, ensure_ascii=False) for i, a in zip(BIRDS.ids, BIRDS.said)
        ]
    path = tmp_path / ("m.jsonl" if where == "keys" else "m.csv")
    path.write_bytes("\n".join(lines).encode("latin-1"))
    labels = written(tmp_path / "l.csv", {"sample_id": BIRDS.ids, "label": BIRDS.labels})
    reading = read_both(labels, path)
    said = np.array(reading.dataset.class_names, object)[reading.experts[0].predicted]
    assert (said == np.array(BIRDS.said, object)).mean() >= 1 - 1 / BIRDS.n
    assert any("it is read as Windows-1252" in note for note in reading.notes)
