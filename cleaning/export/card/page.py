"""The cleaning card as one HTML file: no network, no script, prints well, light and dark.

The page is ``templates/card.html.j2``; everything that comes from data is escaped there. A content security policy
forbids all but inline style and embedded pictures.
"""

import base64
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from cleaning.certify.judged_log import RULES
from cleaning.certify.wrong_left import upper_percent
from cleaning.export.card import figures
from cleaning.export.card.chart import accuracy_chart
from cleaning.export.card.leaderboard import WAYS
from cleaning.export.html_templates import html_templates

MOST_ROWS, MOST_PAIRS = 30, 15
LARGEST_PICTURE = 512 * 1024
TEMPLATES = Path(__file__).parent / "templates"
_PICTURES = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"), (b"RIFF", "webp"))
_WAY_WORDS = {"given": "given labels", "corrected": "corrected, strict", "any_of": "any that fits"}


def card_page(facts: Mapping, thumbnails: Mapping[str, bytes] | None = None) -> bytes:
    """The page for the values of ``card_facts``.

    thumbnails: pictures (PNG, JPEG, GIF or WebP bytes) by sample id for the examples; others are left out.
    """
    experts = facts["impact"]["experts"]
    estimated = bool(experts) and "estimate_corrected" in experts[0]
    page = _template("card.html.j2").render(
        facts,
        pictures={sample: _embedded(data) for sample, data in (thumbnails or {}).items()},
        verdict_names=sorted({key for row in facts["verdicts"] for key in row} - {"class", "decided"}),
        estimated=estimated,
        chart=accuracy_chart(experts, estimated),
        neighbours=_swaps_of_neighbours(facts["impact"]),
    )
    return page.encode()


def certificate_page(facts: Mapping) -> bytes:
    """The page for the values of ``cleaning.certify.certificate.certificate``."""
    return _template("certificate.html.j2").render(facts, rules=RULES).encode()


@lru_cache(maxsize=2)
def _template(name: str):
    made = html_templates(TEMPLATES)
    shown = (upper_percent, figures.counted, figures.percent, figures.whole, figures.number, figures.p_value)
    made.filters |= {show.__name__: show for show in shown}
    made.globals |= {show.__name__: show for show in (*shown, figures.interval, figures.ranks)}
    made.globals |= {"ways": WAYS, "way_words": _WAY_WORDS, "most_rows": MOST_ROWS, "most_pairs": MOST_PAIRS}
    return made.get_template(name)


def _embedded(data: bytes) -> str:
    """A picture as an address that holds it; "" for bytes that are none, or too many."""
    kind = next((name for start, name in _PICTURES if data.startswith(start)), None)
    if kind is None or len(data) > LARGEST_PICTURE:
        return ""
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _swaps_of_neighbours(impact: Mapping) -> list[dict]:
    """Neighbours in rank by corrected labels and by the audit estimate, with McNemar's p where it was asked."""
    p_values = {(p["labels"], *sorted((p["better"], p["worse"]))): p["mcnemar_p"] for p in impact["pairs"]}
    shown = [n for n in impact["neighbours"] if n["labels"] in ("corrected", "audit estimate")]
    return [n | {"p": p_values.get((n["labels"], *sorted((n["upper"], n["lower"]))))} for n in shown]
