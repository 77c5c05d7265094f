"""Markdown tables of the estimates benchmark."""

from collections.abc import Callable, Sequence

import numpy as np

QUESTIONS = ("precision", "detection rate")


def tables(tallies: Sequence, cards: tuple[int, ...], flagged: tuple[float, ...], design: float) -> str:
    """All tables, one below the other; tallies are ``benchmarks.estimates.Tally``."""
    at = flagged.index(design)
    sections = [
        ("Sets", _sets(tallies, at)),
        (
            "Fixed n: lowest coverage over thresholds (default estimator), precision / detection rate",
            _lowest(tallies, cards),
        ),
        (
            f"Fixed n: half-widths in points at {design:.0%} flagged, precision / detection rate",
            _widths(tallies, cards, at),
        ),
        (
            "Estimators, fixed n: lowest coverage, and mean half-width in points at 200 cards",
            _methods(tallies, cards, at),
        ),
        ("Peeking after each of 400 cards: how often the band never missed", _peeking(tallies, cards, at)),
        (
            f"Two plain strata and the default: at {design:.0%} flagged and 200 cards",
            _plain(tallies, cards, at),
        ),
    ]
    blocks = [f"### {title}\n\n{body}" for title, body in sections]
    return "\n\n".join(blocks)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _pair(values: np.ndarray, scale: float = 100, digits: int = 1) -> str:
    return " / ".join(f"{scale * v:.{digits}f}" for v in values)


def _sets(tallies, at) -> str:
    header = [
        "set",
        "samples",
        "wrong labels, %",
        "precision, %",
        "detection rate, %",
        "simulations",
        "of them peeking",
    ]
    rows = []
    for t in tallies:
        shares = (f"{100 * share:.1f}" for share in (t.wrong_share, *t.truth[:, at]))
        rows.append([t.name, f"{t.samples:,}", *shares, f"{t.simulations:,}", f"{t.peeking:,}"])
    return _table(header, rows)


def _lowest(tallies, cards) -> str:
    return _by_cards(tallies, cards, lambda t: (t.inside["strata"] / t.simulations).min(1))


def _widths(tallies, cards, at) -> str:
    return _by_cards(tallies, cards, lambda t: t.width["strata"][:, at] / t.simulations)


def _by_cards(tallies, cards, values: Callable) -> str:
    rows = [[t.name, *(_pair(pair) for pair in values(t))] for t in tallies]
    return _table(["set", *(f"{n} cards" for n in cards)], rows)


def _methods(tallies, cards, at) -> str:
    methods = list(tallies[0].inside)
    rows = []
    for t in tallies:
        cells = []
        for method in methods:
            lowest = (t.inside[method] / t.simulations).min((0, 1))
            cells += [_pair(lowest), _pair(t.width[method][cards.index(200), at] / t.simulations)]
        rows.append([t.name, *cells])
    header = [f"{method}: {what}" for method in methods for what in ("coverage", "half-width")]
    return _table(["set", *header], rows)


def _peeking(tallies, cards, at) -> str:
    header = ["set", "anytime, lowest over thresholds", "fixed n, every tenth card, lowest"]
    header += ["anytime width over fixed-n width at 200 cards", "target precision kept"]
    rows = []
    for t in tallies:
        ratio = t.anytime_width[cards.index(200), at] / np.maximum(t.width["strata"][cards.index(200), at], 1e-12)
        kept = f"{t.kept} of {t.promises}"
        never = (_pair(a.min(0) / t.peeking) for a in (t.always, t.always_fixed))
        rows.append([t.name, *never, _pair(ratio, 1, 2), kept])
    return _table(header, rows)


def _plain(tallies, cards, at) -> str:
    k = cards.index(200)
    kinds = list(tallies[0].plain_width)
    rows = []
    for t in tallies:
        pairs = [pair for kind in kinds for pair in (t.plain_inside[kind][k], t.plain_width[kind][k])]
        pairs += [t.inside["strata"][k, at], t.width["strata"][k, at]]
        rows.append([t.name, *(_pair(pair / t.simulations) for pair in pairs)])
    sides = [f"plain, {kind}" for kind in kinds] + ["default"]
    return _table(["set", *(f"{side}: {what}" for side in sides for what in ("coverage", "half-width"))], rows)
