"""The guide's code runs, and ``from cleaning import ...`` is light and complete."""

import re

import pytest

import cleaning
from cleaning.command_line import main
from tests.conftest import REPOSITORY
from tests.test_architecture import run_python


def blocks() -> list[str]:
    text = (REPOSITORY / "docs" / "guide.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def test_the_guide_runs_as_one_notebook(tmp_path, monkeypatch, capsys):
    main(["demo", "--out", str(tmp_path / "demo")])
    monkeypatch.chdir(tmp_path)
    assert len(blocks()) == 7
    known: dict = {}
    for block in blocks():
        exec(compile(block, "docs/guide.md", "exec"), known)
    printed = capsys.readouterr().out
    assert "When this model says" in printed and "experts together are worth" in printed
    assert known["point"].reached and known["router"]["experts"][0]["name"] == "naive_bayes"
    assert len(known["scored"].table) == len(known["dataset"])
    assert known["calls"].iloc[-1]["overlap"] == 1


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
