"""The cleaning card as one HTML file: no network, no script, prints well, light and dark.

Everything that comes from data goes through ``html.escape``; a content security policy forbids all but inline style
and embedded pictures.
"""

import base64
from collections.abc import Mapping
from html import escape

from cleaning.export.card.chart import accuracy_chart
from cleaning.export.card.html import (
    bullet_list,
    code,
    interval,
    number,
    p_value,
    pairs_list,
    percent,
    share_text,
    table,
    text,
    whole,
)
from cleaning.export.card.impact import WAYS
from cleaning.export.card.style import STYLE

MOST_ROWS, MOST_PAIRS = 30, 15
LARGEST_PICTURE = 512 * 1024
_PICTURES = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"), (b"RIFF", "webp"))
_WAY_WORDS = {"given": "given labels", "corrected": "corrected, strict", "any_of": "any that fits"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def card_page(facts: Mapping, thumbnails: Mapping[str, bytes] | None = None) -> bytes:
    """The page for the values of ``card_facts``.

    thumbnails: pictures (PNG, JPEG, GIF or WebP bytes) by sample id for the examples; others are left out.
    """
    sections = [
        ("In short", _short),
        ("Data", _data),
        ("Experts and calibration", _experts),
        ("Run and threshold", _run),
        ("How right, how complete", _estimates),
        ("Audit design", _audit),
        ("Reviewers", _reviewers),
        ("Verdicts", _verdicts),
        ("Examples", lambda f: _examples(f, thumbnails or {})),
        ("Leaderboard impact", _impact),
        ("Limits", lambda f: bullet_list(f["limits"])),
        ("How to reproduce", _reproduce),
    ]
    body = "\n".join(f"<section><h2>{escape(title)}</h2>\n{draw(facts)}\n</section>" for title, draw in sections)
    name = escape(str(facts["name"]))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Cleaning card: {name}</title>\n<style>\n{STYLE}</style></head>\n<body><main>\n"
        f'<header><p class="kind">Cleaning card</p><h1>{name}</h1>\n'
        f'<p class="sub">As of the decision log ending {escape(str(facts["last_decision"]))} (UTC).</p></header>\n'
        f"{body}\n</main></body></html>\n"
    ).encode()


def _short(facts: Mapping) -> str:
    c = facts["counts"]
    shown = [
        (c["samples"], "samples"),
        (c["decided"], "reviewed"),
        (c["replace"], "labels replaced"),
        (c["any_of"], "with several right"),
        (c["drop"], "dropped"),
        (c["contested"] + c["open"], "contested or open"),
    ]
    tiles = "".join(f"<div><b>{number:,}</b><span>{words}</span></div>" for number, words in shown)
    return f'<div class="tiles">{tiles}</div>\n<p>Policy: {text(facts["policy"]["in_words"])}.</p>'


def _data(facts: Mapping) -> str:
    data, log = facts["data"], facts["data"]["decision_log"]
    pairs = [
        ("Name", data["name"]),
        ("Kind", data["kind"]),
        ("Samples, classes", f"{data['samples']:,}, {data['classes']:,}"),
        ("Fingerprint", data["fingerprint"]),
        ("Decision log", f"{log['decisions']:,} entries, SHA-256 {log['sha256']}"),
    ]
    pairs += [("Metadata group", data["group_column"])] if data["group_column"] else []
    files = table(["file", "SHA-256"], [[f["file"], code(f["sha256"])] for f in data["files"]])
    return pairs_list(pairs) + bullet_list(data["notes"]) + files


def _experts(facts: Mapping) -> str:
    heads = "expert|kind|weight|calibration|answered|accuracy on given labels|ECE before|ECE after|NLL before|NLL after"
    rows = []
    for e in facts["experts"]:
        name = e["expert"] + (" (simulated)" if e["simulated"] else "")
        accuracy = interval(e["accuracy_on_given"], e["accuracy_low"], e["accuracy_high"], percent)
        honest = [number(e.get(name)) for name in ("ece_before", "ece_after", "nll_before", "nll_after")]
        rows.append([name, e["kind"], number(e["weight"]), e["calibration"], f"{e['answered']:,}", accuracy, *honest])
    note = "Accuracy is agreement with the given labels, with Wilson's 95 % interval. ECE: 15 equal-mass bins."
    return table(heads.split("|"), rows) + f'<p class="note">{note}</p>'


