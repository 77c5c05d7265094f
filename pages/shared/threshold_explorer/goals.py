"""Choosing the threshold by goal: what each goal asks for, and the threshold it gives."""

from collections.abc import Callable

import streamlit as st

from cleaning.run_store import Run, Workspace
from cleaning.thresholds import ThresholdCurve, cards_in
from pages.shared import choices, loaders, state
from pages.shared.choices import ThresholdChoice
from pages.shared.messages import guarded
from pages.shared.threshold_explorer.bands import Bands

HAND, BUDGET, HOURS, PRECISION, DETECTION = "by hand", "review budget", "hours", "precision", "detection rate"
LABELS = {
    HAND: "By hand",
    BUDGET: "Budget",
    HOURS: "Hours",
    PRECISION: "Precision",
    DETECTION: "Detection rate",
}
_GOAL, _THRESHOLD, _BUDGET, _HOURS, _SECONDS = (
    "threshold_goal",
    "threshold_by_hand",
    "threshold_budget",
    "threshold_hours",
    "threshold_seconds",
)


def goal_row(workspace: Workspace, run: Run, curve: ThresholdCurve, choice: ThresholdChoice, bands: Bands | None):
    """The goals, and beside them what the chosen one asks for; all of one height, so that nothing jumps."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        goal = st.segmented_control(
            "Choose the threshold by",
            list(LABELS),
            default=choice.how if choice.how in LABELS else HAND,
            format_func=LABELS.get,
            key=_GOAL,
            required=True,
        )
        _INPUTS[goal or HAND](workspace, run, curve, choice, bands)


def _by_hand(workspace, run, curve, choice, bands) -> None:
    state.type_in(_THRESHOLD, min(choice.threshold, 1.0))

    @guarded
    def changed() -> None:
        choose(workspace, run, float(state.typed(_THRESHOLD)), HAND)

    st.number_input(
        "Threshold",
        0.0,
        1.0,
        step=0.01,
        format="%.4f",
        key=_THRESHOLD,
        on_change=changed,
        help="Or drag the line below.",
    )


def _budget(workspace, run, curve, choice, bands) -> None:
    asked = (choice.asked or {}).get("budget") if choice.how == BUDGET else None
    state.type_in(_BUDGET, choice.flagged if asked is None else asked)

    @guarded
    def changed() -> None:
        budget = int(state.typed(_BUDGET))
        choose(workspace, run, curve.for_budget(budget), BUDGET, {"budget": budget})

    st.number_input("Samples we can review", 0, curve.sample_count, step=10, key=_BUDGET, on_change=changed, width=220)


def _hours(workspace, run, curve, choice, bands) -> None:
    seconds = choices.pace_of(workspace, run).seconds
    asked = (choice.asked or {}).get("hours") if choice.how == HOURS else None
    state.type_in(_HOURS, round(choice.flagged * seconds / 3600, 1) if asked is None else asked)
    state.type_in(_SECONDS, seconds)

    @guarded
    def changed() -> None:
        hours, pace = float(state.typed(_HOURS)), float(state.typed(_SECONDS))
        if pace != seconds:
            choices.set_seconds(workspace, run, pace)
        asked = {"hours": hours, "budget": cards_in(hours, pace)}
        choose(workspace, run, curve.for_hours(hours, pace), HOURS, asked)

    st.number_input("Hours we have", 0.0, 100_000.0, step=0.5, format="%.1f", key=_HOURS, on_change=changed, width=150)
    st.number_input("Seconds a card", 0.5, 3_600.0, step=1.0, format="%.1f", key=_SECONDS, on_change=changed, width=150)


def _target(what: str) -> Callable:
    def draw(workspace, run, curve, choice, bands) -> None:
        st.markdown(
            f":small[Needs an estimate of the {what}, and there is none yet. Review audit cards first: "
            "they are drawn at random and mixed into the review.]"
        )

    return draw


_INPUTS = {
    HAND: _by_hand,
    BUDGET: _budget,
    HOURS: _hours,
    PRECISION: _target("precision"),
    DETECTION: _target("detection rate"),
}


def choose(workspace: Workspace, run: Run, threshold: float, how: str, asked: dict | None = None) -> None:
    """Makes a threshold the chosen one, durably, with the number that it flags."""
    flagged = loaders.threshold_curve(workspace.id, run.id).flagged_at(threshold)
    choices.choose_threshold(workspace, run, ThresholdChoice(threshold, flagged, how, asked))
