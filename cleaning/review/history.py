"""A reviewer's own decisions as the history panel tells them."""

from collections.abc import Iterable

from cleaning.keep.decisions import Decision
from cleaning.review.card_maker import CardMaker
from cleaning.review.facts import Facts

LONGEST_STEM, LONGEST_OPTION = 200, 100  # characters: what a line of the history can hold
_STEP = 23  # characters: decisions made in one step of the grid share all of their uuid but the last group


def told(decision: Decision, facts: Facts, cards: CardMaker) -> dict:
    rows = facts.rows([decision.sample_id])
    row = int(rows[0]) if len(rows) else None
    return {
        "uuid": decision.uuid,
        "sample_id": decision.sample_id,
        "verdict": decision.verdict,
        "labels": [] if row is None else [_label(facts, row, c) for c in decision.labels],
        "note": decision.note,
        "seq": decision.seq,
        "at": decision.decided_at,
        "stem": "" if row is None else facts.question(row)[:LONGEST_STEM],
        "thumb": None if row is None else cards.picture_url(row, "thumb"),
    }


def _label(facts: Facts, row: int, code: int) -> dict:
    """A class; an option of a question with its text."""
    choices = facts.choices(row)
    text = {"text": str(choices[code])[:LONGEST_OPTION]} if choices is not None and code < len(choices) else {}
    return facts.named(code) | text


def steps(latest_first: Iterable[Decision], count: int, facts: Facts, cards: CardMaker) -> list[dict]:
    """At most ``count`` entries; a step of the grid is one, with ``step``: [uuid, sample id] of all its decisions."""
    entries: list[dict] = []
    open_step = ""
    for decision in latest_first:
        step = decision.uuid[:_STEP] if decision.card == "grid" else ""
        if step and step == open_step:
            entries[-1]["step"].append([decision.uuid, decision.sample_id])
            entries[-1]["seq"] = decision.seq
            continue
        if len(entries) == count:
            break
        entries.append(told(decision, facts, cards))
        open_step = step
        if step:
            entries[-1]["step"] = [[decision.uuid, decision.sample_id]]
    return entries
