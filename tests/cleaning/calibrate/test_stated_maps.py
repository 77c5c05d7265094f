"""A run may calibrate an expert in another way than its kind of score is: by a map of what it states."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from cleaning.calibrate.calibration import Calibration, calibrate, calibrated_confidence
from cleaning.calibrate.calibrators import METHODS, fit_calibrator
from cleaning.calibrate.chosen_way import calibrate_as
from cleaning.calibrate.report import report_expert
from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import FullExpert, Top1Expert, VotesExpert
from cleaning.domain.folds import FOLD_COUNT, draw_folds
from cleaning.domain.settings import EVERY_EXPERT, RECOMMENDED, Settings
from cleaning.errors import InputError
from cleaning.suspect import pipeline
from cleaning.suspect.opinion_store import OpinionStore

N, K = 1_500, 4
RNG = np.random.default_rng(8)
TRUTH = RNG.integers(0, K, N).astype(np.int32)
LOGITS = (RNG.normal(0, 1, (N, K)) + 2.0 * np.eye(K)[TRUTH]).astype(np.float32)
FULL = FullExpert("net", scores=LOGITS * 3, score_kind="logits")
STATED = softmax(LOGITS * 3, axis=1)
TOP1 = Top1Expert("top", predicted=STATED.argmax(1).astype(np.int32), confidence=STATED.max(1))
VOTES = VotesExpert("vote", predicted=STATED.argmax(1).astype(np.int32))


def a_small_dataset(given: np.ndarray, classes: int, **columns) -> Dataset:
    ids = np.array([f"s{i:04d}" for i in range(len(given))], object)
    frame = pd.DataFrame({"sample_id": ids} | columns)
    return Dataset("small", "image", ids, given, tuple(f"class {k}" for k in range(classes)), frame)


DATASET = a_small_dataset(TRUTH, K)
FOLDS = draw_folds(DATASET.sample_ids)
RIGHT = STATED.argmax(1) == TRUTH


@pytest.mark.parametrize("method", METHODS)
def test_a_chosen_map_says_of_each_fold_what_the_others_taught(method):
    expected = np.empty(N)
    for f in range(FOLD_COUNT):
        fitted = fit_calibrator(method, STATED.max(1)[FOLDS.fold != f], RIGHT[FOLDS.fold != f])
        expected[FOLDS.fold == f] = fitted(STATED.max(1)[FOLDS.fold == f])
    for expert in (TOP1, FULL):
        said = pipeline.run(DATASET, [expert], Settings(calibrations=((expert.name, method),))).opinions
        assert said.calibrations[0].method == method
        assert said.confidence[:, 0] == pytest.approx(np.clip(expected, 1e-6, 1 - 1e-6), abs=1e-3)
        assert (said.predicted[:, 0] == STATED.argmax(1)).all()
    report = report_expert(DATASET, FULL, said.calibrations[0], FOLDS)
    assert report.after.confidence == pytest.approx(said.confidence[:, 0], abs=1e-3)
    assert report.after.label_probability == pytest.approx(said.label_probability, abs=1e-3)


def test_the_other_classes_share_the_rest_as_before():
    said = pipeline.run(DATASET, [FULL], Settings(calibrations=(("net", "platt"),))).opinions
    confidence, missed = said.confidence[:, 0].astype(float), ~RIGHT
    temperatures = calibrate(FULL, TRUTH, FOLDS).by_fold[FOLDS.fold]
    tempered = softmax(LOGITS * 3 / temperatures, axis=1)
    rest = (1 - confidence) / (1 - tempered.max(1))
    expected = np.where(RIGHT, confidence, tempered[np.arange(N), TRUTH] * rest)
    assert said.label_probability == pytest.approx(expected, rel=1e-3, abs=1e-6) and missed.any()
    report = report_expert(DATASET, FULL, said.calibrations[0], FOLDS)
    whole = tempered * rest[:, None]
    whole[np.arange(N), STATED.argmax(1)] = confidence
    assert report.after.squared_sum == pytest.approx((whole**2).sum(1), rel=1e-3)


def test_recommended_is_its_own_unless_another_is_better_beyond_noise():
    over_sure = calibrate_as(RECOMMENDED, FULL, TRUTH, FOLDS)
    assert over_sure.method == calibrate(FULL, TRUTH, FOLDS).method == "temperature", (
        "a temperature is what is wrong here"
    )
    odd = np.where(STATED.max(1) > 0.9, 0.3, 0.9) + RNG.uniform(-0.05, 0.05, N)
    strange = Top1Expert("odd", predicted=TOP1.predicted, confidence=odd)
    assert calibrate(strange, TRUTH, FOLDS).method == "platt"
    assert calibrate_as(RECOMMENDED, strange, TRUTH, FOLDS).method in ("beta", "histogram", "isotonic", "platt")
    jumps = np.where(np.abs(STATED.max(1) - 0.6) < 0.15, 0.95, 0.5 * STATED.max(1))
    folded = Top1Expert("folded", predicted=TOP1.predicted, confidence=jumps)
    assert calibrate_as(RECOMMENDED, folded, TRUTH, FOLDS).method in ("histogram", "isotonic")
    assert calibrate_as(RECOMMENDED, VOTES, TRUTH, FOLDS).method == "shrunk accuracy"


def test_what_cannot_be_is_said():
    with pytest.raises(InputError, match="'vote' cannot be calibrated by 'platt': choose shrunk accuracy"):
        calibrate_as("platt", VOTES, TRUTH, FOLDS)
    with pytest.raises(InputError, match="'top' cannot be calibrated by 'temperature'"):
        calibrate_as("temperature", TOP1, TRUTH, FOLDS)
    with pytest.raises(InputError, match="no expert 'gone' to calibrate: choose net"):
        pipeline.run(DATASET, [FULL], Settings(calibrations=(("gone", "platt"),)))
    every = pipeline.run(DATASET, [FULL, VOTES], Settings(calibrations=((EVERY_EXPERT, "beta"),)))
    assert [c.method for c in every.opinions.calibrations] == ["beta", "shrunk accuracy"]


@pytest.mark.parametrize("method", METHODS)
def test_a_map_is_kept_to_the_last_bit(method):
    fitted = calibrate_as(method, FULL, TRUTH, FOLDS)
    again = Calibration.from_dict(fitted.to_dict())
    assert again.maps == fitted.maps and again.method == method and again.described() == fitted.described()
    top1 = calibrate_as("isotonic", TOP1, TRUTH, FOLDS)
    kept = calibrated_confidence(TOP1, Calibration.from_dict(top1.to_dict()), FOLDS)
    assert (kept == calibrated_confidence(TOP1, top1, FOLDS)).all()
    assert "maps" not in calibrate(FULL, TRUTH, FOLDS).to_dict(), "as earlier versions wrote it"


def test_what_is_kept_of_one_calibration_is_not_taken_for_another(tmp_path):
    store = OpinionStore(tmp_path)
    own, beta = (
        pipeline.run(DATASET, [FULL, TOP1], Settings(calibrations=chosen), store=store).opinions
        for chosen in ((), (("net", "beta"),))
    )
    fresh = pipeline.run(DATASET, [FULL, TOP1], Settings(calibrations=(("net", "beta"),))).opinions
    assert beta.label_probability == pytest.approx(fresh.label_probability, abs=1e-6)
    assert np.abs(own.label_probability - beta.label_probability).max() > 0.01


def test_settings_without_what_is_new_are_as_they_were():
    assert set(Settings().to_dict()) == set("rule threshold budget agree min_confidence seed use_group".split())
    chosen = Settings(calibrations=(("b", "platt"), ("a", "none"), ("c", "")), group_column="source")
    assert Settings(**chosen.to_dict()) == chosen and chosen.calibrations == (("a", "none"), ("b", "platt"))


def test_groups_by_another_column():
    bad = np.arange(N) < 300
    given = np.where(bad & (RNG.random(N) < 0.5), (TRUTH + 1) % K, TRUTH).astype(np.int32)
    dataset = a_small_dataset(given, K, source=np.where(bad, "bad", "good"))
    assert pipeline.run(dataset, [TOP1, VOTES]).excess is None
    scored = pipeline.run(dataset, [TOP1, VOTES], Settings(group_column="source"))
    assert set(scored.excess.table["group"]) == {"bad", "good"} and scored.excess.sentences()
    with pytest.raises(InputError, match="no column 'nothing' to group by"):
        pipeline.run(dataset, [TOP1, VOTES], Settings(group_column="nothing"))


@pytest.mark.parametrize("method", ["histogram", "isotonic"])
def test_a_map_is_the_same_whatever_is_read_at_once(method, monkeypatch):
    silent = LOGITS.copy()
    silent[::7] = np.nan
    expert = FullExpert("net", scores=silent, score_kind="logits")
    whole = calibrate_as(method, expert, TRUTH, FOLDS)
    monkeypatch.setattr("cleaning.scores.rows.CHUNK_CELLS", 64 * K)
    assert calibrate_as(method, expert, TRUTH, FOLDS).to_dict() == whole.to_dict()
