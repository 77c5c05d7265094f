"""Which column or array plays which part, in tables and array files as people write them."""

import numpy as np
import pandas as pd
import pytest

from cleaning.errors import InputError
from tests.data_adapters.joining.kinds import Made, planned, read_both, written

BIRDS = Made(("heron", "jay", "kite", "owl"))
TABLES = (".csv", ".parquet", ".jsonl")


def labels_of(made: Made, folder, name="labels.csv"):
    return written(folder / name, {"sample_id": made.ids, "label": made.labels})


def answers_right(reading, made: Made):
    assert reading.dataset.class_names == made.names
    np.testing.assert_array_equal(reading.dataset.given_labels, made.given)
    np.testing.assert_array_equal(reading.experts[0].predicted, made.answers)


def scores_right(reading, made: Made, atol=1e-6):
    np.testing.assert_array_equal(reading.dataset.given_labels, made.given)
    expert = reading.experts[0]
    np.testing.assert_allclose(np.exp(expert.logits(slice(None))), made.probabilities, atol=atol)


@pytest.mark.parametrize("suffix", TABLES)
@pytest.mark.parametrize(
    ("repeated", "predicted"),
    [
        ("label", "pred_label"),
        ("class", "predicted_class"),
        ("target", "output"),
        ("gt", "pred"),
        ("answer", "model_answer"),
        ("y_true", "y_pred"),
        ("category", "modelPrediction"),
    ],
)
def test_given_labels_beside_predictions_have_no_vote(tmp_path, suffix, repeated, predicted):
    columns = {"sample_id": BIRDS.ids, repeated: BIRDS.labels, predicted: BIRDS.said, "pred_score": BIRDS.sure}
    reading = read_both(labels_of(BIRDS, tmp_path), written(tmp_path / f"m{suffix}", columns))
    answers_right(reading, BIRDS)
    np.testing.assert_allclose(reading.experts[0].confidence, BIRDS.sure, atol=1e-6)


@pytest.mark.parametrize("gold", ["labels", "targets", "y_true", "gt", "Labels"])
@pytest.mark.parametrize("scores", ["pred_probs", "probs", "net_outputs", "softmax"])
def test_given_labels_in_an_array_file_have_no_vote(tmp_path, gold, scores):
    np.savez(tmp_path / "m.npz", **{gold: BIRDS.given, scores: BIRDS.probabilities})
    reading = read_both(labels_of(BIRDS, tmp_path), tmp_path / "m.npz")
    scores_right(reading, BIRDS)
    assert any(f"'{gold}': given labels, which have no vote" in note for note in reading.notes)


def test_best_classes_beside_their_scores_are_one_expert(tmp_path):
    np.savez(tmp_path / "m.npz", preds=BIRDS.answers, probs=BIRDS.probabilities)
    scores_right(read_both(labels_of(BIRDS, tmp_path), tmp_path / "m.npz"), BIRDS)


@pytest.mark.parametrize("suffix", TABLES)
@pytest.mark.parametrize("id_name", ["photo_id", "frame", "image_id"])
def test_a_number_column_of_ids_is_no_class(tmp_path, suffix, id_name):
    ids = list(range(5, 5 + BIRDS.n))
    labels = written(tmp_path / "labels.csv", {id_name: ids, "label": BIRDS.labels})
    table = {id_name: ids} | {name: BIRDS.probabilities[:, k] for k, name in enumerate(BIRDS.names)}
    how = {} if id_name == "image_id" else {"id_column": id_name}
    scores_right(read_both(labels, written(tmp_path / f"m{suffix}", table), **how), BIRDS)


@pytest.mark.parametrize("aside", ["fold", "rank", "split_seed", "epoch", "cv_fold"])
def test_folds_and_ranks_are_no_ids(tmp_path, aside):
    numbers = Made(tuple(map(str, range(6))))
    np.save(tmp_path / "labels.npy", numbers.given)
    aside_values = np.arange(numbers.n) % 6 if aside != "rank" else np.arange(numbers.n)
    table = written(tmp_path / "m.csv", {aside: aside_values, "pred": numbers.answers, "conf": numbers.sure})
    reading = read_both(tmp_path / "labels.npy", table)
    answers_right(reading, numbers)
    assert reading.joined_by_position == ("net",)


