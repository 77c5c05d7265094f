"""The threshold explorer: choose how suspicious a sample must be to be reviewed, and see what that brings."""

import numpy as np
import streamlit as st

from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from cleaning.review.chosen import HAND
from cleaning.review.in_force import InForce
from cleaning.review.told.run_list import settings_in_words
from pages.shared import frame, loaders, state
from pages.shared.messages import guarded, plain
from pages.shared.settings_history import last_change, settings_history
from pages.shared.threshold import both_sides, browser_part, goal_row, next_cards, random_cards

_ANSWERED = "threshold_answered"
FROM_CARDS = "F1: harmonic mean of precision and detection rate, from the random cards."


@st.fragment
@guarded
def explorer(workspace: Workspace, run: Run) -> None:
    """Goals, figures, histogram and curves; redraws without the rest of the page."""
    now = loaders.in_force(workspace.id, run.id)
    goal_row.goal_row(goal_row.GoalScene(workspace, run, now))
    _onward(workspace, run, now)  # in sight, above all that is drawn; on a row of its own, so that no goal moves it
    data = browser_part.explorer_data(now, str(state.recall(_ANSWERED, "")))

    @guarded
    def moved() -> None:
        told = state.typed(browser_part.EXPLORER_KEY)
        take_message(workspace, run, told.get("chosen") if isinstance(told, dict) else None)

    browser_part.draw_explorer(data, moved)
    both_sides.both_sides(now, workspace.id)
    with st.expander(plain(last_change(now)) or "No setting was changed yet", icon=":material/history:"):
        settings_history(now)
    random_cards.random_cards(workspace, run, now)
    next_cards.next_cards(now)


def _onward(workspace: Workspace, run: Run, now: InForce) -> None:
    left = int((now.flagged & np.isnan(now.codes)).sum()) if now.decisions else now.flagged_count
    words = f"Review these {left:,}" if left == now.flagged_count else f"Review the {left:,} left" if left else "Review"
    if len(now.decisions) < now.flagged_count:  # surely some are left, and nothing large has to be counted
        frame.onward("review", words)
    else:
        frame.onward_to_cards(workspace.id, run.id, words)


def take_message(workspace: Workspace, run: Run, message: object) -> bool:
    """Acts on what the browser sent when the line was let go; False for anything that is no threshold."""
    if not isinstance(message, dict):
        return False
    threshold = message.get("threshold")
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 <= threshold <= 1:
        return False
    stamp = str(message.get("stamp", ""))[:40]
    if stamp != state.recall(_ANSWERED):
        goal_row.choose(workspace, run, float(threshold), HAND)
        state.remember(_ANSWERED, stamp)
    return True


@guarded
def paper_rule(workspace: Workspace, run: Run) -> None:
    """The paper's rule with K and tau, beside the default at the same number of flags."""
    if run.settings.rule != "default":
        st.markdown("## The rule of this run")
        st.markdown(plain(f"Flagged by the {settings_in_words(run.settings, len(run.expert_names))}."))
        if st.button("Change rule, K or tau", key="threshold_change_rule"):
            st.switch_page("pages/runs.py", query_params=state.url())
        return
    st.markdown("## The paper's rule beside it")
    st.markdown(
        "Flags a sample when at least K experts agree on one other label, each at least tau sure. "
        "Try its settings here; your threshold above stays as it is."
    )
    table, now = loaders.paper_counts(workspace.id, run.id), loaders.in_force(workspace.id, run.id)
    estimates = loaders.paper_estimates_so_far(workspace.id, run.id)
    chosen = loaders.agreement_by_reviews(workspace.id, run.id)
    if chosen:
        st.caption(plain(f"{chosen.sentence()} {FROM_CARDS}", 500))
    browser_part.draw_paper(browser_part.paper_data(run, table, now.ranked.curve, now.bands, estimates, chosen))


@guarded
def alarmed_groups(workspace: Workspace, run: Run) -> None:
    """Metadata groups with more unsupported given labels than expected, as sentences."""
    sentences = loaders.group_sentences(workspace.id, run.id)
    if sentences is None:
        return
    st.markdown(f"## Groups that stand out: {plain(workspace.dataset().group_name or 'group')}")
    if not sentences:
        st.markdown("No group holds more samples that nobody agrees with than expected.")
    for sentence in sentences:
        st.markdown(f"- {plain(sentence)}")
