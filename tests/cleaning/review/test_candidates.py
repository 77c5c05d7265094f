"""Which classes a card offers, by hand."""

import numpy as np
import pandas as pd

from cleaning.review.candidates import Candidates, agreed_examples
from cleaning.review.chosen import BUDGET, DETECTION, HAND, HOURS, PRECISION, ChosenThreshold, goal_in_words


def test_few_classes_are_all_offered():
    one = Candidates(np.array([0]), np.array([1]), np.array([[1]]), 10)
    assert one.of(0, 10) == list(range(10)) and one.of(0, 4) == [0, 1, 2, 3]


def test_of_many_classes_those_named_hide_among_six_in_class_order():
    given, suggested = np.array([50, 3, 50]), np.array([7, 8, 7])
    predicted = np.array([[7, 90, -1], [8, 8, 3], [91, 50, -1]])
    offered = Candidates(given, suggested, predicted, 100)
    for row in range(3):
        labels = offered.of(row, 100)
        named = {int(given[row]), int(suggested[row]), *(int(p) for p in predicted[row] if p >= 0)}
        assert labels == sorted(set(labels)) and named <= set(labels) and len(labels) == 6
        assert all(0 <= label < 100 for label in labels) and labels == offered.of(row, 100)
    assert 91 in offered.of(0, 100), "50 is taken for 91 elsewhere"


def test_many_votes_are_cut_at_nine():
    predicted = np.arange(20, 35)[None]
    labels = Candidates(np.array([1]), np.array([2]), predicted, 100).of(0, 100)
    assert len(labels) == 9 and {1, 2, 20, 26} <= set(labels) and 27 not in labels


def test_examples_are_what_all_experts_share_least_suspicious_first():
    scores = pd.DataFrame({"row": [5, 4, 3, 2, 1, 0], "given": [0, 0, 0, 0, 1, 0]})
    predicted = np.array([[0, 0], [1, 1], [0, -1], [0, 1], [0, 0], [-1, -1]])
    showable = np.array([True] * 5 + [False])
    assert agreed_examples(scores, predicted, showable) == {0: [0, 2, 4], 1: [1]}
    hidden = showable & (np.arange(6) != 2)
    assert agreed_examples(scores, predicted, hidden) == {0: [0, 4], 1: [1]}


def test_no_more_examples_than_a_card_shows_and_one_for_itself():
    scores = pd.DataFrame({"row": np.arange(10), "given": np.zeros(10, int)})
    assert agreed_examples(scores, np.zeros((10, 1), int), np.ones(10, bool)) == {0: [9, 8, 7, 6]}


def test_goals_in_words():
    def words(how, **asked):
        return goal_in_words(ChosenThreshold(0.5, 10, how, asked or None))

    assert words(HAND) == "by hand" and words(BUDGET) == "by hand"
    assert words(BUDGET, budget=1) == "for a budget of 1 card" and words(HOURS, hours=2.5) == "for 2.5 hours"
    assert words(PRECISION, percent=80, sure="95 % sure") == "for a precision of at least 80 % (95 % sure)"
    assert words(DETECTION, percent=60) == "for a detection rate of at least 60 % (best estimate)"
