"""The study as one HTML file: no network, no script, prints well, light and dark; the data of every figure inside it.

The page is ``templates/study.html.j2``, which escapes everything that comes from data.
"""

import base64
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from cleaning.drawing.svg_text import STYLE, svg
from cleaning.export.formats.formula_safe import csv_of
from cleaning.export.html_templates import html_templates
from cleaning.paper_claims.told import MOST_SHOWN, PaperStudy, between
from cleaning.version import __version__

TEMPLATES = Path(__file__).parent / "templates"


def study_page(study: PaperStudy) -> bytes:
    """The report as one HTML file; the same study gives the same bytes."""
    page = _template().render(study=study, version=__version__, most=MOST_SHOWN, figure_style=STYLE)
    return page.encode()


def as_address(table: pd.DataFrame) -> str:
    """The CSV as an address that holds it."""
    return f"data:text/csv;base64,{base64.b64encode(csv_of(table)).decode()}"


def cell(value: object) -> str:
    """A value as the page shows it: four figures, nothing for what is not known."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:.4g}"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    return "" if value is None else str(value)


def condensed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with each value and its two ends in one column: ``0.872 (0.869 to 0.875)``."""
    shown, spent = dict[str, object](), set[str]()
    names = list(map(str, table.columns))
    for place, name in enumerate(names):
        short = name.removeprefix("ece_")
        pairs = [(f"{one}_low", f"{one}_high") for one in (name, short)]
        pairs += [("low", "high")] if names[place + 1 : place + 3] == ["low", "high"] else []
        ends = next((pair for pair in pairs if set(pair) <= set(names)), None)
        if name in spent:
            continue
        shown[name] = list(table[name])
        if ends:
            spent |= set(ends)
            values = zip(table[name], table[ends[0]], table[ends[1]])
            shown[name] = ["" if np.isnan(value) else between(value, low, high) for value, low, high in values]
    return pd.DataFrame(shown)


@lru_cache(maxsize=1)
def _template():
    from markupsafe import Markup

    made = html_templates(TEMPLATES)
    made.filters.update(cell=cell, as_address=as_address, condensed=condensed)
    made.filters["drawing"] = lambda one: Markup(svg(one, alone=False))
    return made.get_template("study.html.j2")
