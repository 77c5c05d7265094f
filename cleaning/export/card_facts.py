"""The contents of a cleaning card as plain values: what was done to a dataset, by whom, and how far to trust it.

The JSON twin of the page that ``card_page`` draws. No clock enters: the same log gives the same bytes.
"""

import hashlib
import json
import platform
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import pandas as pd

from cleaning.export import card_people
from cleaning.export.audit_cards import decided_cards
from cleaning.export.card_experts import expert_rows
from cleaning.export.handover import Handover
from cleaning.export.impact_file import impact_dict, impact_of, plain, rows_of
from cleaning.export.settle import SETTLED
from cleaning.verdicts import UNCLEAR_ITEM, UNCLEAR_OPTIONS

FORMAT, VERSION = "second-opinion-card", 1
EXAMPLES = 12
LONGEST_TEXT = 600
RUN_FILES = (
    "settings.json calibration.json scores.parquet predicted.npy confidence.npy label_probability.npy groups.parquet "
    "audit.parquet"
).split()
PACKAGES = ("numpy", "pandas", "pyarrow", "scipy", "scikit-learn", "sqlalchemy")


def card_facts(
    handover: Handover, choices: pd.DataFrame | None = None, estimates: Mapping | None = None
) -> dict[str, object]:
    """Everything the card says.

    choices: as ``ReviewStore.choices``: what was chosen about the run (threshold, audit share ...), by whom and when.
    estimates: ``dataclasses.asdict`` of ``cleaning.estimation.Estimate``, or any dict with "precision",
    "detection_rate" (shares) and "wrong_total" (a count), each {"point", "low", "high"}; None: not estimated.
    """
    chosen = _choices(handover, choices)
    threshold = _threshold(handover, chosen)
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
        "impact": impact_dict(impact_of(handover)),
        "limits": limits(handover, estimates),
        "reproduce": commands(handover, threshold["value"]),
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
        "decision_log": {"decisions": len(handover.decisions), "sha256": _log_sha256(handover)},
        "notes": list(dataset.notes),
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _log_sha256(handover: Handover) -> str:
    rows = [json.dumps(asdict(d), ensure_ascii=False) for d in handover.decisions]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _run(handover: Handover) -> dict:
    run = handover.run
    return {
        "id": run.id,
        "created": run.created,
        "settings": run.settings.to_dict(),
        "seed": run.settings.seed,
        "threshold": plain(float(run.threshold)),
        "groups_alarmed": [] if run.groups is None else rows_of(run.groups[run.groups["alarmed"]]),
    }


def _choices(handover: Handover, choices: pd.DataFrame | None) -> list[dict]:
    if choices is None:
        return []
    mine = choices[choices["run_id"] == handover.run.id]
    names = handover.pseudonyms
    return [
        {"key": str(c.key), "value": plain(c.value), "at": c.at, "who": names.get(c.who, "a maintainer")}
        for c in mine.itertuples(index=False)
    ]


def _threshold(handover: Handover, chosen: list[dict]) -> dict:
    """The threshold that counts, how it came about, and how many samples it flags."""
    last = [c for c in chosen if c["key"] == "threshold" and isinstance(c["value"], int | float)]
    settings = handover.run.settings
    value = float(last[-1]["value"]) if last else float(handover.run.threshold)
    if last:
        how = f"chosen by {last[-1]['who']} on {last[-1]['at']}"
    elif settings.budget is not None:
        how = f"the {settings.budget:,} most suspicious samples (review budget)"
    elif settings.threshold is not None:
        how = "given when the run was made"
    else:
        how = "the default: the best other class is as probable as the given label"
    flagged = (handover.run.scores["suspicion"] >= value) if last else handover.run.scores["flagged"]
    return {"value": plain(value), "how": how, "rule": settings.rule, "flagged": int(flagged.sum())}


def found_wrong(handover: Handover) -> int:
    """Samples whose given label is settled to be wrong."""
    table = handover.final.table
    return sum(
        line.status == SETTLED and line.given not in line.labels and line.verdict not in (UNCLEAR_ITEM, UNCLEAR_OPTIONS)
        for line in table.itertuples(index=False)
    )


def _estimates(handover: Handover, estimates: Mapping | None) -> dict:
    """The estimates as given, with what they leave to be found."""
    found = found_wrong(handover)
    if not estimates:
        return {"available": False, "found_wrong": found}
    total = estimates.get("wrong_total")
    left = None
    if isinstance(total, Mapping):
        left = {end: plain(max(0.0, float(total[end]) - found)) for end in ("point", "low", "high")}
    kept = {key: _plain_deep(value) for key, value in estimates.items()}
    return {"available": True, "found_wrong": found, "unfound": left, **kept}


def _plain_deep(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(k): _plain_deep(v) for k, v in value.items()}
    return plain(value)


def _audit(handover: Handover) -> dict:
    audit, cards = handover.run.audit, decided_cards(handover)
    if audit is None or not {"stratum", "stratum_size", "row"} <= set(audit):
        return {"available": False, "strata": []}
    wrong = set(_wrong_rows(handover))
    rows = []
    for stratum, (name, drawn) in enumerate(audit.groupby("stratum", sort=True)):
        counted = [] if cards is None else cards.rows[cards.stratum == stratum]
        rows.append(
            {
                "stratum": int(name),
                "samples": int(drawn["stratum_size"].iloc[0]),
                "cards_drawn": len(drawn),
                "cards_counted": len(counted),
                "found_wrong": sum(int(r) in wrong for r in counted),
            }
        )
    seed = int(audit["seed"].iloc[0]) if "seed" in audit else None
    return {"available": True, "seed": seed, "strata": rows, "counted": 0 if cards is None else len(cards.rows)}