def test_an_index_column_of_pandas_is_neither_id_nor_class(tmp_path):
    ids = [str(i) for i in range(1, BIRDS.n + 1)]  # which the index, from 0, meets all but one
    labels = written(tmp_path / "labels.csv", {"sample_id": ids, "label": BIRDS.labels})
    frame = pd.DataFrame({"prediction": BIRDS.said, "confidence": BIRDS.sure})
    frame.to_csv(tmp_path / "m.csv")
    answers_right(read_both(labels, tmp_path / "m.csv"), BIRDS)
    wide = pd.DataFrame(BIRDS.probabilities, columns=BIRDS.names)
    wide.to_csv(tmp_path / "w.csv")
    scores_right(read_both(labels, tmp_path / "w.csv"), BIRDS)


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize(("best", "score"), [("index_", "prob_"), ("top", "score"), ("cls", "p")])
def test_ranked_columns_are_put_into_class_order(tmp_path, start, best, score):
    order = np.argsort(-BIRDS.probabilities, axis=1)
    ranked = np.take_along_axis(BIRDS.probabilities, order, axis=1)
    table = {"sample_id": BIRDS.ids} | {f"{best}{k + start}": order[:, k] for k in range(4)}
    table |= {f"{score}{k + start}": ranked[:, k] for k in range(4)}
    labels = written(tmp_path / "labels.csv", {"sample_id": BIRDS.ids, "label": BIRDS.given})
    scores_right(read_both(labels, written(tmp_path / "m.csv", table)), BIRDS)


def test_the_best_three_of_many_classes_give_the_answer(tmp_path):
    order = np.argsort(-BIRDS.probabilities, axis=1)[:, :2]
    ranked = np.take_along_axis(BIRDS.probabilities, order, axis=1)
    table = {"sample_id": BIRDS.ids}
    table |= {f"top_{k}": [BIRDS.names[c] for c in order[:, k]] for k in range(2)}
    table |= {f"prob_{k}": ranked[:, k] for k in range(2)}
    answers_right(read_both(labels_of(BIRDS, tmp_path), written(tmp_path / "m.csv", table)), BIRDS)


def test_ranked_scores_without_their_classes_are_refused(tmp_path):
    ranked = -np.sort(-BIRDS.probabilities, axis=1)
    table = {"sample_id": BIRDS.ids} | {f"prob_{k}": ranked[:, k] for k in range(4)}
    labels = written(tmp_path / "labels.csv", {"sample_id": BIRDS.ids, "label": BIRDS.given})
    with pytest.raises(InputError, match=r"They are ranked \(top-k\)"):
        read_both(labels, written(tmp_path / "m.csv", table))


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl"])
def test_a_list_of_scores_in_each_row(tmp_path, suffix):
    table = {"sample_id": BIRDS.ids, "probs": BIRDS.probabilities.tolist()}
    scores_right(read_both(labels_of(BIRDS, tmp_path), written(tmp_path / f"m{suffix}", table)), BIRDS)


def test_right_or_wrong_is_no_answer(tmp_path):
    table = {"sample_id": BIRDS.ids, "correct": BIRDS.answers == BIRDS.given, "seconds": BIRDS.sure}
    with pytest.raises(InputError, match="says whether an answer is right, not which class"):
        read_both(labels_of(BIRDS, tmp_path), written(tmp_path / "m.csv", table))


def test_what_was_not_used_is_said_and_every_step_is_written_down(tmp_path):
    table = {"sample_id": BIRDS.ids, "pred": BIRDS.said, "latency_ms": BIRDS.sure, "confidence": BIRDS.sure}
    reading, plan = planned(labels_of(BIRDS, tmp_path), written(tmp_path / "m.csv", table))
    assert "Expert 'net': not used: latency_ms." in reading.notes
    told = {(one["about"], one["part"]): one["meaning"] for one in plan.as_data()}
    assert told["m.csv", "column 'pred'"] == "prediction"
    assert told["m.csv", "column 'confidence'"] == "confidence"
    assert told["labels.csv", "column 'label'"] == "classes written as names"
    assert told["m.csv", "join of 'net'"] == "by sample id"


def test_scores_of_some_samples_abstain_on_the_others(tmp_path):
    kept = np.flatnonzero(np.arange(BIRDS.n) % 10 != 3)
    np.savez(tmp_path / "m.npz", sample_ids=np.array(BIRDS.ids)[kept], scores=BIRDS.probabilities[kept])
    reading = read_both(labels_of(BIRDS, tmp_path), tmp_path / "m.npz")
    silent = np.isnan(reading.experts[0].logits(slice(None))).all(axis=1)
    np.testing.assert_array_equal(np.flatnonzero(silent), np.setdiff1d(np.arange(BIRDS.n), kept))
    assert any("no row for 30 of 300 samples; there it abstains" in note for note in reading.notes)


@pytest.mark.parametrize("layout", ["first", "middle"])
def test_several_runs_in_one_array_are_averaged(tmp_path, layout):
    runs = np.stack([BIRDS.probabilities] * 3)
    np.save(tmp_path / "m.npy", runs if layout == "first" else runs.swapaxes(0, 1))
    reading = read_both(labels_of(BIRDS, tmp_path), tmp_path / "m.npy")
    scores_right(reading, BIRDS)
    assert any("mean probabilities of 3 runs" in note for note in reading.notes)
