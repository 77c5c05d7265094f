from dataclasses import replace

from cleaning.keep.decisions import Decision
from cleaning.review.session import last_session


def made(minute: int, verdict: str = "unsure", seconds: float = 4.0) -> Decision:
    at = f"2026-01-01T{10 + minute // 60:02d}:{minute % 60:02d}:00.000Z"
    return Decision(f"u{minute}", "r", f"s{minute}", "ann", verdict, seconds=seconds, decided_at=at)


def test_a_sitting_ends_at_a_long_pause():
    latest_first = [made(100), made(95, "skip"), made(94, "later"), made(30), made(29)]
    sitting = last_session(latest_first)
    assert (sitting.cards, sitting.seconds, sitting.verdicts) == (2, 8.0, {"unsure": 1, "skip": 1})
    assert sitting.cards_per_minute == 15.0


def test_a_pause_of_just_half_an_hour_goes_on():
    assert last_session([made(60), made(30), made(0)]).cards == 3


def test_nothing_decided():
    sitting = last_session([])
    assert (sitting.cards, sitting.verdicts, sitting.cards_per_minute) == (0, {}, 0.0)


def test_a_card_that_was_decided_anew_is_one_card_and_a_second_look_another():
    first, again = made(1, "skip"), made(3, "unsure")
    again = replace(again, sample_id=first.sample_id)
    sitting = last_session([again, made(2), first])
    assert (sitting.cards, sitting.seconds, sitting.verdicts) == (2, 12.0, {"unsure": 2})
    assert last_session([replace(again, card="confirmation"), first]).cards == 2
