"""The threshold explorer: choose how suspicious a sample must be to be reviewed, and see what that brings."""

import streamlit as st

from cleaning.estimate import bands
from cleaning.keep.workspaces import Run, Workspace
from cleaning.review import choices
from cleaning.review.choices import ThresholdChoice
from pages.shared import loaders, state
from pages.shared.messages import guarded, plain
from pages.shared.threshold import component, goals, next_cards

_ANSWERED = "threshold_answered"


@st.fragment
@guarded
def explorer(workspace: Workspace, run: Run) -> None:
    """Goals, figures, histogram and curves; redraws without the rest of the page."""
    curve = loaders.threshold_curve(workspace.id, run.id)
    chosen = choices.threshold_of(workspace, run)
    choice = chosen or ThresholdChoice(run.threshold, curve.flagged_at(run.threshold))
    known = bands_of(workspace, run)
    goals.goal_row(goals.Scene(workspace, run, curve, choice, known))
    pace = choices.pace_of(workspace, run)
    data = component.explorer_data(curve, choice, pace, known, str(state.recall(_ANSWERED, "")))

    @guarded
    def moved() -> None:
        take_message(workspace, run, (state.typed(component.EXPLORER_KEY) or {}).get("chosen"))

    component.draw_explorer(data, moved)
    next_cards.next_cards(workspace, run, choice.threshold, pace)


def bands_of(workspace: Workspace, run: Run) -> bands.Bands:
    """Estimates where reviews allow them, else the guess."""
    ranking = loaders.ranking(workspace.id, run.id)
    estimated = bands.estimate_of(run, ranking, *loaders.verdicts_so_far(workspace.id, run.id))
    return estimated or loaders.guessed_bands(workspace.id, run.id)


def take_message(workspace: Workspace, run: Run, message: object) -> bool:
    """Acts on what the browser sent when the line was let go; False for anything that is no threshold."""
    threshold = message.get("threshold") if isinstance(message, dict) else None
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 <= threshold <= 1:
        return False
    stamp = str(message.get("stamp", ""))[:40]
    if stamp != state.recall(_ANSWERED):
        goals.choose(workspace, run, float(threshold), goals.HAND)
        state.remember(_ANSWERED, stamp)
    return True


@guarded
def paper_rule(workspace: Workspace, run: Run) -> None:
    """The paper's rule with K and tau, beside the default at the same number of flags."""
    if run.settings.rule != "default":
        return
    st.markdown("### The paper's rule beside it")
    st.markdown(
        "Flags a sample when at least K experts agree on one other label, each at least tau sure. "
        "Try its settings here; your threshold above stays as it is."
    )
    table, curve = loaders.paper_counts(workspace.id, run.id), loaders.threshold_curve(workspace.id, run.id)
    known = bands_of(workspace, run)
    estimates = loaders.paper_estimates_so_far(workspace.id, run.id)
    component.draw_paper(component.paper_data(run, table, curve, known, estimates))


@guarded
def alarmed_groups(workspace: Workspace, run: Run) -> None:
    """Metadata groups with more unsupported given labels than expected, as sentences."""
    sentences = loaders.group_sentences(workspace.id, run.id)
    if sentences is None:
        return
    st.markdown(f"### Groups that stand out: {plain(workspace.dataset().group_name or 'group')}")
    if not sentences:
        st.markdown("No group holds more samples that nobody agrees with than expected.")
    for sentence in sentences:
        st.markdown(f"- {plain(sentence)}")
