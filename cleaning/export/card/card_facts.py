"""The contents of a cleaning card as plain values: what was done to a dataset, by whom, and how far to trust it.

The JSON twin of the page that ``card_page`` draws. No clock enters: the same log gives the same bytes.
"""

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd

from cleaning.certify.certificate import log_sha256
from cleaning.domain.verdicts import UNCLEAR_ITEM, UNCLEAR_OPTIONS
from cleaning.export.card import people as card_people
from cleaning.export.card.card_experts import expert_rows
from cleaning.export.card.findings import commands, confused_pairs, examples, limits, verdict_counts
from cleaning.export.card.impact_file import impact_dict, impact_of, plain, rows_of
from cleaning.export.card.leaderboard import Impact
from cleaning.export.fit_to_leave import cell_to_leave
from cleaning.export.handover import Handover
from cleaning.review.chosen import THRESHOLD, goal_in_words
from cleaning.settle.final_labels import SETTLED
from cleaning.version import __version__

FORMAT, VERSION = "second-opinion-card", 1
RUN_FILES = (
    "settings.json calibration.json scores.parquet predicted.npy confidence.npy label_probability.npy groups.parquet "
    "audit.parquet"
).split()
PACKAGES = ("numpy", "pandas", "pyarrow", "scipy", "scikit-learn", "sqlalchemy")


def card_facts(handover: Handover, estimates: Mapping | None = None, impact: Impact | None = None) -> dict[str, object]:
    """Everything the card says.

    estimates: ``dataclasses.asdict`` of ``cleaning.estimate.Estimate``, or any dict with "precision",
    "detection_rate" (shares) and "wrong_total" (a count), each {"point", "low", "high"}; None: not estimated. impact: of
    the handover, where it is known already.
    """
    chosen = _choices(handover)
    threshold = threshold_facts(handover)
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": handover.dataset.name,
        "last_decision": handover.last_decision,
        "policy": handover.policy.to_dict() | {"in_words": handover.policy.in_words()},
        "counts": handover.final.counts(),
        "data": _data(handover),
        "experts": expert_rows(handover),
        "run": _run(handover),
        "threshold": threshold | {"choices": chosen},
        "estimates": _estimates(handover, estimates),
        "audit": _audit(handover),
        **card_people.people_facts(handover),
        "verdicts": verdict_counts(handover),
        "confused_pairs": confused_pairs(handover),
        "examples": examples(handover),
        "impact": impact_dict(impact or impact_of(handover)),
        "limits": limits(handover, estimates),
        "reproduce": commands(handover),
        "versions": versions(),
    }


def card_json(facts: Mapping) -> bytes:
    """The JSON twin."""
    return (json.dumps(facts, indent=1, ensure_ascii=False, default=plain) + "\n").encode()


