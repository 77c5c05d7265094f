"""Tables in which every share has one decimal, so that a column can be read down."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

PERCENT = "%.1f %%"


def share(label: str):
    """A column of shares, 0 to 1, to be shown by ``in_percent``."""
    return st.column_config.NumberColumn(label, format=PERCENT)


def in_percent(table: pd.DataFrame, columns: Mapping) -> pd.DataFrame:
    """The table with all columns that are ``share`` among ``columns`` as percentages."""
    shares = [c for c in columns if c in table and columns[c]["type_config"].get("format") == PERCENT]
    return table.assign(**{c: 100 * table[c].astype(float) for c in shares})
