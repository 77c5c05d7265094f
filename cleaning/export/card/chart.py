"""The drawing of the cleaning card: accuracies with their intervals, as inline SVG."""

from collections.abc import Mapping, Sequence

from cleaning.export.card.html import percent, text


def accuracy_chart(experts: Sequence[Mapping], estimated: bool) -> str:
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
        marks.append(f'<text x="0" y="{y + 10}">{text(e["expert"][:28])}</text>')
        for way, prefix, words in series:
            marks.append(_mark(_ends(e, way, prefix), low, span, y + 6, words))
            y += 14
        y += 12
    legend = "".join(f'<tspan class="{w.split()[0]}"> ● {w}</tspan>' for _, _, w in series)
    return (
        f'<svg viewBox="0 0 720 {height}" role="img" aria-label="accuracy with intervals">{"".join(marks)}'
        f'<text x="200" y="{height - 4}">{percent(low)}</text><text x="700" y="{height - 4}" text-anchor="end">'
        f'{percent(high)}</text><text x="450" y="{height - 4}" text-anchor="middle">{legend}</text></svg>'
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
