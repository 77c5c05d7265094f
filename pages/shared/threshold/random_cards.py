"""What the estimates rest on, and more random cards at one press."""

import numpy as np
import streamlit as st

from cleaning.errors import counted
from cleaning.estimate.planning import CardsNeeded
from cleaning.export.evidence_words import counts_in_words, of_what_can_be_shown, what_verdicts_are_worth
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from cleaning.review.chosen import RANDOM_CARDS
from cleaning.review.in_force import InForce
from pages.shared import loaders, state
from pages.shared.review.review_bar import RANDOM_ONLY

FEW = 20  # brought by the smaller button


def random_cards(workspace: Workspace, run: Run, now: InForce) -> None:
    """Three numbers, what verdicts are worth, and buttons that bring random cards, and nothing else, to review."""
    st.markdown("## What this rests on")
    shown = f" The estimates speak {of_what_can_be_shown(now)}." if now.audited is not None else ""
    st.markdown(f"{counts_in_words(now)}.{shown}")
    if not now.bands.guess:
        st.markdown("\n".join(f"- {words[0].upper()}{words[1:]}." for words in what_verdicts_are_worth(now)))
    wanted, words = _wanted(now)
    st.markdown(words)
    with st.container(horizontal=True, gap="small"):
        for cards in dict.fromkeys([wanted, FEW]):
            label = f"Review {counted(cards, 'random card')}" if cards == wanted else f"{cards} more"
            if cards and len(now.queue_ahead.left) and st.button(label, key=f"threshold_random_{cards}"):
                bring(workspace, run, now, cards)


def bring(workspace: Workspace, run: Run, now: InForce, cards: int) -> None:
    """Asks for so many random cards that nobody decided yet, and goes to review them alone."""
    loaders.choosing(workspace.id, run.id).record(RANDOM_CARDS, now.queue_ahead.places_for(cards))
    st.switch_page("pages/review.py", query_params=state.url() | {RANDOM_ONLY: "true"})


def _wanted(now: InForce) -> tuple[int, str]:
    """How many random cards the page asks for, and what for; 0 where none would help."""
    if not np.isnan(now.codes).any():
        return 0, "Every sample is reviewed: no more random cards are needed."
    if not len(now.queue_ahead.left):
        return 0, "Every random card that was drawn is reviewed."
    if now.bands.guess:
        cards = now.guess.cards.precision or 0
        return _reachable(now, cards, "to know the precision within 10 points")
    needed: CardsNeeded = now.cards_to_halve
    told = {"precision": needed.precision, "detection rate": needed.detection_rate}
    reachable = {name: cards for name, cards in told.items() if cards}
    if not reachable:
        return 0, "More random cards would not halve a band: nothing is left to halve, or it is out of reach."
    name = min(reachable, key=lambda one: reachable[one])
    return _reachable(now, reachable[name], f"to halve the band of the {name}")


def _reachable(now: InForce, cards: int, purpose: str) -> tuple[int, str]:
    left = len(now.queue_ahead.left)
    if not cards:
        return 0, "Random cards would tell no more here."
    if cards > left:
        return left, f"About {counted(cards, 'random card')} more are needed {purpose}; {left:,} are left to be had."
    return cards, f"About {counted(cards, 'random card')} more are needed {purpose}."
