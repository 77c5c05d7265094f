"""The cleaning card and the leaderboard impact, seen within the page before anybody takes a file.

Each is worked out when its fold is opened, and once for one log, choice of what counts and run.
"""

from collections.abc import Callable
from typing import TypeVar

import pandas as pd
import streamlit as st

from cleaning.export import Policy
from cleaning.export.card.impact_file import impact_of
from cleaning.export.card.leaderboard import Impact
from cleaning.export.handover import Handover
from cleaning.review.team.permissions import EXPORT
from pages.shared import allowed, loaders
from pages.shared.export.export_handout import Handout
from pages.shared.messages import guarded, plain
from pages.shared.percentages import in_percent, share

CARD_HEIGHT = 640  # pixels; the card scrolls within them
LARGEST_CARD = 2_000_000  # bytes that go to the browser with the page
IMPACT = {
    "expert": st.column_config.TextColumn("expert", width="medium"),
    "accuracy_given": share("right by given labels"),
    "rank_given": st.column_config.NumberColumn("rank"),
    "accuracy_corrected": share("right by corrected labels"),
    "low_corrected": share("from"),
    "high_corrected": share("to"),
    "rank_corrected": st.column_config.NumberColumn("rank "),
    "accuracy_any_of": share("any label that fits"),
    "estimate_corrected": share("whole dataset, estimated"),
    "estimate_low_corrected": share("from "),
    "estimate_high_corrected": share("to "),
}
Made = TypeVar("Made")


@st.fragment
@guarded
def reports(handout: Handout, settled: Policy) -> None:
    """Two folds; what is in them is made only once they are open."""
    allowed.permit(EXPORT, handout.workspace)
    st.header("The reports, to read here")
    folds: tuple[tuple[str, str, Callable[[Handout, Policy], None]], ...] = (
        ("The cleaning card", "export_card_open", card),
        ("Leaderboard impact", "export_impact_open", impact),
    )
    for title, key, draw in folds:
        fold = st.expander(title, key=key, on_change="rerun")
        if fold.open:
            with fold:
                draw(handout, settled)


def card(handout: Handout, settled: Policy) -> None:
    """Our own page, in which all data are escaped and which forbids itself scripts, forms and the network."""
    page = _once(handout, settled, "card", handout.writer("card", settled))
    if len(page) > LARGEST_CARD:
        st.caption("The card is too long to be shown here; take it as a file below.")
        return
    st.iframe(page.decode(), height=CARD_HEIGHT, alt="The cleaning card")


def impact(handout: Handout, settled: Policy) -> None:
    """Every expert by given and by corrected labels, and what has to be known to read that."""

    def work() -> Impact:
        return impact_of(Handover(handout.workspace, handout.run, handout.decisions, settled, handout.choices))

    found = _once(handout, settled, "impact", work)
    _table(found.experts)
    for sentence in found.sentences:
        st.markdown(f"- {plain(sentence, 600)}")


def _table(experts: pd.DataFrame) -> None:
    shown = [column for column in IMPACT if column in experts]
    table = in_percent(experts, IMPACT)
    st.dataframe(table, column_order=shown, column_config=IMPACT, hide_index=True, width="stretch")


def _once(handout: Handout, settled: Policy, name: str, work: Callable[[], Made]) -> Made:
    """The log and the choices only ever grow, so their lengths say which they are."""
    what = (name, *settled.to_dict().items(), len(handout.decisions), len(handout.choices))
    return loaders.worked_out(handout.workspace.id, handout.run.id, what, work)
