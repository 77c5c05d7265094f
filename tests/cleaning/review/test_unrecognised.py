"""Nothing that leaves the server tells a card that came back from another, and no card is in one deck twice."""

import pytest

from tests.cleaning.review.reviewing import ANN, BOB, decide
from tests.cleaning.review.test_dealing import EVE, choose, play

DECK = 12


def deck_of(desk, rounds: int):
    """What the server tells of Ann's deck while she goes through it: (held, answer) of each question for more."""
    held: list[dict] = []
    for _ in range(rounds):
        ids = [card["sample_id"] for card in held]
        answer = desk.window(ANN, ids, DECK - len(held))
        held += answer["cards"]
        yield ids, answer, [card["sample_id"] for card in held]
        card = held.pop(0)
        decide(desk, ANN, card["row"], "none_fits", ticket=card["ticket"])


@pytest.mark.parametrize("shares", [{"control_share": 0.2}, {"repeat_share": 0.4}])
def test_cards_that_come_back_are_counted_as_the_others(desk, shares):
    choose(desk, overlap_share=0.99, overlap=2)
    play(desk, [BOB, EVE], 40, "none_fits")
    choose(desk, **shares)
    decided = -1
    for ids, answer, _ in deck_of(desk, 80):
        assert answer["counted"] == ids, "none of what is held is told apart"
        done = answer["progress"]["total"] - answer["progress"]["left"]
        assert done == decided + 1, "each decision counts one, whatever the card was shown for"
        decided = done
    kinds = [d.card for d in desk.store.decisions() if d.reviewer == "ann"]
    assert kinds.count(*(name.removesuffix("_share") for name in shares)) > 5


def test_what_is_still_wanted_of_somebody_does_not_come_back_to_them_meanwhile(desk):
    choose(desk, overlap_share=0.99, overlap=3)
    play(desk, [BOB, EVE], 40, "none_fits")
    choose(desk, control_share=0.2)
    for _, _, deck in deck_of(desk, 60):
        assert len(set(deck)) == len(deck), "no card is in the deck twice"
    kinds = {d.card for d in desk.store.decisions() if d.reviewer == "ann"}
    assert "control" not in kinds, "a third vote is wanted of each, so hers count as votes"
