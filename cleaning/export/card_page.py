"""The cleaning card as one HTML file: no network, no script, prints well, light and dark.

Everything that comes from data goes through ``html.escape``; a content security policy forbids all but inline style
and embedded pictures.
"""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

from cleaning.export.card_style import STYLE
from cleaning.export.impact import WAYS

MOST_ROWS = 30
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
        ("Limits", lambda f: _list(f["limits"])),
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
    return f'<div class="tiles">{tiles}</div>\n<p>Policy: {_text(facts["policy"]["in_words"])}.</p>'


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
    files = _table(["file", "SHA-256"], [[f["file"], _code(f["sha256"])] for f in data["files"]])
    return _pairs(pairs) + _list(data["notes"]) + files


def _experts(facts: Mapping) -> str:
    heads = "expert|kind|weight|calibration|answered|accuracy on given labels|ECE before|ECE after|NLL before|NLL after"
    rows = []
    for e in facts["experts"]:
        name = e["expert"] + (" (simulated)" if e["simulated"] else "")
        accuracy = _interval(e["accuracy_on_given"], e["accuracy_low"], e["accuracy_high"], _percent)
        honest = [_number(e.get(name)) for name in ("ece_before", "ece_after", "nll_before", "nll_after")]
        rows.append([name, e["kind"], _number(e["weight"]), e["calibration"], f"{e['answered']:,}", accuracy, *honest])
    note = "Accuracy is agreement with the given labels, with Wilson's 95 % interval. ECE: 15 equal-mass bins."
    return _table(heads.split("|"), rows) + f'<p class="note">{note}</p>'


def _run(facts: Mapping) -> str:
    run, threshold = facts["run"], facts["threshold"]
    settings = ", ".join(f"{k} {v}" for k, v in run["settings"].items() if v is not None)
    pairs = [
        ("Run", f"{run['id']}, made {run['created']}"),
        ("Settings", settings),
        ("Seed", run["seed"]),
        ("Threshold", f"{_number(threshold['value'])}: {threshold['how']}"),
        ("Flagged", f"{threshold['flagged']:,} samples with suspicion at or above it"),
        ("Versions", ", ".join(f"{name} {version}" for name, version in facts["versions"].items())),
    ]
    chosen = [[c["at"], c["who"], c["key"], c["value"]] for c in threshold["choices"]]
    alarmed = [f"{g['group']}: {g['observed']:.0f} samples nobody agrees with, {g['expected']:.0f} expected"
               for g in run["groups_alarmed"]]  # fmt: skip
    choices = _table(["when", "who", "choice", "value"], chosen) if chosen else ""
    return _pairs(pairs) + _list(alarmed) + choices


def _estimates(facts: Mapping) -> str:
    found = facts["estimates"]
    seen = f"<p>{found['found_wrong']:,} given labels were found wrong so far.</p>"
    if not found["available"]:
        return seen + "<p>Precision and detection rate were not estimated; see Limits.</p>"
    kinds = [
        ("precision", "Precision (share of flagged that are wrong)", _percent),
        ("detection_rate", "Detection rate (share of the wrong that are flagged)", _percent),
        ("wrong_total", "Wrong given labels in all", _count),
        ("unfound", "Errors still unfound", _count),
    ]
    rows = [
        [words, _interval(v.get("point"), v.get("low"), v.get("high"), show)]
        for key, words, show in kinds
        if isinstance(v := found.get(key), Mapping)
    ]
    others = [(key, value) for key, value in found.items() if not isinstance(value, Mapping | list)]
    details = ", ".join(
        f"{key.replace('_', ' ')} {value}" for key, value in others if key not in ("available", "unfound")
    )
    return seen + _table(["quantity", "estimate and interval"], rows) + f'<p class="note">{_text(details)}</p>'


def _audit(facts: Mapping) -> str:
    audit = facts["audit"]
    if not audit["available"]:
        return "<p>The run was made without audit cards; nothing here speaks for samples that were not reviewed.</p>"
    heads = "stratum|samples|cards drawn|cards counted|found wrong"
    rows = [
        [s["stratum"], *(f"{s[k]:,}" for k in ("samples", "cards_drawn", "cards_counted", "found_wrong"))]
        for s in audit["strata"]
    ]
    words = (
        "Cards were drawn at random within strata of suspicion (0 is the most suspicious) before any review"
        f"{'' if audit['seed'] is None else ', seed ' + str(audit['seed'])}; in each stratum they count in their drawn "
        "order up to the first one not decided."
    )
    return f"<p>{_text(words)}</p>" + _table(heads.split("|"), rows)


