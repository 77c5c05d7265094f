"""Home: each workspace a tile with its pictures, how far its review is, and the button that goes on with it."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import streamlit as st

from cleaning.domain.dataset import Dataset
from cleaning.errors import InputError, counted
from cleaning.keep.workspaces import Workspace
from cleaning.review.glance import Glance
from pages.shared import frame, loaders
from pages.shared.load.first_look import thumbnail
from pages.shared.messages import plain
from pages.shared.server.question_text import beginning

SHOWN = 6  # tiles, before somebody asks for all
WIDTH = 346  # three in a row on a wide screen, two on a tablet
LONGEST, QUESTIONS = 42, 3  # characters of a question, and how many questions, in a tile
STYLE = """<style>
.st-key-tiles {align-items: stretch}
.st-key-tiles > * {max-width: 100%}
[class*="st-key-cover_"] {min-height: 4.6rem; overflow: hidden; flex-wrap: nowrap}
[class*="st-key-cover_"] img {height: 4.5rem; width: 4.5rem; object-fit: cover; border-radius: .5rem; image-rendering: auto}
[class*="st-key-cover_"] [data-testid=stElementToolbar] {display: none}
.progress-ring {width: 2.6rem; height: 2.6rem; border-radius: 50%; display: grid; place-items: center; font-size: .72rem;
  font-variant-numeric: tabular-nums}
.progress-ring span {width: 2rem; height: 2rem; border-radius: 50%; display: grid; place-items: center;
  background: light-dark(#FCFBF9, #15181B)}
</style>"""
Go = Callable[[str, str], None]


def tiles(opened: Sequence[Workspace], go: Go) -> None:
    """Draws them, last used first. go: opens a workspace, by id, at a page."""
    st.html(STYLE)
    everything = len(opened) <= SHOWN or st.toggle(f"Show all {len(opened):,}", key="all_workspaces")
    shown = opened if everything else opened[:SHOWN]
    with st.container(horizontal=True, key="tiles"):
        for place, workspace in enumerate(shown):
            with st.container(border=True, width=WIDTH, key=f"tile_{workspace.id}"):
                _tile(workspace, place == 0, go)


def _tile(workspace: Workspace, first: bool, go: Go) -> None:
    try:
        run_ids = workspace.run_ids()
        seen = loaders.glance_at(workspace.id, run_ids[-1]) if run_ids else None
    except InputError as error:
        st.markdown(f"**{plain(workspace.name, 60)}**")
        st.caption(plain(error))
        return
    if seen is not None:
        _cover(workspace, run_ids[-1], seen)
    _name(workspace, seen)
    if seen is not None:
        _buttons(workspace, seen, first, go)
    elif workspace.is_marked:
        _marked_buttons(workspace, first, go)
    elif st.button("Score it", key=f"score_{workspace.id}", type="primary" if first else "secondary"):
        go(workspace.id, "runs")


def _cover(workspace: Workspace, run_id: str, seen: Glance) -> None:
    """Pictures of the samples that most is said against; of questions the beginnings."""
    with st.container(horizontal=True, gap="xsmall", key=f"cover_{workspace.id}"):
        pictures, words = loaders.worked_out(
            workspace.id, run_id, ("tile", seen.rows), lambda: _shown_of(loaders.dataset(workspace.id), seen.rows)
        )
        for picture in pictures:
            st.image(picture, width=72, alt="")
        if not pictures:
            st.caption(words)


def _shown_of(dataset: Dataset, rows: Sequence[int]) -> tuple[list[bytes], str]:
    """Pictures, and what stands in their place where there are none."""
    made = [thumbnail(dataset, row) for row in rows]
    return [picture for picture in made if picture is not None], _beginnings(dataset, rows)


def _beginnings(dataset: Dataset, rows: Sequence[int]) -> str:
    samples = dataset.samples
    if not rows or "question" not in samples:
        return "Without pictures"
    asked = samples["question"].iloc[list(rows[:QUESTIONS])]
    return "  \n".join(plain(f"“{beginning(str(question), LONGEST)}”") for question in asked)


def _name(workspace: Workspace, seen: Glance | None) -> None:
    experts = workspace.experts_about()
    simulated = " · simulated experts" if any(e["simulated"] for e in experts) else ""
    told = f"{frame.samples_told(workspace)} · {counted(len(experts), 'expert')}{simulated}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if seen is not None:
            st.html(ring(seen), width="content")
        with st.container(gap=None):
            st.markdown(f"**{plain(workspace.name, 60)}**")
            st.caption(told if seen is not None or workspace.is_marked else f"{told} · not scored yet")


def ring(seen: Glance) -> str:
    """How far a review is, as a ring; figures alone stand in it."""
    percent = int(np.floor(100 * seen.share))
    line = f"conic-gradient(light-dark(#0F6E66, #1C8278) {percent}%, light-dark(#DEDAD2, #33393E) 0)"
    words = f"{seen.decided:,} of {seen.cards:,} cards decided"
    about_it = f'class="progress-ring" role="img" aria-label="{words}" title="{words}" style="background:{line}"'
    return f"<div {about_it}><span>{percent}%</span></div>"


def _buttons(workspace: Workspace, seen: Glance, first: bool, go: Go) -> None:
    where, words = next_step(seen)
    with st.container(horizontal=True, gap="small"):
        kind: Literal["primary", "secondary"] = "primary" if first else "secondary"
        if st.button(words, key=f"review_{workspace.id}", type=kind, width="stretch"):
            go(workspace.id, where)
        if st.button("Experts", key=f"open_{workspace.id}", help="How sure each of them is, and how often right"):
            go(workspace.id, "calibrate")


def _marked_buttons(workspace: Workspace, first: bool, go: Go) -> None:
    """What there is to do with answers that are marked already."""
    with st.container(horizontal=True, gap="small"):
        kind: Literal["primary", "secondary"] = "primary" if first else "secondary"
        for page, words in (("calibrate", "Calibrate"), ("cascade", "Cascade")):
            if st.button(words, key=f"{page}_{workspace.id}", type=kind if page == "calibrate" else "secondary"):
                go(workspace.id, page)


def next_step(seen: Glance) -> tuple[str, str]:
    """(page, words of the button) that go on with a workspace."""
    if not seen.cards:
        return "threshold", "Nothing is flagged: look at the threshold"
    if not seen.left:
        return "export", frame.ALL_DECIDED
    begun = "Continue" if seen.decided else "Review"
    return "review", f"{begun}: {counted(seen.left, 'card')}, {about(seen.seconds)}"


def about(seconds: float) -> str:
    """``about 6 min``, ``about 3 h``."""
    minutes = seconds / 60
    if minutes < 1:
        return "under 1 min"
    return f"about {minutes:.0f} min" if minutes < 90 else f"about {minutes / 60:.0f} h"
