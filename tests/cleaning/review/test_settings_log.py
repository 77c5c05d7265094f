"""The settings log: who changed what, what it was before, and what that means for those who review."""

import numpy as np

from cleaning.keep.settings_log import SettingChange, changes_of
from cleaning.keep.stored import now
from cleaning.review.chosen import AUDIT_SHARE, HAND, MODE, Choosing, ChosenThreshold
from cleaning.review.told.changes_told import history, in_words
from tests.cleaning.review.reviewing import ANN, BOB


def choosing(desk, who) -> Choosing:
    return Choosing(desk.store, desk.run.id, who, now)


def to_five(desk, who="ann") -> float:
    """Somebody sets the threshold so that five samples are flagged."""
    threshold = float(np.sort(desk.facts.suspicion)[-5])
    choosing(desk, who).threshold(ChosenThreshold(threshold, 5, HAND))
    return threshold


def told(desk) -> list[str]:
    own = int(desk.facts.ranked.as_made.sum())
    return [words for _, words in history(desk.in_force().chosen.changes, own)]


def test_a_threshold_tells_how_many_cards_it_takes(desk):
    own, threshold = int(desk.in_force().flagged.sum()), to_five(desk)
    assert told(desk) == [f"ann set the threshold to {threshold:.4g}: {own - 5} cards fewer"]
    choosing(desk, "bob").threshold(ChosenThreshold(0.5, 7, HAND))
    assert told(desk)[0] == "bob set the threshold to 0.5: 2 cards more", "against what was in force"


def test_a_share_of_random_cards_is_told_with_what_was_flagged_at_its_time(desk):
    choosing(desk, "ann").threshold(ChosenThreshold(0.2, 900, HAND))
    choosing(desk, "ann").record(AUDIT_SHARE, 0.4)
    choosing(desk, "ann").threshold(ChosenThreshold(0.9, 5, HAND))
    assert told(desk)[1] == "ann set the share of cards drawn at random to 40 % (before 20 %): 375 cards more"


def test_a_change_says_what_was_before_and_by_whom(desk):
    choosing(desk, "ann").record(MODE, "open")
    desk.store.set_choice("another", MODE, "blind", at=now(), who="cid")
    choosing(desk, "bob").record(MODE, "blind")
    first, other, last = desk.store.changes()
    assert (first.before, first.after, first.who) == (None, "open", "ann")
    assert (other.before, last.before, last.after, last.who) == (None, "open", "blind", "bob")
    assert desk.store.changes(since_seq=other.seq) == [last] and desk.store.changes(desk.run.id) == [first, last]


def test_a_setting_without_words_of_its_own_is_told_plainly():
    assert in_words(SettingChange("", "overlap", 1, 2, "", "", 1), 0, 0) == "Somebody set overlap to 2 (before 1)"


def test_no_choice_is_no_change(desk):
    assert changes_of(desk.store.choices()) == []


def test_whoever_reviews_hears_of_the_others_changes_only(desk):
    assert desk.window(ANN, [], 1)["news"] is None
    to_five(desk, "ann")
    assert desk.window(ANN, [], 1)["news"] is None, "one's own"
    news = desk.window(BOB, [], 1)["news"]
    assert news["words"].startswith("ann set the threshold to") and news["seq"] == desk.store.version()[1]
