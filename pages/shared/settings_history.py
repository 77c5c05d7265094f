"""Who changed which setting of a run, when, and what it means: the last change as a line, all of them on demand."""

from datetime import UTC, datetime

import streamlit as st

from cleaning.keep.settings_log import SettingChange
from cleaning.review.in_force import InForce
from cleaning.review.told.changes_told import history
from pages.shared.messages import plain

MOST_SHOWN = 50


def last_change(now: InForce) -> str:
    """The last change of the run's settings with its age; "" where nobody changed any."""
    told = _told(now)
    return f"{told[0][1]} · {age(told[0][0].at)}" if told else ""


def settings_history(now: InForce) -> None:
    """Every change, latest first."""
    told = _told(now)
    if not told:
        st.caption("Nobody has changed a setting of this run.")
        return
    lines = [f"- {plain(words)}  \n  :small[{plain(change.at[:16].replace('T', ' '))} UTC]" for change, words in told]
    st.markdown("\n".join(lines[:MOST_SHOWN]))
    if len(lines) > MOST_SHOWN:
        st.caption(f"{len(lines) - MOST_SHOWN:,} earlier changes are kept in the log.")


def age(at: str) -> str:
    """How long ago a moment (ISO 8601) was, in words."""
    minutes = (datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds() / 60
    if minutes < 60:
        return "just now" if minutes < 1 else f"{minutes:.0f} min ago"
    return f"{minutes / 60:.0f} h ago" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days ago"


def _told(now: InForce) -> list[tuple[SettingChange, str]]:
    return history(now.chosen.changes, int(now.ranked.as_made.sum()))
