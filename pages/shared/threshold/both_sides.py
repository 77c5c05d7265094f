"""What lies on both sides of the threshold: the last samples that it flags, and the first that it leaves."""

from html import escape

import numpy as np
import streamlit as st

from cleaning.keep.workspaces import workspaces_root
from cleaning.review import ReviewDesk
from cleaning.review.in_force import InForce
from pages.shared.server.desks import open_desk
from pages.shared.server.question_text import beginning

SHOWN = 8  # samples a side
LONGEST = 90  # characters of a question
STYLE = """<style>
.sides {display: grid; gap: 0.9rem}
.sides h2 {margin: 0 0 0.4rem; font-size: 0.95rem; font-weight: 600; padding: 0}
.sides ul {display: flex; flex-wrap: wrap; gap: 0.6rem; list-style: none; margin: 0; padding: 0}
.sides li {margin: 0; width: 5.6rem; font-size: 0.78rem; line-height: 1.25}
.sides li.asked {width: 13rem}
.sides img {display: block; width: 5.6rem; height: 5.6rem; object-fit: cover; border-radius: 0.5rem;
  image-rendering: pixelated}
</style>"""


def both_sides(now: InForce, workspace_id: str) -> None:
    """Two rows of samples, by picture or by the beginning of the question."""
    desk = open_desk(workspaces_root(), workspace_id, now.run.id)
    last, first = around(now)
    rows = [
        _side("The last that you would review", desk, last),
        _side("The first that you would leave", desk, first),
    ]
    st.html(f"{STYLE}<div class='sides'>{''.join(rows)}</div>")


def around(now: InForce) -> tuple[np.ndarray, np.ndarray]:
    """Rows just above the threshold and just below it, most suspicious first."""
    rows = now.ranked.ranking.rows
    flagged = now.flagged[rows]
    return rows[flagged][-SHOWN:], rows[~flagged][:SHOWN]


def _side(title: str, desk: ReviewDesk, rows: np.ndarray) -> str:
    samples = "".join(_sample(desk, int(row)) for row in rows) or "<li>none</li>"
    return f"<section><h2>{title}</h2><ul>{samples}</ul></section>"


def _sample(desk: ReviewDesk, row: int) -> str:
    """Texts of the data are escaped: they are shown and never run."""
    given = escape(desk.facts.named(int(desk.dataset.given_labels[row]))["name"])
    told = f"{given} · {desk.facts.suspicion[row]:.2f}"
    url = desk.cards.picture_url(row, "thumb")
    if url:
        return f"<li><img alt='sample labelled {given}' src='{escape(_address(url))}'>{told}</li>"
    question = desk.facts.question(row) or str(desk.dataset.sample_ids[row])
    return f"<li class='asked'>{escape(beginning(question, LONGEST))}<br>{told}</li>"


def _address(url: str) -> str:
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}/{url}" if base else f"/{url}"
