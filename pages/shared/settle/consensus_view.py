"""What several reviewers amount to: by majority, and by a model of how each of them errs, side by side."""

import streamlit as st

from cleaning.domain.verdicts import BY_NAME
from cleaning.review import ReviewDesk
from cleaning.settle.chance_corrected import said
from cleaning.settle.consensus import BothWays, both_ways, votes_of
from cleaning.settle.reviewer_agreement import NO_VIEW
from pages.shared.messages import in_cell

MOST_VALUES, MOST_ROWS = 200, 200  # the model keeps a table of values by values for each reviewer


def consensus(desk: ReviewDesk) -> None:
    """Cards that two or more decided; nothing where there are none."""
    votes = _votes(desk)
    if not votes.items:
        return
    st.subheader("Consensus by majority and by Dawid and Skene")
    if len(votes.values) > MOST_VALUES:
        st.caption(f"Not worked out: {len(votes.values):,} different answers; at most {MOST_VALUES} are compared.")
        return
    found = both_ways(votes)
    differ = sum(one.differ for one in found)
    st.caption(
        f"{len(found):,} cards decided by two or more; the two differ on {differ:,}. The model learns from the votes alone "
        "how each person errs, and weighs them by it; the experts' votes are kept out. Exports follow the majority."
    )
    st.dataframe([_row(desk, one) for one in found[:MOST_ROWS]], hide_index=True, width="stretch")


def _votes(desk: ReviewDesk):
    current, lines = desk.current(), []
    for sample_id in current.decided():
        votes = [d for d in current.on(sample_id) if BY_NAME[d.verdict].judges and d.verdict not in NO_VIEW]
        if len(votes) > 1:
            lines += [(sample_id, d.reviewer, said(d)) for d in votes]
    return votes_of(lines)


def _row(desk: ReviewDesk, one: BothWays) -> dict:
    return {
        "sample": in_cell(one.item, 80),
        "votes": one.votes,
        "majority": "tie" if one.majority is None else _named(desk, one.majority),
        "share": f"{one.share:.0%}".replace("%", " %"),
        "Dawid and Skene": _named(desk, one.modelled),
        "probability": f"{one.probability:.3f}",
    }


def _named(desk: ReviewDesk, value: object) -> str:
    if isinstance(value, tuple):
        return in_cell(" + ".join(desk.dataset.class_names[code] for code in value), 120)
    return BY_NAME[str(value)].words
