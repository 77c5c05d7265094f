"""What the next cards bring, in a small table: expected wrong labels, time, and where to stop."""

import streamlit as st

from cleaning import estimate as estimation
from cleaning.estimate import Recalibration, Stretch
from cleaning.estimate.outlook import BELOW, FLAGGED, NEXT, duration, rounded
from cleaning.keep.workspaces import Run, Workspace
from cleaning.review.choices import Pace
from cleaning.suspect.audit import AuditDesign
from pages.shared import loaders

_NAMES = {
    NEXT: "the next {cards:,}, most suspicious first",
    FLAGGED: "all {cards:,} flagged and not reviewed",
    BELOW: "the {cards:,} just below the threshold",
}


def next_cards(workspace: Workspace, run: Run, threshold: float, pace: Pace) -> None:
    """The table, or one line that says what is missing for it."""
    st.markdown("### What the next cards bring")
    ids = workspace.id, run.id
    ranking, (codes, _) = loaders.ranking(*ids), loaders.verdicts_so_far(*ids)
    audit = AuditDesign.from_frame(run.audit)
    curve = estimation.recalibrate(estimation.gather_evidence(audit, codes, ranking), audit, ranking)
    if curve is None:
        st.caption(
            "Known once 40 audit cards are reviewed, at least five with a right label and five with a wrong one. "
            "They are mixed into the review."
        )
        return
    stretches = estimation.outlook(curve, ranking, codes, threshold)
    if not stretches:
        st.caption("Every sample is reviewed.")
        return
    st.markdown("\n".join([*_HEAD, *(_line(s, pace.seconds) for s in stretches)]))
    st.caption(_at_the_threshold(curve, threshold))


_HEAD = ("| Cards | Wrong labels expected | Time | Wrong labels an hour |", "|:--|--:|--:|--:|")


def _line(stretch: Stretch, seconds: float) -> str:
    finds = stretch.finds
    hours = stretch.cards * seconds / 3600
    name = _NAMES[stretch.which].format(cards=stretch.cards)
    return (
        f"| {name} | about **{rounded(finds.point)}** ({finds.low:,.0f} to {finds.high:,.0f}) "
        f"| {duration(hours * 3600)} | {rounded(finds.point / hours)} |"
    )


def _at_the_threshold(curve: Recalibration, threshold: float) -> str:
    point, low, high = (float(v) for v in curve.probability(threshold))
    return (
        f"At the threshold a given label is wrong with a probability of about {point:.0%} ({low:.0%} to {high:.0%}), "
        f"by the suspicion recalibrated on {curve.card_count} audit cards. Stop where an hour no longer finds enough."
    ).replace("%", " %")
