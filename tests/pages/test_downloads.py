"""Downloads that are made when asked for."""

import ast
from pathlib import Path

import pandas as pd

from cleaning.command_line.shared.output import write_table

PAGES = Path(__file__).parents[2] / "pages"


def test_no_click_on_a_download_reruns_the_page():
    """Streamlit forgets what a click asked for when the script runs again before it is made: the file never comes."""
    calls = [
        (path.name, call.lineno, {word.arg: word.value for word in call.keywords})
        for path in PAGES.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "download_button"
    ]
    rerunning = [
        (name, line) for name, line, words in calls if getattr(words.get("on_click"), "value", "rerun") != "ignore"
    ]
    assert len(calls) >= 5 and rerunning == []


def test_no_table_of_a_page_or_a_command_goes_out_with_a_formula_that_runs(tmp_path):
    raw = [path.name for path in PAGES.rglob("*.py") if ".to_csv(" in path.read_text(encoding="utf-8")]
    assert raw == [], "csv_of makes them"
    write_table(pd.DataFrame({"expert": ["=cmd|' /C calc'!A0", "b"], "ece": [-0.5, 1.0]}), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().split() == ["expert,ece,formula_safe", "'=cmd|'", "/C", "calc'!A0,-0.5,yes",
                                                       "b,1.0,yes"]  # fmt: skip