def _reviewers(facts: Mapping) -> str:
    heads = "reviewer|decisions|adjudications|blind|median seconds|hours"
    rows = [
        [r["reviewer"], f"{r['decisions']:,}", r["adjudications"], r["blind"], _number(r["median_seconds"]),
         _number(r["hours"])]
        for r in facts["reviewers"]
    ]  # fmt: skip
    a, pull = facts["agreement"], facts["anchoring"]
    pairs = [
        ("Samples with two or more reviewers", f"{a['samples']:,}"),
        ("Same answer", _share(a["same_answer"], _percent)),
        ("Krippendorff's alpha, is the given label right", _share(a["alpha_on_given_label"], _number)),
        ("Suggested label named, blind", _share(pull["blind"], _percent)),
        ("Suggested label named, open", _share(pull["open"], _percent)),
        ("Anchoring effect (open minus blind)", _share(pull["effect"], _percent)),
    ]
    note = "The anchoring effect is a fair comparison only where chance decided which cards were shown open."
    return _table(heads.split("|"), rows) + _pairs(pairs) + f'<p class="note">{note}</p>'


def _verdicts(facts: Mapping) -> str:
    rows = facts["verdicts"]
    names = sorted({key for row in rows for key in row} - {"class", "decided"})
    table = _table(
        ["given class", "decided", *(n.replace("_", " ") for n in names)],
        [[row["class"], row["decided"], *(row.get(n, 0) for n in names)] for row in rows[:MOST_ROWS]],
    )
    pairs = [[p["given"], p["final"], p["samples"]] for p in facts["confused_pairs"][:MOST_ROWS]]
    more = (
        f'<p class="note">{len(rows) - MOST_ROWS:,} more classes in the JSON twin.</p>' if len(rows) > MOST_ROWS else ""
    )
    confused = "<h3>Most confused pairs</h3>" + _table(["given", "final", "samples"], pairs) if pairs else ""
    return table + more + confused if rows else "<p>Nothing has been decided.</p>"


def _examples(facts: Mapping, thumbnails: Mapping[str, bytes]) -> str:
    if not facts["examples"]:
        return "<p>No label changes.</p>"
    return '<div class="examples">' + "\n".join(_example(e, thumbnails) for e in facts["examples"]) + "</div>"


