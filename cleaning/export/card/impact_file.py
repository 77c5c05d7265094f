"""The leaderboard impact of a handover, and as JSON."""

import json

import numpy as np
import pandas as pd

from cleaning.export.card.leaderboard import Impact, leaderboard_impact
from cleaning.export.handover import Handover
from cleaning.version import __version__


def impact_of(handover: Handover) -> Impact:
    run, cards = handover.run, handover.in_force.random_cards
    return leaderboard_impact(run.predicted, run.expert_names, handover.final, cards)


def impact_dict(impact: Impact) -> dict:
    """Every figure, rounded to six digits, for JSON."""
    return {
        "sentences": list(impact.sentences),
        "audit_cards": impact.audit_cards,
        "unsettled_cards": impact.unsettled_cards,
        "experts": rows_of(impact.experts),
        "pairs": rows_of(impact.pairs),
        "neighbours": rows_of(impact.neighbours),
    }


def impact_json(handover: Handover, impact: Impact | None = None) -> bytes:
    """impact: of the handover, where it is known already."""
    about = {"format": "second-opinion-impact", "version": 1, "second_opinion": __version__}
    about |= {"policy": handover.policy.to_dict()}
    about |= {"dataset": handover.workspace.id, "run": handover.run.id, "last_decision": handover.last_decision}
    return (
        json.dumps(about | impact_dict(impact or impact_of(handover)), indent=1, ensure_ascii=False) + "\n"
    ).encode()


def rows_of(table: pd.DataFrame) -> list[dict]:
    """One dict a row with plain, rounded values; NaN becomes None."""
    return [{name: plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def plain(value: object) -> object:
    """A value as JSON holds it."""
    if isinstance(value, np.bool_ | np.integer):
        return value.item()
    if isinstance(value, float | np.floating):
        return None if not np.isfinite(value) else round(float(value), 6)
    return value
