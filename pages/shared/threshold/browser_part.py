"""The explorer's browser part: it holds the table of thresholds, so that moving the line asks no server."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

from cleaning.domain.settings import Settings
from cleaning.estimate.answers import IF_RIGHT
from cleaning.estimate.bands import Bands
from cleaning.estimate.flag_counts import TAU_GRID, PaperTable, ThresholdCurve
from cleaning.estimate.paper_estimates import PaperEstimates
from cleaning.experts.chosen_agreement import ChosenAgreement
from cleaning.keep.runs import Run
from cleaning.review.in_force import InForce
from pages.shared.messages import guarded
from pages.shared.server.browser_modules import loader

EXPLORER_KEY = "threshold_explorer"
PAPER_KEY = "paper_rule"
ESTIMATED = f"Both estimated from the same random cards, with 95 % intervals, {IF_RIGHT}."
UNKNOWN = "The paper's rule can be judged once enough random cards are reviewed."
_HERE = Path(__file__).parent / "browser"


def _browser_source(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _part(name: str, module: str):
    js = loader(f"threshold/browser/{module}.js", st.get_option("server.baseUrlPath"))
    return st.components.v2.component(
        name, html=_browser_source(f"{module}.html"), css=_browser_source(f"{module}.css"), js=js
    )


_explorer = _part("second_opinion_threshold_explorer", "explorer")
_paper = _part("second_opinion_paper_rule", "paper")


def explorer_data(now: InForce, answered: str) -> dict:
    """What the browser holds: at most 1,001 steps, whatever the number of samples.

    answered: the stamp of the browser's last message that was acted on.
    """
    curve = now.ranked.curve
    return {
        "thresholds": curve.thresholds.tolist(),
        "flagged": curve.flagged.tolist(),
        "reviewed": _reviewed_at(now, curve.thresholds).tolist(),
        "cards": now.queue_ahead.cards_at(curve.thresholds).tolist(),
        "bins": curve.bins.tolist(),
        "samples": curve.sample_count,
        "chosen": {
            "threshold": now.threshold,
            "flagged": now.flagged_count,
            "reviewed": int((now.flagged & ~np.isnan(now.codes)).sum()),
        },
        "seconds": now.pace.seconds,
        "pace": now.pace.known,
        "bands": now.bands.data(),
        "answered": answered,
    }


def _reviewed_at(now: InForce, thresholds: np.ndarray) -> np.ndarray:
    """(S,) samples at or above each threshold that may be flagged and are reviewed."""
    reviewed, ranking = ~np.isnan(now.codes), now.ranked.ranking
    if now.ranked.flaggable is not None:
        reviewed &= now.ranked.flaggable
    suspicion = np.sort(ranking.suspicion[ranking.rank[np.flatnonzero(reviewed)]])
    return len(suspicion) - np.searchsorted(suspicion, thresholds, side="left")


def paper_data(
    run: Run,
    table: PaperTable,
    curve: ThresholdCurve,
    bands: Bands,
    estimates: PaperEstimates | None,
    chosen: ChosenAgreement | None = None,
):
    """The counts for every K and tau, with the default's threshold that flags as many, and both rules' estimates.

    chosen: where K and tau begin, if reviews tell.
    """
    defaults = Settings()
    agree = chosen.agree if chosen else defaults.agree_of(len(run.expert_names))
    return {
        "run": run.id,
        "samples": curve.sample_count,
        "flagged": table.flagged.tolist(),
        "shared": table.shared.tolist(),
        "thresholds": curve.lowest_flagged(table.flagged).round(4).tolist(),
        "agree": agree,
        "tau": int(TAU_GRID.searchsorted(chosen.tau if chosen else defaults.min_confidence)),
        "bands": bands.data() if bands.guess else None,
        "paper": estimates and estimates.paper,
        "default": estimates and estimates.default,
        "words": ESTIMATED if estimates else UNKNOWN,
    }


def draw_explorer(data: dict, on_chosen: Callable[[], None]) -> None:
    _explorer(key=EXPLORER_KEY, data=data, on_chosen_change=guarded(on_chosen))


def draw_paper(data: dict) -> None:
    _paper(key=PAPER_KEY, data=data)
