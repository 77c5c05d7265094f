from tests.pages.conftest import words


def test_every_expert_has_a_row_and_a_sentence(app, digits):
    test = app("calibrate", digits.id)
    table = test.dataframe[0].value
    assert list(table["expert"]) == list(digits.latest_run().expert_names)
    assert (table["nll_after"] <= table["nll_before"] + 5e-3).all()
    assert "When this model says" in words(test)


def test_simulated_experts_are_marked(app, questions):
    test = app("calibrate", questions.id)
    assert all(name.endswith("(simulated)") for name in test.dataframe[0].value["expert"])


def test_without_a_dataset_the_page_says_what_to_do(app):
    test = app("calibrate")
    assert "Choose one on the Load page" in test.error[0].value


def test_an_unknown_workspace_is_a_sentence(app):
    test = app("calibrate", "0123456789abcdef")
    assert "There is no workspace" in test.error[0].value
