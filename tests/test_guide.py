"""The guide's code runs, and ``from cleaning import ...`` is light and complete."""

import json
import re

import pandas as pd
import pytest

import cleaning
from cleaning import Drawing
from tests.guide_notebook import GUIDE, NOTEBOOK, cells, notebook
from tests.test_architecture import run_python


def guide() -> str:
    return GUIDE.read_text(encoding="utf-8")


def code_cells() -> list[str]:
    """Of the notebook, as Jupyter would run them."""
    told = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in told["cells"] if cell["cell_type"] == "code"]


def test_the_notebook_holds_the_guides_cells_without_outputs():
    assert NOTEBOOK.read_text(encoding="utf-8") == notebook(guide()), "python -m tests.guide_notebook writes it anew"
    told = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert [(c["cell_type"], "".join(c["source"])) for c in told["cells"]] == list(cells(guide()))
    assert all(c["outputs"] == [] and c["execution_count"] is None for c in told["cells"] if c["cell_type"] == "code")
    assert len(code_cells()) == len(re.findall(r"```python", guide())) == 10


def test_the_notebook_is_of_nbformat_4_5():
    """The keys that Jupyter's schema asks for, and no other; ids as it allows them, each once."""
    told = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (told["nbformat"], told["nbformat_minor"]) == (4, 5)
    assert set(told) == {"cells", "metadata", "nbformat", "nbformat_minor"} and told["metadata"]["kernelspec"]["name"]
    shared = {"id", "cell_type", "metadata", "source"}
    for cell in told["cells"]:
        code = {"outputs", "execution_count"} if cell["cell_type"] == "code" else set()
        assert set(cell) == shared | code and cell["cell_type"] in ("code", "markdown")
        assert re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", cell["id"])
    assert len({cell["id"] for cell in told["cells"]}) == len(told["cells"])


def test_the_notebook_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    known: dict = {}
    for cell in code_cells():
        exec(compile(cell, "docs/guide.ipynb", "exec"), known)
    printed = capsys.readouterr().out
    assert "When this model says" in printed and "experts together are worth" in printed
    assert known["point"].reached and known["router"]["experts"][0]["name"] == "naive_bayes"
    assert len(known["scored"].table) == len(known["dataset"])
    assert known["calls"].iloc[-1]["overlap"] == 1
    assert all(isinstance(one, Drawing) and one._repr_svg_().startswith("<svg") for one in known["shown"])
    assert isinstance(known["moved"], pd.DataFrame) and known["now"].flagged_count == 90
    assert (tmp_path / "report.html").stat().st_size > 100_000 and len(known["claims"].claims) == 7


def test_every_function_that_the_guide_names_for_a_page_is_there():
    table = guide().split("## What each page shows", 1)[1]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "`" in line]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert len(named) > 35 and set(named) <= set(cleaning.__all__)
    assert {row.split("|")[1].strip() for row in rows} - {""} == {
        "Calibrate",
        "Threshold",
        "Cascade",
        "Settle",
        "Export",
    }


@pytest.mark.parametrize("name", cleaning.__all__)
def test_every_name_is_there_and_documented(name):
    assert getattr(cleaning, name).__doc__
    assert name in dir(cleaning)


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        cleaning.nonsense  # noqa: B018


def test_import_cleaning_is_light():
    heavy = "import sys, cleaning; print([m for m in ('numpy', 'pandas', 'sklearn') if m in sys.modules])"
    assert run_python(heavy) == "[]"
