"""The chosen point's browser part: it holds what each place of the line gives, so that dragging asks no server."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import streamlit as st

from cleaning.experts.cascade import CascadeCurves, OperatingPoint, operating_point
from pages.shared.cascade.cascade_charts import CURVES
from pages.shared.messages import guarded
from pages.shared.server.browser_modules import loader

POINT_KEY = "cascade_point"
PLACES = 201  # as many as the slider has
_HERE = Path(__file__).parent / "browser"


@lru_cache(maxsize=1)
def _part():
    html, css = ((_HERE / name).read_text(encoding="utf-8") for name in ("point.html", "point.css"))
    js = loader("cascade/browser/point.js", st.get_option("server.baseUrlPath"))
    return st.components.v2.component("second_opinion_cascade_point", html=html, css=css, js=js)


def places_of(curves: CascadeCurves, policy: str) -> list[dict]:
    """What each place of a policy's line gives, by rising cost."""
    fractions = (place / (PLACES - 1) for place in range(PLACES))
    return [_place(curves, operating_point(curves, one, policy=policy)) for one in fractions]


def point_data(curves: CascadeCurves, point: OperatingPoint, places: list[dict], answered: str) -> dict:
    """What the browser holds. places: of the point's policy. answered: the stamp of its last message that was acted on."""
    return {
        "names": [name for name, _, _ in _figures(curves, point)],
        "places": places,
        "chosen": _place(curves, point),
        "colour": CURVES[point.policy][1],
        "answered": answered,
    }


def _place(curves: CascadeCurves, point: OperatingPoint) -> dict:
    return {
        "share": round(100 * point.fraction, 9),
        "cost": point.cost,
        "accuracy": point.accuracy.value,
        "words": f"{100 * point.accuracy.value:.1f} %, cost {point.cost:.3g} a sample",
        "figures": [(value, note) for _, value, note in _figures(curves, point)],
    }


def _figures(curves: CascadeCurves, point: OperatingPoint) -> list[tuple[str, str, str]]:
    """Name, value and note of what a point gives."""
    accuracy, gap = point.accuracy, point.gap
    figures = [
        ("Accuracy", f"{100 * accuracy.value:.1f} %", f"{100 * accuracy.low:.1f} to {100 * accuracy.high:.1f} %"),
        (
            "Cost saved",
            f"{100 * point.cost_saved.value:.0f} %",
            f"{point.cost:.3g} a sample instead of {curves.costs[-1]:.3g}",
        ),
        (
            "Points gained",
            f"{round(100 * gap.value, 1) + 0.0:+.1f}",
            f"{100 * gap.low:+.1f} to {100 * gap.high:+.1f}, against the last expert alone",
        ),
    ]
    if point.latency is not None:
        wait, alone = f"{point.latency.value:.3g} ms", f"of the last alone {point.reference_latency:.3g} ms"
        figures.append(("Expected latency", wait, alone))
    return figures


def share_told(message: object) -> tuple[float, str] | None:
    """Share in per cent and stamp of what the browser sent when the point was let go; None for anything else."""
    if not isinstance(message, dict):
        return None
    share = message.get("share")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 100:
        return None
    return float(share), str(message.get("stamp", ""))[:40]


def draw_point(data: dict, on_chosen: Callable[[], None]) -> None:
    _part()(key=POINT_KEY, data=data, on_chosen_change=guarded(on_chosen))
