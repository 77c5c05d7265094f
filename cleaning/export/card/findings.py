"""What was found, what it cannot say, and how to make it again: sections of the cleaning card."""

from collections import Counter
from collections.abc import Mapping

from cleaning.export.card.card_experts import expert_rows
from cleaning.export.card.impact_file import plain
from cleaning.export.handover import Handover

EXAMPLES = 12
LONGEST_TEXT = 600


def verdict_counts(handover: Handover) -> list[dict]:
    """For each given class with a decided sample, most decided first: final verdicts, contested and open samples."""
    by_class: dict[int, Counter] = {}
    for line in handover.final.lines():
        by_class.setdefault(line.given, Counter())[line.verdict or line.status] += 1
    order = sorted(by_class, key=lambda k: (-by_class[k].total(), k))
    names = handover.dataset.class_names
    return [{"class": names[k], "decided": by_class[k].total(), **dict(sorted(by_class[k].items()))} for k in order]


def confused_pairs(handover: Handover, most: int = 50) -> list[dict]:
    """Given label -> corrected label, most frequent first; several_fit counts for each label that is not the given."""
    pairs: Counter = Counter()
    for line in handover.final.changed_lines():
        pairs.update((line.given, k) for k in line.labels if k != line.given)
    names = handover.dataset.class_names
    order = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [{"given": names[g], "final": names[k], "samples": count} for (g, k), count in order]


def examples(handover: Handover, most: int = EXAMPLES) -> list[dict]:
    """The changed samples with the highest suspicion."""
    names = handover.dataset.class_names
    suspicion = handover.scores["suspicion"].to_numpy()
    order = sorted(handover.final.changed_lines(), key=lambda line: (-suspicion[line.row], line.row))[:most]
    samples = handover.dataset.samples
    found = []
    for line in order:
        example = {
            "sample_id": line.sample_id,
            "given_label": names[line.given],
            "final_labels": [names[k] for k in line.labels],
            "verdict": line.verdict,
            "mask": line.mask,
            "votes": line.votes,
            "agreeing": line.agreeing,
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
    elif estimates.get("enough") is False:
        lines.append("Too few random cards were decided: the bands of precision and detection rate are guesses.")
    if len(handover.pseudonyms) == 1:
        lines.append("One reviewer decided everything; there is no agreement to measure.")
    if any(about["simulated"] for about in expert_rows(handover, figures=False)):
        lines.append("Some experts are simulated: figures about them say nothing about real models.")
    return lines


def commands(handover: Handover) -> list[str]:
    """The commands that make this again; DATASET is the folder the workspace was made from."""
    settings, policy, place = handover.run.settings, handover.policy, f"workspaces/{handover.workspace.id}"
    score = ["python -m cleaning score DATASET --workspaces workspaces", f"--seed {settings.seed}"]
    score += [f"--group-by '{settings.group_column}'"] if settings.group_column else []
    score += [f"--calibration '{expert}={method}'" for expert, method in settings.calibrations]
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
