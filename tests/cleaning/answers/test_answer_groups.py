"""A sample's answers as the options of a question."""

from cleaning.answers import ANOTHER, Told, grouped
from cleaning.answers.answer_groups import MOST_GROUPS


def groups(reference, *answers, question="", key="s1"):
    return grouped(Told(reference), [Told(one) for one in answers], question, key)


def test_equal_answers_share_an_option_and_the_reference_has_one():
    found = groups("18", "$18.00", "eighteen", "19", "", "19.0", "nobody knows", question="How much, in dollars?")
    assert found.options[-1] == ANOTHER and len(found.options) == 4
    assert found.places[0] == found.places[1] == found.reference and found.places[2] == found.places[4]
    assert found.places[3] == -1 and len({found.places[0], found.places[2], found.places[5]}) == 3
    assert found.options[found.reference] == "18" and found.options[found.places[5]] == "nobody knows"


def test_an_option_is_the_shortest_writing_whoever_wrote_it():
    assert "18" in groups("18.000 dollars", "18").options
    assert groups("5000 metres", "5 km").options[0] == "5 km"


def test_neither_place_nor_order_of_answers_tells_the_reference():
    first, second = groups("7", "8", "9", "8"), groups("8", "8", "9", "7")
    assert first.options == second.options and first.reference != second.reference
    places = [groups("7", "8", key=f"s{i}").reference for i in range(400)]
    assert 150 < sum(places) < 250


def test_more_groups_than_letters_end_in_another_answer():
    answers = [str(i) for i in range(40)] + ["39"]
    found = groups("-1", *answers)
    assert len(found.options) == MOST_GROUPS + 1 and found.places[39] == found.places[40] < MOST_GROUPS
    assert found.places.count(MOST_GROUPS) == 16


def test_code_says_what_its_tests_said():
    told = [
        Told("def f(x): return x+1", passed=True),
        Told("def f(y):\n    return 1 + y", results=("passed", "passed")),
        Told("def f(x): return x", results=("passed", "failed")),
        Told("def f(x): return -x  # other", results=("passed", "failed")),
        Told("def f(x): return 0", passed=False),
        Told("def f(x): return 0  # said otherwise", passed=False),
    ]
    found = grouped(Told("def f(x):\n    return x + 1"), told, "Add one.", "s1")
    assert found.places[0] == found.places[1] == found.reference
    assert found.places[2] == found.places[3] and found.places[4] == found.places[5]
    assert len({found.places[0], found.places[2], found.places[4]}) == 3
