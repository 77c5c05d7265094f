"""The changes that a proposal to somebody else's dataset holds, each with its evidence, for programs and for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import numpy as np

from cleaning.domain.dataset import ABSTAIN
from cleaning.errors import counted
from cleaning.export.handover import Handover
from cleaning.settle.final_labels import FinalLine

LONGEST = 240  # letters of a question or a note in the table that a reviewer goes through
DOCUMENT_ID = "document_id"  # the column in which readers keep it
CERTAIN = 2  # people who agree, from which on a change counts as certified by people


@dataclass(frozen=True)
class ProposedChange:
    """One sample that evaluates or trains otherwise. given, accepted: class names, none where it is to be left out.

    document_id: what its owners call it in their own file, "" where that is not known. what: the question, or the
    picture's path. options: of a question, each with its letter. human_certified: two people agree on it, or it was
    adjudicated.
    """

    sample_id: str
    document_id: str
    what: str
    given: str
    accepted: tuple[str, ...]
    mask: str
    verdict: str
    votes: tuple[dict, ...]
    experts: tuple[dict, ...]
    suspicion: float
    human_certified: bool
    options: tuple[str, ...] = ()

    def to_dict(self) -> dict:
        return {
            "sample_id": self.sample_id,
            "document_id": self.document_id,
            "about": self.what,
            "options": list(self.options),
            "given": self.given,
            "accepted": list(self.accepted),
            "mask": self.mask,
            "verdict": self.verdict,
            "human_certified": self.human_certified,
            "votes": list(self.votes),
            "experts": list(self.experts),
            "suspicion": self.suspicion,
        }


def proposed_changes(handover: Handover) -> list[ProposedChange]:
    """Every change, the most suspicious first."""
    suspicion = handover.scores["suspicion"].to_numpy()
    lines = sorted(handover.final.changed_lines(), key=lambda line: (-suspicion[line.row], line.row))
    return [_change(handover, line, float(suspicion[line.row])) for line in lines]


def _change(handover: Handover, line: FinalLine, suspicion: float) -> ProposedChange:
    def told(code: int) -> str:
        return label_text(handover, line.row, code)

    labels = () if line.mask == "drop" else line.labels if line.mask.startswith("any_of") else (line.corrected,)
    votes = tuple(
        {
            "reviewer": handover.pseudonyms[vote.reviewer],
            "verdict": vote.verdict,
            "labels": [told(code) for code in vote.labels],
            "note": vote.note,
            "blind": vote.mode == "blind",
            "decided_at": vote.decided_at,
        }
        for vote in handover.final.votes[line.sample_id]
    )
    certified = line.agreeing >= CERTAIN or line.adjudicated
    accepted = tuple(told(code) for code in sorted(labels))
    what = _what(handover, line.row)
    return ProposedChange(
        line.sample_id, _document_id(handover, line.row), what, told(line.given), accepted, line.mask,
        line.verdict, votes, _experts(handover, line.row, told), round(suspicion, 6), certified,
        tuple(told(code) for code in range(len(handover.option_texts(line.row)))) if handover.is_question else (),
    )  # fmt: skip


def label_text(handover: Handover, row: int, code: int) -> str:
    """A class's name; of a question its letter and text."""
    name = handover.dataset.class_names[code]
    if not handover.is_question:
        return name
    options = handover.option_texts(row)
    return f"{name}: {options[code]}" if code < len(options) else name


def _document_id(handover: Handover, row: int) -> str:
    samples = handover.dataset.samples
    return str(samples[DOCUMENT_ID].iloc[row]) if DOCUMENT_ID in samples else ""


def _what(handover: Handover, row: int) -> str:
    samples = handover.dataset.samples
    column = next((name for name in ("question", "image") if name in samples), None)
    return "" if column is None else str(samples[column].iloc[row])


def _experts(handover: Handover, row: int, told) -> tuple[dict, ...]:
    run = handover.run
    said = handover.said(np.array([row]))[0]
    answers = zip(run.expert_names, run.predicted[row].tolist(), said.tolist())
    return tuple(
        {"expert": name, "label": told(code), "confidence": round(confidence, 4)}
        for name, code, confidence in answers
        if code != ABSTAIN
    )


def changes_table(changes: Sequence[ProposedChange], pictures: str = "") -> str:
    """A Markdown table that a reviewer goes through: what it is about, given, corrected, who agreed, notes.

    pictures: what to put before a picture's path so that it shows; without it the path is text.
    """
    head = "| # | sample | about | given | corrected | who agreed | notes |\n|---|---|---|---|---|---|---|\n"
    return head + "".join(_row(number, change, pictures) for number, change in enumerate(changes, 1))


def _row(number: int, change: ProposedChange, pictures: str) -> str:
    agreed = [v["reviewer"] for v in change.votes if v["verdict"] == change.verdict]
    people = f"{len(agreed)} of {counted(len(change.votes), 'person', 'people')}"
    with_us = [e for e in change.experts if e["label"] in change.accepted]
    experts = f", {len(with_us)} of {len(change.experts)} models" if change.accepted else ""
    corrected = " or ".join(change.accepted) or f"left out ({change.verdict.replace('_', ' ')})"
    notes = "; ".join(dict.fromkeys(v["note"] for v in change.votes if v["note"]))
    about = (
        f"![]({pictures}{quote(change.what)})" if pictures else "<br>".join(map(_cell, (change.what, *change.options)))
    )
    cells = (change.document_id or change.sample_id, change.given, corrected, people + experts, notes)
    sample, given, corrected, agreed_by, notes = map(_cell, cells)
    return f"| {number} | {sample} | {about} | {given} | {corrected} | {agreed_by} | {notes} |\n"


def _cell(text: str) -> str:
    """One line of a table; nothing in it is taken for Markdown, HTML or the next cell."""
    plain = " ".join(text.split())
    plain = plain if len(plain) <= LONGEST else plain[: LONGEST - 3] + "..."
    for mark in "\\`*_[]<>|$":
        plain = plain.replace(mark, "\\" + mark)
    return plain
