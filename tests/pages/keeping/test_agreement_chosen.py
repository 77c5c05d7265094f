"""K and tau of the paper's rule begin where cross-validation on the reviewed random cards puts them."""

import numpy as np

from cleaning.experts.chosen_agreement import CHOSEN
from pages.shared import loaders
from tests.pages.conftest import words
from tests.pages.test_threshold import data_of, review


def reviewed(workspace, agree: int, tau: float, cards: int = 150):
    """Somebody finds wrong what at least so many experts contradict, each so sure, and nothing else."""
    run = workspace.latest_run()
    count, place = loaders.paper_agreements(workspace.id, run.id)
    review(workspace, run, (count >= agree) & (place >= round(100 * tau)), cards)
    return run


def test_both_pages_begin_with_the_k_that_the_random_cards_choose(app, digits):
    before = data_of(app("threshold", digits.id), "paper_rule")
    run = reviewed(digits, 2, 0.3)
    found = loaders.agreement_by_reviews(digits.id, run.id)
    assert found.agree == 2 != before["agree"] == found.usual
    assert found.table.set_index("agree").loc[CHOSEN, "f1"] > 0.8
    test = app("threshold", digits.id)
    data = data_of(test, "paper_rule")
    assert (data["agree"], data["tau"]) == (2, round(100 * found.tau)) and found.sentence() in words(test)
    runs = app("runs", digits.id, reviewer="ana")
    runs.radio(key="new_run_rule").set_value("paper").run()
    assert runs.number_input(key="new_run_agree").value == 2
    assert np.isclose(runs.number_input(key="new_run_tau").value, found.tau, atol=0.005)


def test_a_few_cards_choose_nothing(app, digits):
    run = reviewed(digits, 2, 0.3, cards=8)
    assert loaders.agreement_by_reviews(digits.id, run.id) is None
    test = app("threshold", digits.id)
    assert data_of(test, "paper_rule")["agree"] == len(run.expert_names) // 2 + 1 and "F1" not in words(test)
