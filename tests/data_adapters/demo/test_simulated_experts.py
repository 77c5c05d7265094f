"""Stand-ins that differ, err together, are miscalibrated in different ways, in every kind of score."""

from itertools import combinations

import numpy as np
import pytest

from data_adapters.demo.questions import make_questions
from data_adapters.demo.questions.simulated_experts import draw_pulls

LETTERS = "ABCDE"


@pytest.fixture(scope="session")
def right(questions) -> np.ndarray:
    """(N, 5) whether an option is truly right."""
    return np.array([[letter in key for letter in LETTERS] for key in questions.truth["correct_option"]])


@pytest.fixture(scope="session")
def hits(question_answers, right) -> dict[str, np.ndarray]:
    """Expert -> (N,) 1 right, 0 wrong, NaN no readable answer."""
    rows = np.arange(len(right))
    return {
        name: np.where(answer < 0, np.nan, right[rows, answer].astype(float))
        for name, answer in question_answers.items()
    }


def test_every_kind_of_score_is_there(questions):
    files = sorted((questions.folder / "experts").iterdir())
    kinds = [entry.get("score_kind") for entry in questions.description["experts"].values()]
    assert len(files) == len(kinds) >= 5
    assert kinds.count("logits") >= 2 and kinds.count("probabilities") >= 1
    heads = [tuple(path.read_text().splitlines()[0].split(",")) for path in files if path.suffix == ".csv"]
    assert heads.count(("sample_id", "answer")) == 2
    assert heads.count(("sample_id", "predicted_class", "predicted_probability")) == 1


def test_scores_are_padded_exactly_where_there_is_no_option(questions, question_scores):
    counts = questions.samples["choices"].map(lambda choices: choices.count('", "') + 1).to_numpy()
    absent = np.arange(5) >= counts[:, None]
    for name, scores in question_scores.items():
        assert scores.dtype == np.float32
        if questions.description["experts"][name]["score_kind"] == "logits":
            assert np.array_equal(np.isneginf(scores), absent) and np.isfinite(scores[~absent]).all()
        else:
            assert (scores[absent] == 0).all() and np.allclose(scores.sum(axis=1), 1.0, atol=1e-5)


def test_answers_are_options_that_exist(questions, question_answers):
    counts = questions.samples["choices"].map(lambda choices: choices.count('", "') + 1).to_numpy()
    for name, answer in question_answers.items():
        assert (answer < counts).all(), name


def test_files_of_full_experts_have_an_order_of_their_own(questions, question_scores):
    for name in question_scores:
        ids = np.load(questions.folder / f"experts/{name}.npz", allow_pickle=False)["sample_ids"]
        assert set(ids) == set(questions.samples["sample_id"])
        assert (ids != questions.samples["sample_id"].to_numpy()).mean() > 0.9


def test_hard_answer_experts_abstain_now_and_then(questions, question_answers):
    silent = {name: (answer < 0).sum() for name, answer in question_answers.items()}
    assert sorted(silent.values())[-2] >= 5 and max(silent.values()) < 40
    missing = sum(questions.table(name)["answer"].isna().sum() for name, n in silent.items() if n)
    assert 0 < missing < sum(silent.values())


def test_experts_are_better_than_chance_and_differ(hits, question_answers):
    accuracy = {name: np.nanmean(hit) for name, hit in hits.items()}
    assert 0.6 < min(accuracy.values()) < 0.75 and 0.85 < max(accuracy.values()) < 0.95
    for one, two in combinations(question_answers, 2):
        assert (question_answers[one] != question_answers[two]).mean() > 0.05, (one, two)


def test_accuracy_depends_on_the_subject(questions, hits):
    subjects = questions.samples["subject"].to_numpy()
    for name, hit in hits.items():
        by_subject = [np.nanmean(hit[subjects == subject]) for subject in np.unique(subjects)]
        assert max(by_subject) - min(by_subject) > 0.05, name


def test_errors_go_together(hits):
    for one, two in combinations(hits, 2):
        both = ~np.isnan(hits[one]) & ~np.isnan(hits[two])
        assert 0.15 < np.corrcoef(hits[one][both], hits[two][both])[0, 1] < 0.9, (one, two)


def test_confidences_are_wrong_in_both_directions(questions, question_scores, hits):
    excess = {}
    for name, scores in question_scores.items():
        if questions.description["experts"][name]["score_kind"] == "logits":
            shares = np.exp(scores - scores.max(axis=1, keepdims=True))
            scores = shares / shares.sum(axis=1, keepdims=True)
        excess[name] = scores.max(axis=1).mean() - np.nanmean(hits[name])
    assert max(excess.values()) > 0.05 and min(excess.values()) < -0.05


def test_experts_answer_the_truth_and_not_the_planted_key(questions, question_answers):
    truth = questions.truth
    planted = (truth["error_type"] == "wrong_groundtruth").to_numpy()
    key = questions.samples["label"].map(LETTERS.index).to_numpy()
    fact = np.array([LETTERS.index(option[:1] or "A") for option in truth["correct_option"]])
    for name, answer in question_answers.items():
        assert (answer == fact)[planted].mean() > 2 * (answer == key)[planted].mean(), name


def test_a_hard_question_is_hard_for_all():
    """The pull of the right option varies together more than that of an ordinary wrong one: shared difficulty."""
    made = [q for q in make_questions(0) if len(q.right) == 1]
    one, two, *_ = draw_pulls(made, seed=0)
    rows = np.arange(len(made))
    right = [q.right[0] for q in made]
    ordinary = [next(i for i in range(len(q.options)) if i not in (q.right[0], q.lure)) for q in made]
    together = [np.cov(one[rows, place], two[rows, place])[0, 1] for place in (right, ordinary)]
    assert together[0] > together[1] + 0.25 and together[1] > 0.3