def _example(example: Mapping, thumbnails: Mapping[str, bytes]) -> str:
    final = " | ".join(example["final_labels"]) or example["verdict"].replace("_", " ")
    picture = _picture(thumbnails.get(example["sample_id"], b""))
    question = f"<p>{_text(example['question'])}</p>" if example.get("question") else ""
    options = f"<ol>{''.join(f'<li>{_text(o)}</li>' for o in example['options'])}</ol>" if "options" in example else ""
    return (
        f"<article>{picture}<h3>{_text(example['sample_id'])}</h3>{question}{options}"
        f"<p><del>{_text(example['given_label'])}</del> <ins>{_text(final)}</ins></p>"
        f'<p class="note">{example["agreeing"]} of {example["votes"]} votes, suspicion '
        f"{_number(example['suspicion'])}</p></article>"
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
            row.append(_interval(e[f"accuracy_{way}"], e[f"low_{way}"], e[f"high_{way}"], _percent))
            row.append(_ranks(e, way))
        if estimated:
            ends = [e[f"estimate_{end}corrected"] for end in ("", "low_", "high_")]
            row.append(_interval(*ends, _percent))
        rows.append(row)
    warning = f'<p class="warning">{_text(impact["sentences"][0])}</p>' + _list(impact["sentences"][1:])
    return warning + _table(heads, rows) + _chart(impact["experts"], estimated) + _swaps(impact)


def _ranks(expert: Mapping, way: str) -> str:
    low, high = expert[f"rank_low_{way}"], expert[f"rank_high_{way}"]
    return str(expert[f"rank_{way}"]) + (f" ({low} to {high})" if low != high else "")


def _swaps(impact: Mapping) -> str:
    p_values = {(p["labels"], *sorted((p["better"], p["worse"]))): p["mcnemar_p"] for p in impact["pairs"]}
    rows = []
    for n in impact["neighbours"]:
        if n["labels"] in ("corrected", "audit estimate"):
            p = p_values.get((n["labels"], *sorted((n["upper"], n["lower"]))))
            rows.append([n["labels"], n["upper"], n["lower"], _percent(n["swap_probability"]), _number(p)])
    heads = ["labels", "above", "below", "chance that they swap", "McNemar's p"]
    note = "Intervals: paired bootstrap, 95 %. McNemar's exact p for all pairs is in the JSON twin, unadjusted."
    return "<h3>Neighbours in rank</h3>" + _table(heads, rows) + f'<p class="note">{note}</p>'


def _chart(experts: Sequence[Mapping], estimated: bool) -> str:
    """Accuracies with intervals as an inline drawing: given, corrected and, where there is one, the estimate."""
    series = [("given", "", "given"), ("corrected", "", "corrected")]
    series += [("corrected", "estimate_", "audit estimate")] if estimated else []
    values = [_ends(e, way, prefix) for e in experts for way, prefix, _ in series]
    known = [v for ends in values for v in ends if v is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    height = len(experts) * (14 * len(series) + 12) + 24
    marks, y = [], 10
    for e in experts:
        marks.append(f'<text x="0" y="{y + 10}">{_text(e["expert"][:28])}</text>')
        for way, prefix, words in series:
            marks.append(_mark(_ends(e, way, prefix), low, span, y + 6, words))
            y += 14
        y += 12
    legend = "".join(f'<tspan class="{w.split()[0]}"> ● {w}</tspan>' for _, _, w in series)
    return (
        f'<svg viewBox="0 0 720 {height}" role="img" aria-label="accuracy with intervals">{"".join(marks)}'
        f'<text x="200" y="{height - 4}">{_percent(low)}</text><text x="700" y="{height - 4}" text-anchor="end">'
        f'{_percent(high)}</text><text x="450" y="{height - 4}" text-anchor="middle">{legend}</text></svg>'
    )


def _ends(expert: Mapping, way: str, prefix: str) -> tuple:
    if prefix:
        return tuple(expert[f"estimate_{end}{way}"] for end in ("", "low_", "high_"))
    return tuple(expert[f"{name}_{way}"] for name in ("accuracy", "low", "high"))


def _mark(ends: tuple, low: float, span: float, y: int, words: str) -> str:
    if None in ends:
        return ""
    x, left, right = (200 + 500 * (v - low) / span for v in ends)
    kind = words.split()[0]
    return (
        f'<line class="{kind}" x1="{left:.1f}" x2="{right:.1f}" y1="{y}" y2="{y}"/>'
        f'<circle class="{kind}" cx="{x:.1f}" cy="{y}" r="4"/>'
    )


def _reproduce(facts: Mapping) -> str:
    lines = "\n".join(escape(line) for line in facts["reproduce"])
    return f"<p>DATASET is the folder that the workspace was made from.</p><pre>{lines}</pre>"


class _Html(str):
    """Text that is HTML already."""


def _text(value: object) -> str:
    return value if isinstance(value, _Html) else escape("" if value is None else str(value))


def _code(value: str) -> _Html:
    return _Html(f"<code>{escape(value)}</code>")


def _table(heads: Sequence[str], rows: Iterable[Sequence]) -> str:
    head = "".join(f"<th>{_text(h)}</th>" for h in heads)
    body = "\n".join("<tr>" + "".join(f"<td>{_text(v)}</td>" for v in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>\n'


def _pairs(pairs: Iterable[tuple[str, object]]) -> str:
    return "<dl>" + "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in pairs) + "</dl>\n"


def _list(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{_text(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>\n" if items else ""


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _count(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


def _interval(point: float | None, low: float | None, high: float | None, show: Callable) -> str:
    return f"{show(point)} [{show(low)}, {show(high)}]"


def _share(share: Mapping, show: Callable) -> str:
    if share["point"] is None:
        return "not measured"
    return f"{_interval(share['point'], share['low'], share['high'], show)}, {share['count']:,} counted"
