"""Downloads that are made when asked for."""

import ast
from pathlib import Path

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
