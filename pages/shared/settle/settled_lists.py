"""Lists of cards beside those to settle: what one decided oneself, and what was settled by a ruling."""

import streamlit as st

from cleaning.domain.verdicts import BY_NAME
from cleaning.keep.decisions import Decision
from cleaning.review import ReviewDesk, View
from cleaning.review.team.settling import SettleDesk
from pages.shared import state
from pages.shared.messages import in_cell

MOST = 500  # lines; the decision log on Export has all


def mine(desk: ReviewDesk) -> None:
    """The own decisions with how far their cards are, latest first."""
    placed = SettleDesk(desk, View(state.current().reviewer)).mine()
    if not placed:
        st.info("You have not decided a card yet.")
        return
    counts = {name: sum(one.state == name for one in placed) for name in ("to settle", "settled", "undecided")}
    st.caption(" · ".join(f"{count:,} {name}" for name, count in counts.items() if count))
    rows = [
        {
            "sample": one.decision.sample_id,
            "your answer": answer_in_words(desk, one.decision),
            "state": one.state,
            "ruling": answer_in_words(desk, one.ruling) if one.ruling else "",
            "why": one.ruling.note if one.ruling else "",
        }
        for one in placed[:MOST]
    ]
    _table(rows, len(placed))


def settled(desk: ReviewDesk) -> None:
    """The rulings, latest first, for who may settle."""
    settling = SettleDesk(desk, View(state.current().reviewer))
    if not settling.may_settle():
        st.info("Settled cards are shown to maintainers. How yours were settled stands under Mine.")
        return
    rulings = settling.settled()
    if not rulings:
        st.info("Nothing was settled by a ruling yet.")
        return
    named = st.toggle("Show names", key="settled_names", help="Who settled it.")
    rows = [
        {
            "sample": d.sample_id,
            "ruling": answer_in_words(desk, d),
            "why": d.note,
            "at (UTC)": d.decided_at[:16].replace("T", " "),
        }
        | ({"by": in_cell(d.reviewer, 40)} if named else {})
        for d in rulings[:MOST]
    ]
    _table(rows, len(rulings))


def _table(rows: list[dict], of: int) -> None:
    st.dataframe(rows, hide_index=True, width="stretch")
    if of > len(rows):
        st.caption(f"The latest {len(rows):,} of {of:,}.")


def answer_in_words(desk: ReviewDesk, decision: Decision) -> str:
    """The labels, or the verdict where it names none."""
    names = " + ".join(desk.dataset.class_names[code] for code in decision.labels)
    return names or BY_NAME[decision.verdict].words