def _run(facts: Mapping) -> str:
    run, threshold = facts["run"], facts["threshold"]
    settings = ", ".join(f"{k} {v}" for k, v in run["settings"].items() if v is not None)
    pairs = [
        ("Run", f"{run['id']}, made {run['created']}"),
        ("Settings", settings),
        ("Seed", run["seed"]),
        ("Threshold", f"{number(threshold['value'])}: {threshold['how']}"),
        ("Flagged", f"{threshold['flagged']:,} samples with suspicion at or above it"),
        ("Versions", ", ".join(f"{name} {version}" for name, version in facts["versions"].items())),
    ]
    chosen = [[c["at"], c["who"], c["key"], c["value"]] for c in threshold["choices"]]
    alarmed = [f"{g['group']}: {g['observed']:.0f} samples nobody agrees with, {g['expected']:.0f} expected"
               for g in run["groups_alarmed"]]  # fmt: skip
    choices = table(["when", "who", "choice", "value"], chosen) if chosen else ""
    return pairs_list(pairs) + bullet_list(alarmed) + choices


def _estimates(facts: Mapping) -> str:
    found = facts["estimates"]
    seen = f"<p>{found['found_wrong']:,} given labels were found wrong so far.</p>"
    if not found["available"]:
        return seen + "<p>Precision and detection rate were not estimated; see Limits.</p>"
    kinds = [
        ("precision", "Precision (share of flagged that are wrong)", percent),
        ("detection_rate", "Detection rate (share of the wrong that are flagged)", percent),
        ("wrong_total", "Wrong given labels in all", whole),
        ("unfound", "Errors still unfound", whole),
    ]
    rows = [
        [words, interval(v.get("point"), v.get("low"), v.get("high"), show)]
        for key, words, show in kinds
        if isinstance(v := found.get(key), Mapping)
    ]
    return seen + table(["quantity", "estimate and interval"], rows) + f'<p class="note">{text(_basis(found))}</p>'


def _basis(found: Mapping) -> str:
    """What the estimates rest on, where they say so."""
    words = []
    if "card_count" in found:
        words.append(f"{found['card_count']:,} audit cards, {found.get('unsure_count', 0):,} of them unsure.")
    if "level" in found:
        kind = "at every moment of the review" if found.get("anytime") else "for a number of cards settled in advance"
        words.append(f"Intervals hold {kind} with {percent(found['level'])} probability.")
    if found.get("enough") is False:
        words.append("Too few cards: take these bands as guesses.")
    return " ".join(words)


def _audit(facts: Mapping) -> str:
    audit = facts["audit"]
    heads = "stratum|samples|cards drawn|cards counted|found wrong"
    rows = [
        [s["stratum"], *(f"{s[k]:,}" for k in ("samples", "cards_drawn", "cards_counted", "found_wrong"))]
        for s in audit["strata"]
    ]
    words = (
        "Cards were drawn at random within strata of suspicion (0 is the most suspicious) before any review, seed "
        f"{audit['seed']}, for the threshold {number(audit['threshold'])}; in each stratum they count in their drawn "
        "order up to the first one not decided."
    )
    return f"<p>{text(words)}</p>" + table(heads.split("|"), rows)


def _reviewers(facts: Mapping) -> str:
    heads = "reviewer|decisions|adjudications|blind|median seconds|hours"
    rows = [
        [r["reviewer"], f"{r['decisions']:,}", r["adjudications"], r["blind"], number(r["median_seconds"]),
         number(r["hours"])]
        for r in facts["reviewers"]
    ]  # fmt: skip
    a, pull = facts["agreement"], facts["anchoring"]
    pairs = [
        ("Samples with two or more reviewers", f"{a['samples']:,}"),
        ("Same answer", share_text(a["same_answer"], percent)),
        ("Krippendorff's alpha, is the given label right", share_text(a["alpha_on_given_label"], number)),
        ("Given label named, blind", share_text(pull["blind"], percent)),
        ("Given label named, open", share_text(pull["open"], percent)),
        ("Anchoring effect (open minus blind)", share_text(pull["effect"], percent)),
    ]
    note = "Anchoring: of cards of which chance decided whether they were shown blind or open, whatever the run."
    return table(heads.split("|"), rows) + pairs_list(pairs) + f'<p class="note">{note}</p>'


