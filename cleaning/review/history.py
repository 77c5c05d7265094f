"""A reviewer's own decisions as the history panel tells them."""

from collections.abc import Iterable

from cleaning.keep.decisions import Decision
from cleaning.review.card_maker import CardMaker
from cleaning.review.facts import Facts

_STEP = 23  # characters: decisions made in one step of the grid share all of their uuid but the last group


def told(decision: Decision, facts: Facts, cards: CardMaker) -> dict:
    rows = facts.rows([decision.sample_id])
    return {
        "uuid": decision.uuid,
        "sample_id": decision.sample_id,
        "verdict": decision.verdict,
        "labels": [facts.named(c) for c in decision.labels] if len(rows) else [],
        "note": decision.note,
        "seq": decision.seq,
        "at": decision.decided_at,
        "thumb": cards.picture_url(int(rows[0]), "thumb") if len(rows) else None,
    }


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
