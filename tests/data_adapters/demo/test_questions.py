"""Keys are right but where planted, options differ, flaws and places have the promised shares."""

import json

import numpy as np

from data_adapters.demo.questions import SUBJECTS, make_questions


def test_written_as_generated(questions):
    samples, truth, made = questions.samples, questions.truth, make_questions(0)
    assert samples["sample_id"].tolist() == truth["sample_id"].tolist() == [q.sample_id for q in made]
    assert [tuple(json.loads(choices)) for choices in samples["choices"]] == [q.options for q in made]
    assert samples["question"].tolist() == [q.stem for q in made]
    assert ["ABCDE".index(letter) for letter in samples["label"]] == [q.given for q in made]
    assert truth["correct_option"].tolist() == ["|".join("ABCDE"[i] for i in q.right) for q in made]


def test_counts(questions):
    samples = questions.samples
    assert len(samples) >= 300 and samples["sample_id"].is_unique and samples["question"].is_unique
    assert set(samples["subject"]) == {"arithmetic", "units", "calendar", "chemistry", "geography"}
    option_counts = samples["choices"].map(lambda choices: len(json.loads(choices))).value_counts()
    assert option_counts[4] > 250 and option_counts[3] >= 30 and option_counts[5] >= 30
    assert samples["question"].str.contains(r"\$.+\$").sum() > 50
    assert samples["question"].str.contains("```python\n").sum() >= 15


def test_options_are_unique_and_labels_exist(generated):
    for q in generated:
        assert len(set(q.options)) == len(q.options) and all(q.options), q
        assert 0 <= q.given < len(q.options)
        assert q.lure not in q.right


def test_keys_are_right_but_where_planted(generated):
    for q in generated:
        if q.error_type in ("ok", "bad_options_clarity"):
            assert q.right == (q.given,), q
        elif q.error_type == "wrong_groundtruth":
            assert len(q.right) == 1 and q.given not in q.right, q
        elif q.error_type == "no_correct_answer":
            assert q.right == (), q
        else:
            assert q.error_type == "multiple_correct_answers" and len(q.right) == 2 and q.given in q.right, q


def test_planted_flaws_have_the_promised_shares(generated):
    types = np.array([q.error_type for q in generated])
    subjects = np.array([q.subject for q in generated])
    wrong = types == "wrong_groundtruth"
    assert 0.05 < wrong.mean() < 0.07
    assert 0.025 < (types != "ok").mean() - wrong.mean() < 0.035
    rates = {subject: wrong[subjects == subject].mean() for subject in SUBJECTS}
    assert max(rates, key=rates.get) == "units"
    assert rates["units"] > 4 * max(rate for subject, rate in rates.items() if subject != "units")


def test_right_answers_are_spread_over_the_places(generated):
    four = [q.right[0] for q in generated if len(q.options) == 4 and q.error_type == "ok"]
    assert np.bincount(four, minlength=4).min() > 0.2 * len(four)