def _verdicts(facts: Mapping) -> str:
    rows = facts["verdicts"]
    names = sorted({key for row in rows for key in row} - {"class", "decided"})
    counts = table(
        ["given class", "decided", *(n.replace("_", " ") for n in names)],
        [[row["class"], row["decided"], *(row.get(n, 0) for n in names)] for row in rows[:MOST_ROWS]],
    )
    confusions = [[p["given"], p["final"], p["samples"]] for p in facts["confused_pairs"][:MOST_PAIRS]]
    more = (
        f'<p class="note">{len(rows) - MOST_ROWS:,} more classes in the JSON twin.</p>' if len(rows) > MOST_ROWS else ""
    )
    confused = "<h3>Most confused pairs</h3>" + table(["given", "final", "samples"], confusions) if confusions else ""
    return counts + more + confused if rows else "<p>Nothing has been decided.</p>"


def _examples(facts: Mapping, thumbnails: Mapping[str, bytes]) -> str:
    if not facts["examples"]:
        return "<p>No label changes.</p>"
    return '<div class="examples">' + "\n".join(_example(e, thumbnails) for e in facts["examples"]) + "</div>"


def _example(example: Mapping, thumbnails: Mapping[str, bytes]) -> str:
    final = " | ".join(example["final_labels"]) or example["verdict"].replace("_", " ")
    picture = _picture(thumbnails.get(example["sample_id"], b""))
    question = f"<p>{text(example['question'])}</p>" if example.get("question") else ""
    options = f"<ol>{''.join(f'<li>{text(o)}</li>' for o in example['options'])}</ol>" if "options" in example else ""
    return (
        f"<article>{picture}<h3>{text(example['sample_id'])}</h3>{question}{options}"
        f"<p><del>{text(example['given_label'])}</del> <ins>{text(final)}</ins></p>"
        f'<p class="note">{example["agreeing"]} of {example["votes"]} votes, suspicion '
        f"{number(example['suspicion'])}</p></article>"
    )


def _picture(data: bytes) -> str:
    """An embedded picture; nothing for bytes that are none, or too many."""
    kind = next((name for start, name in _PICTURES if data.startswith(start)), None)
    if kind is None or len(data) > LARGEST_PICTURE:
        return ""
    return f'<img alt="" src="data:image/{kind};base64,{base64.b64encode(data).decode()}">'


def _impact(facts: Mapping) -> str:
    impact = facts["impact"]
    estimated = bool(impact["experts"]) and "estimate_corrected" in impact["experts"][0]
    heads = [
        "expert",
        *(h for way in WAYS for h in (_WAY_WORDS[way], "rank")),
        *(["audit estimate"] if estimated else []),
    ]
    rows = []
    for e in impact["experts"]:
        row = [e["expert"]]
        for way in WAYS:
            row.append(interval(e[f"accuracy_{way}"], e[f"low_{way}"], e[f"high_{way}"], percent))
            row.append(_ranks(e, way))
        if estimated:
            ends = [e[f"estimate_{end}corrected"] for end in ("", "low_", "high_")]
            row.append(interval(*ends, percent))
        rows.append(row)
    warning = f'<p class="warning">{text(impact["sentences"][0])}</p>' + bullet_list(impact["sentences"][1:])
    return warning + table(heads, rows) + accuracy_chart(impact["experts"], estimated) + _swaps(impact)


def _ranks(expert: Mapping, way: str) -> str:
    low, high = expert[f"rank_low_{way}"], expert[f"rank_high_{way}"]
    return str(expert[f"rank_{way}"]) + (f" ({low} to {high})" if low != high else "")


def _swaps(impact: Mapping) -> str:
    p_values = {(p["labels"], *sorted((p["better"], p["worse"]))): p["mcnemar_p"] for p in impact["pairs"]}
    rows = []
    for n in impact["neighbours"]:
        if n["labels"] in ("corrected", "audit estimate"):
            p = p_values.get((n["labels"], *sorted((n["upper"], n["lower"]))))
            rows.append([n["labels"], n["upper"], n["lower"], percent(n["swap_probability"]), p_value(p)])
    heads = ["labels", "above", "below", "chance that they swap", "McNemar's p"]
    note = "Intervals: paired bootstrap, 95 %. McNemar's exact p for all pairs is in the JSON twin, unadjusted."
    return "<h3>Neighbours in rank</h3>" + table(heads, rows) + f'<p class="note">{note}</p>'


def _reproduce(facts: Mapping) -> str:
    lines = "\n".join(escape(line) for line in facts["reproduce"])
    return f"<p>DATASET is the folder that the workspace was made from.</p><pre>{lines}</pre>"
