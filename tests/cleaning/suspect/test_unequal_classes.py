"""Where one class rules, a label is judged against how doubted its whole class is."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from benchmarks.detection_sets import planted_set
from cleaning.suspect.pipeline import run
from cleaning.suspect.suspicion import log_ratio
from cleaning.suspect.unequal_classes import TOWARDS_ALL, class_log_factor, inequality


def test_equal_classes_change_nothing():
    labels = np.arange(500) % 10
    assert not class_log_factor(np.random.default_rng(0).random(500), labels, np.ones(500, bool)).any()
    assert inequality(np.bincount(labels)) == 0
    assert inequality(np.array([7])) == inequality(np.array([0, 7, 0])) == inequality(np.array([], int)) == 0


def test_classes_drawn_equal_count_as_equal_on_average():
    draws = [np.bincount(np.random.default_rng(seed).integers(0, 10, 300), minlength=10) for seed in range(200)]
    assert np.mean([inequality(counts) for counts in draws]) < 0.003
    assert inequality(np.array([800, 50, 50, 50, 50])) == pytest.approx(1 - (0.777661 + 4 / 2000) / np.log(5), abs=1e-5)


def test_by_hand():
    own, labels = np.array([0.9] * 8 + [0.2, 0.4]), np.array([0] * 8 + [1] * 2)
    everybody = np.ones(10, bool)
    factor = class_log_factor(own, labels, everybody)
    mean, a = own.mean(), TOWARDS_ALL
    logs = np.log([*[(7 * 0.9 + a * mean) / (7 + a)] * 8, (0.4 + a * mean) / (1 + a), (0.2 + a * mean) / (1 + a)])
    assert factor == pytest.approx(inequality(np.array([8, 2])) * (logs - logs.mean()))
    assert factor.mean() == pytest.approx(0) and factor[0] > 0 > factor[8] > factor[9]


def test_a_label_alone_in_its_class_does_not_vouch_for_itself():
    own, labels = np.array([0.9] * 50 + [0.001]), np.array([0] * 50 + [1])
    factor = class_log_factor(own, labels, np.ones(51, bool))
    assert abs(factor[50]) < 0.05


def test_samples_that_nobody_answers_count_for_nothing():
    own, labels = np.array([0.9] * 8 + [0.2, 0.4, 0.0]), np.array([0] * 8 + [1] * 3)
    answered = np.arange(11) < 10
    factor = class_log_factor(own, labels, answered)
    assert factor[10] == 0
    assert factor[:10] == pytest.approx(class_log_factor(own[:10], labels[:10], answered[:10]))


def test_what_is_missed_where_one_class_rules_is_found_earlier():
    planted = planted_set("one class rules", 9, (1.5,) * 4, "missed", ruling=0.8)
    scored = run(planted.dataset, planted.experts)
    before = average_precision_score(planted.wrong, log_ratio(scored.opinions))
    assert average_precision_score(planted.wrong, scored.suspicion) > before + 0.01
