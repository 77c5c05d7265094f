"""What the next cards bring, in a small table: expected wrong labels, time, and where to stop."""

import numpy as np
import streamlit as st

from cleaning.estimate import Recalibration, Stretch
from cleaning.estimate.answers import IF_RIGHT
from cleaning.estimate.outlook import BELOW, FLAGGED, NEXT, duration, rounded
from cleaning.review.in_force import InForce

_NAMES = {
    NEXT: "the next {cards:,}, most suspicious first",
    FLAGGED: "all {cards:,} flagged and not reviewed",
    BELOW: "the {cards:,} just below the threshold",
}


def next_cards(now: InForce) -> None:
    """The table, or one line that says what is missing for it."""
    st.markdown("## What the next cards bring")
    curve = now.recalibration
    if not np.isnan(now.codes).any():
        st.caption("Every sample is reviewed.")
        return
    if curve is None:
        st.caption(
            "Known once 40 random cards are reviewed, at least five with a right label and five with a wrong one. "
            "They are mixed into the review."
        )
        return
    stretches = now.outlook
    if not stretches:
        st.caption("Every sample is reviewed.")
        return
    st.markdown("\n".join([*_HEAD, *(_table_line(s, now.pace.seconds) for s in stretches)]))
    st.caption(_at_the_threshold(curve, now.threshold))


_HEAD = ("| Cards | Wrong labels expected | Time | Wrong labels an hour |", "|:--|--:|--:|--:|")


def _table_line(stretch: Stretch, seconds: float) -> str:
    finds = stretch.finds
    hours = stretch.cards * seconds / 3600
    name = _NAMES[stretch.which].format(cards=stretch.cards)
    return (
        f"| {name} | about **{rounded(finds.point)}** ({finds.low:,.0f} to {finds.high:,.0f}) "
        f"| {duration(hours * 3600)} | {rounded(finds.point / hours)} |"
    )


def _at_the_threshold(curve: Recalibration, threshold: float) -> str:
    point, low, high = (float(v) for v in curve.probability(np.asarray(threshold)))
    return (
        f"At the threshold a given label is wrong with a probability of about {point:.0%} ({low:.0%} to {high:.0%}), "
        f"by the suspicion recalibrated on the random cards, {curve.card_count:,} of which surely say right or wrong, "
        f"{IF_RIGHT}. Stop where an hour no longer finds enough."
    ).replace("%", " %")
