"""The drawing of the cleaning card: where accuracies and their intervals stand in it."""

from collections.abc import Mapping, Sequence

LONGEST_NAME = 28
LEFT, WIDTH, ROW, GAP = 200, 500, 14, 12  # pixels of a drawing 720 wide


def accuracy_chart(experts: Sequence[Mapping], estimated: bool) -> dict | None:
    """Names and marks with their places: given, corrected and, where there is one, the estimate; None without any.

    low, high: accuracies at the drawing's ends. names: (y, words). marks: (series, left, right, x, y). legend:
    (series, words).
    """
    series = [("given", "", "given"), ("corrected", "", "corrected")]
    series += [("corrected", "estimate_", "audit estimate")] if estimated else []
    known = [v for e in experts for way, prefix, _ in series for v in _ends(e, way, prefix) if v is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    each = ROW * len(series) + GAP
    marks = []
    for place, e in enumerate(experts):
        for line, (way, prefix, words) in enumerate(series):
            ends = _ends(e, way, prefix)
            if None not in ends:
                x, left, right = (LEFT + WIDTH * (v - low) / ((high - low) or 1.0) for v in ends)
                marks.append((words.split()[0], left, right, x, 16 + place * each + line * ROW))
    names = [(20 + place * each, _short(e["expert"])) for place, e in enumerate(experts)]
    legend = [(words.split()[0], words) for _, _, words in series]
    height = len(experts) * each + 24
    return {"low": low, "high": high, "height": height, "names": names, "marks": marks, "legend": legend}


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _ends(expert: Mapping, way: str, prefix: str) -> tuple:
    if prefix:
        return tuple(expert[f"estimate_{end}{way}"] for end in ("", "low_", "high_"))
    return tuple(expert[f"{name}_{way}"] for name in ("accuracy", "low", "high"))
