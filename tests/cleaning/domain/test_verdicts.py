import pytest

from cleaning.domain.verdicts import BY_NAME, OF_OPEN_ANSWERS, VERDICTS, check_labels, verdict_for_picked, verdicts_for
from cleaning.errors import InputError


@pytest.mark.parametrize(("kind", "open_answers"), [("image", False), ("question", False), ("question", True)])
def test_keys_are_fixed_and_differ(kind, open_answers):
    keys = [v.key for v in verdicts_for(kind, open_answers) if v.key]
    assert len(keys) == len(set(keys)) and all(len(k) == 1 for k in keys)
    assert not set(keys) & set("ABCDEFGHIJ"), "letters A to J pick options of questions"


@pytest.mark.parametrize(
    ("picked", "verdict"),
    [([3], "keep"), ([4], "relabel"), ([3, 4], "several_fit"), ([4, 5], "several_fit"), ([], "none_fits")],
)
def test_the_verdict_follows_from_what_was_picked(picked, verdict):
    assert verdict_for_picked(picked, given=3) == verdict
    check_labels(verdict, picked, 3, 10)


@pytest.mark.parametrize(
    ("verdict", "labels"),
    [
        ("keep", [4]),
        ("keep", []),
        ("relabel", [3]),
        ("relabel", [4, 5]),
        ("several_fit", [3]),
        ("several_fit", [4, 4]),
        ("none_fits", [1]),
        ("skip", [3]),
        ("relabel", [10]),
        ("relabel", [-1]),
        ("maybe", []),
    ],
)
def test_labels_that_do_not_suit_the_verdict_are_refused(verdict, labels):
    with pytest.raises(InputError):
        check_labels(verdict, labels, 3, 10)


def test_free_answers_have_verdicts_of_their_own():
    names = {v.name for v in verdicts_for("question", True)}
    assert names >= OF_OPEN_ANSWERS and names.isdisjoint({"none_fits", "unclear_options"})
    assert OF_OPEN_ANSWERS.isdisjoint({v.name for kind in ("image", "question") for v in verdicts_for(kind)})
    assert max(len(v.name) for v in VERDICTS) <= 20, "as wide as the log's column"


def test_later_and_skip_say_nothing_about_the_label():
    assert [v.name for v in VERDICTS if not v.judges] == ["skip", "later", "undo"]
    assert BY_NAME["unsure"].judges
