"""Choosing the threshold by goal: what each goal asks for, and the threshold it gives."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import streamlit as st

from cleaning.estimate.answers import IF_RIGHT
from cleaning.estimate.flag_counts import cards_in
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from cleaning.review.chosen import (
    BUDGET,
    DETECTION,
    HAND,
    HOURS,
    PRECISION,
    SECONDS_PER_CARD,
    ChosenThreshold,
)
from cleaning.review.in_force import InForce
from pages.shared import glossary, loaders, state
from pages.shared.messages import guarded

LABELS = {
    HAND: "By hand",
    BUDGET: "Budget",
    HOURS: "Hours",
    PRECISION: "Precision",
    DETECTION: "Detection rate",
}
SURENESS = {"95 % sure": 0.95, "best estimate": None}
_ASKS = {PRECISION: "At least % right", DETECTION: "At least % found"}
_GOAL, _THRESHOLD, _BUDGET, _HOURS, _SECONDS, _TARGET, _SURE, _ANSWER = (
    f"threshold_{name}" for name in "goal by_hand budget hours seconds target sure answer".split()
)


Figure = TypeVar("Figure", float, str)


@dataclass(frozen=True)
class GoalScene:
    """What the goals look at: the run, and what is in force for it."""

    workspace: Workspace
    run: Run
    now: InForce

    def asked(self, goal: str, figure: str, otherwise: Figure) -> Figure:
        """A goal's figure as it was typed, while the choice still rests on it."""
        choice = self.now.choice
        kept = choice.asked if choice and choice.how == goal else None
        return (kept or {}).get(figure, otherwise)

    def choose(self, threshold: float, how: str, asked: dict | None = None) -> None:
        choose(self.workspace, self.run, threshold, how, asked)


def choose(workspace: Workspace, run: Run, threshold: float, how: str, asked: dict | None = None) -> None:
    """Makes a threshold the chosen one, durably, with the number that it flags."""
    flagged = loaders.ranked(workspace.id, run.id).flagged_count(threshold)
    loaders.choosing(workspace.id, run.id).threshold(ChosenThreshold(threshold, flagged, how, asked))


def goal_row(scene: GoalScene) -> None:
    """The goals, and beside them what the chosen one asks for."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        goal = st.segmented_control(
            "Choose the threshold by",
            list(LABELS),
            default=scene.now.choice.how if scene.now.choice and scene.now.choice.how in LABELS else HAND,
            format_func=lambda how: LABELS.get(how, ""),
            key=_GOAL,
            required=True,
            help=glossary.meaning("precision", "detection rate"),
        )
        _INPUTS[goal or HAND](scene)
    _tell(goal or HAND, scene)


def _by_hand(scene: GoalScene) -> None:
    state.type_in(_THRESHOLD, min(scene.now.threshold, 1.0))

    @guarded
    def changed() -> None:
        scene.choose(state.number(_THRESHOLD), HAND)

    st.number_input("Threshold", 0.0, 1.0, step=0.01, format="%.4f", key=_THRESHOLD, on_change=changed, width=200)


def _budget(scene: GoalScene) -> None:
    state.type_in(_BUDGET, int(scene.asked(BUDGET, "budget", scene.now.flagged_count)))

    @guarded
    def changed() -> None:
        budget = int(state.number(_BUDGET))
        scene.choose(scene.now.ranked.curve.for_budget(budget), BUDGET, {"budget": budget})

    most = scene.now.ranked.curve.sample_count
    st.number_input("Samples we can review", 0, most, step=10, key=_BUDGET, on_change=changed, width=200)


def _hours(scene: GoalScene) -> None:
    seconds = scene.now.pace.seconds
    state.type_in(_HOURS, float(scene.asked(HOURS, "hours", round(_queue_cards(scene.now) * seconds / 3600, 1))))
    state.type_in(_SECONDS, seconds)

    @guarded
    def changed() -> None:
        hours, pace = state.number(_HOURS), state.number(_SECONDS)
        if pace != seconds:
            loaders.choosing(scene.workspace.id, scene.run.id).record(SECONDS_PER_CARD, pace)
        cards = cards_in(hours, pace)
        budget = scene.now.queue_ahead.budget_for(cards)
        scene.choose(scene.now.ranked.curve.for_budget(budget), HOURS, {"hours": hours, "budget": cards})

    st.number_input("Hours we have", 0.0, 100_000.0, step=0.5, format="%.1f", key=_HOURS, on_change=changed, width=150)
    st.number_input("Seconds a card", 0.5, 3_600.0, step=1.0, format="%.1f", key=_SECONDS, on_change=changed, width=150)


def _queue_cards(now: InForce) -> int:
    """Cards of the queue in force, random ones included."""
    return int(now.queue_ahead.cards_at(np.array([now.threshold]))[0])


def _target(goal: str):
    def draw(scene: GoalScene) -> None:
        unknown = scene.now.bands.guess

        @guarded
        def find() -> None:
            percent, sure = int(state.number(_TARGET)), str(state.typed(_SURE))
            found = scene.now.reach(goal, percent / 100, SURENESS[sure])
            state.remember(_ANSWER, None if found.reached else (goal, percent, sure, found))
            if found.reached:
                scene.choose(found.threshold, goal, {"percent": percent, "sure": sure})

        percent, sure = int(scene.asked(goal, "percent", 80)), scene.asked(goal, "sure", "95 % sure")
        st.number_input(_ASKS[goal], 1, 99, percent, step=5, key=_TARGET, width=165, disabled=unknown)
        st.selectbox("How sure", SURENESS, list(SURENESS).index(sure), key=_SURE, width=130, disabled=unknown)
        st.button("Find", on_click=find, disabled=unknown)

    return draw


def _tell(goal: str, scene: GoalScene) -> None:
    """What the goal lacks, in one line that is there for every goal."""
    st.caption(_missing(goal, scene) or _MEANING[goal])


def _missing(goal: str, scene: GoalScene) -> str:
    if goal not in _ASKS:
        return ""
    if scene.now.bands.guess:
        return "Needs an estimate, and there is none yet: it comes from random cards, which are mixed into the review."
    answer = state.recalled(_ANSWER, tuple)
    if not answer or answer[0] != goal:
        return ""
    _, percent, sure, found = answer
    return (
        f"No threshold short of flagging all reaches {percent} % ({sure}) yet; the nearest, {found.threshold:.4f}, "
        f"reaches {found.share * 100:.0f} %. More random cards narrow the band. Your threshold stays as it was."
    )


_INPUTS = {HAND: _by_hand, BUDGET: _budget, HOURS: _hours, PRECISION: _target(PRECISION), DETECTION: _target(DETECTION)}
_MEANING = {
    HAND: "Drag the line, or focus it and press the arrow keys.",
    BUDGET: "Flags as many of the most suspicious samples as the budget allows.",
    HOURS: "Flags as many of the most suspicious samples as fit into the time, random cards included.",
    PRECISION: f"Finds the lowest threshold whose flags are right often enough, {IF_RIGHT}.",
    DETECTION: f"Finds the highest threshold that still flags enough of the wrong labels, {IF_RIGHT}.",
}
