"""Real pictures, 5 % of labels flipped along real confusions, experts that did not see what they judge."""

from itertools import combinations

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB

from data_adapters.demo.digit_experts import folds, out_of_sample
from data_adapters.demo.digits import confusion_shares, flip_labels, read_digits


@pytest.fixture(scope="session")
def given(digits, digit_names) -> np.ndarray:
    return digits.samples["label"].map(digit_names.index).to_numpy()


@pytest.fixture(scope="session")
def original(digits, digit_names) -> np.ndarray:
    return digits.truth["original_label"].map(digit_names.index).to_numpy()


@pytest.fixture(scope="session")
def flipped(digits) -> np.ndarray:
    return digits.truth["flipped"].to_numpy() == 1


def test_original_labels_are_those_of_the_source(digits, original):
    assert np.array_equal(original, load_digits().target)
    assert digits.samples["sample_id"].is_unique
    assert digits.samples["sample_id"].tolist() == digits.truth["sample_id"].tolist()
    assert digits.samples["batch"].value_counts().between(179, 180).all()


def test_one_label_in_twenty_is_flipped(given, original, flipped):
    assert np.array_equal(given != original, flipped)
    assert flipped.sum() == round(0.05 * 1797) == 90


def test_pictures_are_the_source_enlarged(digits):
    source = load_digits().images
    files = {path.name for path in (digits.folder / "images").iterdir()}
    assert files == set(digits.samples["image"])
    for row in (0, 7, 901, 1796):
        with Image.open(digits.folder / "images" / digits.samples["image"][row]) as picture:
            assert (picture.mode, picture.size) == ("L", (64, 64))
            small = np.asarray(picture)[4::8, 4::8]
        assert np.array_equal(small, np.rint(255 - source[row] * 255 / 16))


def test_shares_of_confusion_are_those_of_scikit_learn(original):
    pixels, _ = read_digits()
    splitter = StratifiedKFold(5, shuffle=True, random_state=0)
    reference = cross_val_predict(LinearDiscriminantAnalysis(), pixels, original, cv=splitter, method="predict_proba")
    shares = confusion_shares(pixels, original, seed=0)
    for true, taken_for in ((8, 1), (3, 9), (7, 9)):
        class_rows = reference[original == true]
        expected = class_rows[:, taken_for].sum() / (class_rows.sum() - class_rows[:, true].sum())
        assert shares[true, taken_for] == pytest.approx(expected, rel=1e-6)
    assert np.allclose(shares.sum(axis=1), 1.0) and (np.diag(shares) == 0).all()


def test_flips_follow_the_confusions_and_not_chance(given, original, flipped):
    shares = confusion_shares(read_digits()[0], original, seed=0)
    chosen = shares[original[flipped], given[flipped]]
    # Drawn uniformly the mean share would be 1/9; drawn by the shares it is their weighted sum of squares.
    assert chosen.mean() > 2 / 9
    assert (chosen > 0).all()


def test_another_seed_flips_other_labels(original, given):
    other = flip_labels(read_digits()[0], original, seed=1)
    assert (other != original).sum() == 90
    assert (other != given).sum() > 100


def test_scores_have_the_declared_kind(digits):
    kinds = [entry.get("score_kind", "top1") for entry in digits.description["experts"].values()]
    assert min(kinds.count("logits"), kinds.count("probabilities")) >= 2 and "top1" in kinds
    for name, entry in digits.description["experts"].items():
        if "score_kind" not in entry:
            assert digits.table(name)["predicted_probability"].between(0.1, 1.0).all()
            continue
        scores = np.load(digits.folder / f"experts/{name}.npy", allow_pickle=False)
        assert scores.shape == (1797, 10) and scores.dtype == np.float32 and np.isfinite(scores).all()
        sums_to_one = np.allclose(scores.sum(axis=1), 1.0, atol=1e-4)
        assert sums_to_one == (entry["score_kind"] == "probabilities")


def test_at_least_five_experts_are_good_and_genuinely_different(digit_predictions, original):
    assert len(digit_predictions) >= 5
    for name, predicted in digit_predictions.items():
        assert 0.88 < (predicted == original).mean() < 0.995, name
    for (one, a), (two, b) in combinations(digit_predictions.items(), 2):
        assert (a != b).mean() > 0.01, (one, two)


def test_experts_did_not_learn_the_flips_they_judge(digit_predictions, given, original, flipped):
    for name, predicted in digit_predictions.items():
        assert (predicted == given)[flipped].mean() < 0.15, name
        assert (predicted == original)[flipped].mean() > 0.75, name


def test_experts_learnt_from_the_given_labels(digits, given):
    pixels, _ = read_digits()
    splitter = StratifiedKFold(5, shuffle=True, random_state=0)
    model = GaussianNB(var_smoothing=1e-2)
    reference = cross_val_predict(model, pixels, given, cv=splitter, method="predict_proba")
    written = np.load(digits.folder / "experts/naive_bayes.npy", allow_pickle=False)
    assert np.allclose(written, reference, atol=1e-5)


class RemembersLabels:
    """Answers 1 on rows it was trained on and 0 on all others, so that a leak shows."""

    def fit(self, pixels, labels):
        self.seen = {row.tobytes() for row in pixels}
        return self

    def decision_function(self, pixels):
        return np.array([[float(row.tobytes() in self.seen)] * 2 for row in pixels])


def test_no_score_comes_from_a_model_trained_on_that_row():
    rows = np.arange(40.0).reshape(20, 2)
    labels = np.arange(20) % 2
    parts = folds(labels, seed=0)
    scores = out_of_sample(RemembersLabels, "decision_function", rows, labels, parts)
    assert scores.shape == (20, 2) and (scores == 0).all()
    assert sorted(np.concatenate([held_out for _, held_out in parts])) == list(range(20))
