"""The team: how far reviewers agree, each one on controls, repeats and pace, and how cards are handed out."""

from math import isnan

import streamlit as st

from cleaning.domain.verdicts import BY_NAME
from cleaning.keep.stored import now
from cleaning.review import ReviewDesk
from cleaning.review.chosen import CONTROL_SHARE, OVERLAP, OVERLAP_SHARE, REPEAT_SHARE, Choosing
from cleaning.review.team.permissions import SETTLE, may
from cleaning.settle.chance_corrected import BeyondChance
from cleaning.settle.reviewer_agreement import Share
from cleaning.settle.reviewer_quality import qualities, team_agreement
from pages.shared import state
from pages.shared.messages import guarded, in_cell
from pages.shared.settle.consensus_view import consensus
from pages.shared.settle.guideline_editor import guideline_editor
from pages.shared.settle.team_people import everybody

SHARES = (
    (OVERLAP_SHARE, "Decided by several people (%)", "Without an overlap nobody can say how far people agree."),
    (REPEAT_SHARE, "Come back to the same person (%)", "Unmarked, some cards later: does one decide alike twice?"),
    (CONTROL_SHARE, "Settled cards among the others (%)", "Unmarked: does one decide as it was settled?"),
)
LARGEST = 50


def team(desk: ReviewDesk) -> None:
    """Figures first, then the settings that they rest on."""
    current = desk.current()
    people = qualities(current)
    if not people:
        st.info("Nobody has decided a card yet.")
    else:
        rows = [
            {
                "reviewer": in_cell(one.reviewer, 40),
                "cards": one.cards,
                "controls as settled": told(one.controls),
                "repeats alike": told(one.repeats),
                "seconds a card": told(one.seconds, 1),
            }
            for one in people
        ]
        known = [name for name in rows[0] if any(row[name] != "" for row in rows)]
        st.dataframe(rows, hide_index=True, width="stretch", column_order=known)
        _agreement(desk)
        if may(desk.store, state.current().reviewer, SETTLE):  # the others may still get these cards
            consensus(desk)
    _settings(desk)
    guideline_editor(desk)
    everybody(desk)


def _agreement(desk: ReviewDesk) -> None:
    current = desk.current()
    votes = {s: [d for d in current.on(s) if BY_NAME[d.verdict].judges] for s in current.decided()}
    given = {s: int(desk.dataset.given_labels[row]) for s in votes for row in desk.facts.rows([s])}
    found = team_agreement(votes, given)
    if not found.pairs:
        st.caption(
            "No two people have decided the same card, so how far they agree is not known. "
            f"A share under *{SHARES[0][1]}* brings such cards."
        )
        return
    names = desk.dataset.class_names
    parts = [("All", found.overall)]
    parts += [(f"Given label {in_cell(names[code])}", one) for code, one in found.by_class.items()]
    parts += [(f"Verdict {BY_NAME[name].words}", one) for name, one in found.by_verdict.items()]
    st.subheader("Agreement beyond chance")
    st.dataframe([_line(name, one) for name, one in parts], hide_index=True, width="stretch")
    pairs = [
        {
            "reviewers": f"{in_cell(p.first, 40)} and {in_cell(p.second, 40)}",
            "alike": told(p.same),
            "Cohen": told(p.cohen),
        }
        for p in found.pairs[:100]
    ]
    st.dataframe(pairs, hide_index=True, width="stretch")


def _line(name: str, one: BeyondChance) -> dict:
    figures = {"Krippendorff": told(one.krippendorff), "Gwet AC1": told(one.gwet), "Fleiss": told(one.fleiss)}
    return {"cards": name, "in common": one.gwet.count} | figures


def told(share: Share, digits: int = 2) -> str:
    """``0.83 (0.71 to 0.92)``; without what is in brackets where there is too little for it."""
    if isnan(share.point):
        return ""
    between = "" if isnan(share.low) else f" ({share.low:.{digits}f} to {share.high:.{digits}f})"
    return f"{share.point:.{digits}f}{between}"


def _settings(desk: ReviewDesk) -> None:
    st.subheader("How cards are handed out")
    chosen = desk.in_force().chosen
    values = (chosen.overlap_share, chosen.repeat_share, chosen.control_share)
    for column, (key, words, why), value in zip(st.columns(len(SHARES)), SHARES, values):
        column.slider(
            words, 0, LARGEST, min(LARGEST, round(100 * value)), key=f"team_{key}", help=why,
            on_change=guarded(_record), args=(desk, key),
        )  # fmt: skip
    st.number_input(
        "People a card of the overlap", 2, 9, max(2, chosen.overlap), key=f"team_{OVERLAP}",
        on_change=guarded(_record), args=(desk, OVERLAP), width=240,
    )  # fmt: skip


def _record(desk: ReviewDesk, key: str) -> None:
    value = state.typed(f"team_{key}")
    choosing = Choosing(desk.store, desk.run.id, state.current().reviewer, now)
    choosing.record(key, value / 100 if key.endswith("_share") else value)  # type: ignore[operator]