def _data(handover: Handover) -> dict:
    dataset, folder = handover.dataset, handover.workspace.folder
    places = [
        folder / "samples.parquet",
        folder / "workspace.json",
        *(handover.run.folder / name for name in RUN_FILES),
    ]
    return {
        "name": dataset.name,
        "kind": dataset.kind,
        "samples": len(dataset),
        "classes": dataset.class_count,
        "fingerprint": handover.workspace.id,
        "group_column": dataset.group_name,
        "files": [{"file": str(p.relative_to(folder)), "sha256": _sha256(p)} for p in places if p.is_file()],
        "decision_log": {"decisions": len(handover.decisions), "sha256": log_sha256(handover.decisions)},
        "notes": list(dataset.notes),
        "reading": handover.workspace.reading_steps(),
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _run(handover: Handover) -> dict:
    run = handover.run
    return {
        "id": run.id,
        "created": run.created,
        "settings": run.settings.to_dict(),
        "seed": run.settings.seed,
        "threshold": plain(float(run.threshold)),
        "groups_alarmed": [] if run.groups is None else _alarmed(handover, run.groups),
    }


def _alarmed(handover: Handover, groups: pd.DataFrame) -> list[dict]:
    """Groups by whose values nobody agrees, called as they may leave: a group may be a folder."""
    root = handover.dataset.image_root
    return [one | {"group": cell_to_leave(one["group"], root)} for one in rows_of(groups[groups["alarmed"]])]


def _choices(handover: Handover) -> list[dict]:
    """What was chosen about this run, in order."""
    names = handover.pseudonyms
    return [
        {"key": str(c.key), "value": plain(c.value), "at": c.at, "who": names.get(str(c.who), "a maintainer")}
        for c in handover.in_force.chosen.log.itertuples(index=False)
    ]


def threshold_facts(handover: Handover) -> dict:
    """The threshold in force, how it came about, and how many samples it flags."""
    now, settings = handover.in_force, handover.run.settings
    row = now.chosen.last_row(THRESHOLD)
    if row is not None and now.choice is not None:
        who = handover.pseudonyms.get(row["who"], "a maintainer")
        how = f"chosen by {who} on {row['at']}, {goal_in_words(now.choice)}"
    elif settings.budget is not None:
        how = f"the {settings.budget:,} most suspicious samples (review budget)"
    elif settings.threshold is not None:
        how = "given when the run was made"
    elif settings.rule == "paper":
        how = "as the paper's rule flags"
    else:
        how = "the default: the best other class is as probable as the given label"
    return {"value": plain(now.threshold), "how": how, "rule": settings.rule, "flagged": now.flagged_count}


def found_wrong(handover: Handover) -> int:
    """Samples whose given label is settled to be wrong."""
    return sum(
        line.status == SETTLED and line.given not in line.labels and line.verdict not in (UNCLEAR_ITEM, UNCLEAR_OPTIONS)
        for line in handover.final.lines()
    )


def _estimates(handover: Handover, estimates: Mapping | None) -> dict:
    """The estimates as given, with what they leave to be found."""
    found = found_wrong(handover)
    if not estimates:
        return {"available": False, "found_wrong": found}
    total = estimates.get("wrong_total")
    left = None
    if isinstance(total, Mapping):
        left = {end: _at_least_none(float(total[end]) - found) for end in ("point", "low", "high")}
    kept = {key: _plain_deep(value) for key, value in estimates.items()}
    return {"available": True, "found_wrong": found, "unfound": left, **kept}


def _at_least_none(count: float) -> object:
    return plain(max(count, 0.0))  # NaN stays NaN in this order


def _plain_deep(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(k): _plain_deep(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain_deep(v) for v in value]
    return plain(value)


def _audit(handover: Handover) -> dict:
    audit, now = handover.run.audit, handover.in_force
    design, counted = now.ranked.audit, now.counted_verdicts
    home = np.searchsorted(design.starts, counted.drawn, side="right") - 1
    wrong = np.isin(now.ranked.ranking.rows[counted.drawn], _wrong_rows(handover))
    rows = [
        {
            "stratum": stratum,
            "samples": int(size),
            "cards_drawn": int((design.stratum == stratum).sum()),
            "cards_counted": int((home == stratum).sum()),
            "found_wrong": int((wrong & (home == stratum)).sum()),
        }
        for stratum, size in enumerate(design.sizes)
    ]
    drawn_for = {"seed": int(audit["seed"].iloc[0]), "threshold": plain(float(audit["threshold"].iloc[0]))}
    return drawn_for | {"strata": rows, "counted": counted.card_count, "other_runs": sorted(now.others)}


def _wrong_rows(handover: Handover) -> list[int]:
    return [line.row for line in handover.final.lines() if line.status == SETTLED and line.given not in line.labels]


def versions() -> dict[str, str]:
    """Ours, Python's and those of the packages that figures depend on, as installed here."""
    ours = {"second-opinion": __version__, "python": platform.python_version()}
    return ours | {name: metadata.version(name) for name in PACKAGES}