def _wrong_rows(handover: Handover) -> list[int]:
    table = handover.final.table
    return [
        int(line.row)
        for line in table.itertuples(index=False)
        if line.status == SETTLED and line.given not in line.labels
    ]


def verdict_counts(handover: Handover) -> list[dict]:
    """For each given class with a decided sample, most decided first: final verdicts, contested and open samples."""
    by_class: dict[int, Counter] = {}
    for line in handover.final.table.itertuples(index=False):
        by_class.setdefault(int(line.given), Counter())[line.verdict or line.status] += 1
    order = sorted(by_class, key=lambda k: (-by_class[k].total(), k))
    names = handover.dataset.class_names
    return [{"class": names[k], "decided": by_class[k].total(), **dict(sorted(by_class[k].items()))} for k in order]


def confused_pairs(handover: Handover, most: int = 50) -> list[dict]:
    """Given label -> corrected label, most frequent first; several_fit counts for each label that is not the given."""
    pairs: Counter = Counter()
    for line in handover.final.changed().itertuples(index=False):
        pairs.update((int(line.given), int(k)) for k in line.labels if k != line.given)
    names = handover.dataset.class_names
    order = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [{"given": names[g], "final": names[k], "samples": count} for (g, k), count in order]


def examples(handover: Handover, most: int = EXAMPLES) -> list[dict]:
    """The changed samples with the highest suspicion."""
    changed, names = handover.final.changed(), handover.dataset.class_names
    suspicion = handover.scores["suspicion"].to_numpy()
    order = sorted(changed.itertuples(index=False), key=lambda line: (-suspicion[line.row], line.row))[:most]
    samples = handover.dataset.samples
    found = []
    for line in order:
        example = {
            "sample_id": str(line.sample_id),
            "given_label": names[line.given],
            "final_labels": [names[k] for k in line.labels],
            "verdict": line.verdict,
            "mask": line.mask,
            "votes": int(line.votes),
            "agreeing": int(line.agreeing),
            "suspicion": plain(float(suspicion[line.row])),
        }
        if "question" in samples:
            example["question"] = str(samples["question"].iloc[line.row])[:LONGEST_TEXT]
        if "choices" in samples:
            example["options"] = [o[:LONGEST_TEXT] for o in handover.option_texts(line.row)]
        found.append(example)
    return found


def limits(handover: Handover, estimates: Mapping | None) -> list[str]:
    """What the card cannot say, in sentences."""
    c = handover.final.counts()
    lines = [
        f"{c['samples'] - c['decided']:,} samples were not reviewed and keep their given label, right or wrong.",
        "Experts were calibrated against the given labels, which hold errors themselves; their accuracy on given "
        "labels is agreement with these, not truth.",
        "Experts that share training data err together; what they all take for right was rarely reviewed.",
        "A final label is what reviewers agreed on under the policy above, not a proof.",
    ]
    if c["contested"] or c["open"]:
        lines.append(f"{c['contested']:,} samples are contested and {c['open']:,} open; they keep their given label.")
    if not estimates:
        lines.append("Precision and detection rate were not estimated: how many errors remain is not known.")
    if len(handover.pseudonyms) == 1:
        lines.append("One reviewer decided everything; there is no agreement to measure.")
    if any(about["simulated"] for about in expert_rows(handover, figures=False)):
        lines.append("Some experts are simulated: figures about them say nothing about real models.")
    return lines


def commands(handover: Handover, threshold: float) -> list[str]:
    """The commands that make this again; DATASET is the folder the workspace was made from."""
    settings, policy, place = handover.run.settings, handover.policy, f"workspaces/{handover.workspace.id}"
    score = ["python -m cleaning score DATASET --workspaces workspaces", f"--seed {settings.seed}"]
    if settings.rule != "default":
        score.append(f"--rule {settings.rule} --min-confidence {settings.min_confidence:g}")
        score += [f"--agree {settings.agree}"] if settings.agree is not None else []
    if settings.budget is not None:
        score.append(f"--budget {settings.budget}")
    elif settings.threshold is not None:
        score.append(f"--threshold {settings.threshold:g}")
    options = (
        f"--run {handover.run.id} --settle {policy.settle} --several-fit {policy.several_fit} "
        f"--none-fits {policy.none_fits} --unclear {policy.unclear} --least-votes {policy.least_votes}"
    )
    return [
        " ".join(score),
        f"python -m cleaning export {place} {options} --as patch --out patch.jsonl",
        "python -m cleaning apply patch.jsonl DATASET --out DATASET_corrected",
        f"python -m cleaning mask {place} {options} --out evaluation_mask.csv",
        f"python -m cleaning impact {place} {options} --out impact.json",
        f"python -m cleaning card {place} {options} --out card.html",
    ]


def versions() -> dict[str, str]:
    """Python and the packages that figures depend on, as installed here."""
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in PACKAGES}
