"""Each planted flaw does to a question what its name says, checked on a draft written by hand."""

from random import Random

import pytest

from data_adapters.demo.questions.draft import Draft
from data_adapters.demo.questions.planted_flaws import plant

DRAFT = Draft("sums", "What is 1 + 1?", "2", ("11", "3", "1", "0", "4", "5"), ("two",))
WRONG = set(DRAFT.wrong)


@pytest.fixture(params=[(count, place, seed) for count in (3, 4, 5) for place in range(count) for seed in (0, 1)])
def planted(request):
    """Error type -> the question spoilt so, and the place its right option has or had."""
    count, place, seed = request.param
    return lambda flaw: (plant(DRAFT, "s1", "arithmetic", count, place, flaw, Random(seed)), count, place)


def test_a_sound_question(planted):
    question, count, place = planted("ok")
    assert question.options[place] == "2" and len(question.options) == count
    assert (question.given, question.right) == (place, (place,))
    assert question.options[question.lure] == "11"
    assert WRONG.issuperset(question.options[:place] + question.options[place + 1 :])


def test_a_wrong_key(planted):
    question, _, place = planted("wrong_groundtruth")
    assert question.options[place] == "2" and question.right == (place,)
    assert question.options[question.given] in WRONG


def test_no_correct_answer(planted):
    question, count, place = planted("no_correct_answer")
    assert WRONG.issuperset(question.options) and len(set(question.options)) == count
    assert (question.given, question.right) == (place, ())


def test_multiple_correct_answers(planted):
    question, _, place = planted("multiple_correct_answers")
    assert {question.options[right] for right in question.right} == {"2", "two"}
    assert question.given == place and question.options[place] == "2"
    assert question.options[question.lure] == "11"


def test_unclear_options(planted):
    question, count, place = planted("bad_options_clarity")
    answer, _, other = question.options[place].partition(" or ")
    assert answer == "2" and other in WRONG - set(question.options) and len(question.options) == count


@pytest.mark.parametrize(
    "wrong",
    [("3", "4", "5", "6"), ("3", "4", "5", "6", "3"), ("3", "4", "5", "6", "2"), ("3", "4", "5", "6", "two")],
)
def test_a_draft_needs_five_wrong_answers_that_differ(wrong):
    with pytest.raises(ValueError, match="wrong answers"):
        Draft("sums", "What is 1 + 1?", "2", wrong, ("two",))
