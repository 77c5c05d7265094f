"""The explorer's browser part: it holds the table of thresholds, so that moving the line asks no server."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from cleaning.thresholds import ThresholdCurve
from pages.shared.choices import Pace, ThresholdChoice
from pages.shared.threshold_explorer.bands import Bands

EXPLORER_KEY = "threshold_explorer"
PAPER_KEY = "paper_rule"
_HERE = Path(__file__).parent


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_explorer = st.components.v2.component(
    "second_opinion_threshold_explorer", html=_read("explorer.html"), css=_read("explorer.css"), js=_read("explorer.js")
)
_paper = st.components.v2.component(
    "second_opinion_paper_rule", html=_read("paper.html"), css=_read("paper.css"), js=_read("paper.js")
)


def explorer_data(
    curve: ThresholdCurve, choice: ThresholdChoice, pace: Pace, bands: Bands | None, answered: str
) -> dict:
    """What the browser holds: at most 1,001 steps, whatever the number of samples.

    answered: the stamp of the browser's last message that was acted on.
    """
    return {
        "thresholds": curve.thresholds.tolist(),
        "flagged": curve.flagged.tolist(),
        "bins": curve.bins.tolist(),
        "samples": curve.sample_count,
        "chosen": {"threshold": choice.threshold, "flagged": choice.flagged},
        "seconds": pace.seconds,
        "pace": pace.known,
        "bands": bands.data() if bands else None,
        "answered": answered,
    }


def draw_explorer(data: dict, on_chosen: Callable[[], None]) -> None:
    _explorer(key=EXPLORER_KEY, data=data, on_chosen_change=on_chosen)


def draw_paper(data: dict) -> None:
    _paper(key=PAPER_KEY, data=data)
