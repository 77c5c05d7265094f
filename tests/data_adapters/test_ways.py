"""Sentences speak of the surface they are read on."""

import ast
import re

import pytest

from cleaning.errors import InputError
from data_adapters import ReadingPlan, read_loose
from data_adapters.ways import COMMAND_LINE, Surface, way
from tests.data_adapters import tiny
from tests.source_files import our_files, text_of

FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
OF_ANOTHER_PROGRAM = {"--log_samples", "--output_path", "--log"}
ELSEWHERE = Surface(dict.fromkeys(COMMAND_LINE, "by hand"))


def options_in(path: str) -> list[str]:
    """Options of the command line in the texts of a module, except in its docstrings."""
    tree = ast.parse(text_of(path))
    documented = [
        n.body[0].value
        for n in ast.walk(tree)
        if isinstance(n, (ast.Module, ast.FunctionDef, ast.ClassDef)) and n.body and isinstance(n.body[0], ast.Expr)
    ]
    texts = [
        n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and n not in documented
    ]
    return [found for text in texts for found in FLAG.findall(text.value) if found not in OF_ANOTHER_PROGRAM]


def test_no_reader_names_an_option_itself():
    files = [f for f in our_files() if f.startswith("data_adapters/") and not f.startswith("data_adapters/inference/")]
    named = {path: options_in(path) for path in files if path != "data_adapters/ways.py"}
    assert len(files) > 50 and {path: found for path, found in named.items() if found} == {}


def test_the_same_sentence_on_another_surface(tmp_path):
    labels = tiny.write(tmp_path / "labels.csv", "a,b\n1,2\n3,4")
    with pytest.raises(InputError, match="with --id-column") as refused:
        read_loose(labels, {}, plan=ReadingPlan())
    retold = ELSEWHERE.retold(str(refused.value))
    assert "by hand" in retold and not FLAG.search(retold)
    with pytest.raises(InputError, match=re.escape(str(tmp_path))) as gone:
        read_loose(tmp_path / "gone.csv", {})
    assert ELSEWHERE.retold(str(gone.value)).startswith("There is no file 'gone.csv'.")


@pytest.mark.parametrize("what", COMMAND_LINE)
def test_every_way_is_retold(what):
    said = f"Before. {way(what, 'label_base:a{b}')} After."
    assert ELSEWHERE.retold(said) == "Before. by hand After."


def test_what_names_no_way_stays_as_it_is():
    said = "'labels.csv' has no column 'a/b'; '../x' lies outside. dataset.json names 3 classes."
    assert ELSEWHERE.retold(said) == said


def test_a_name_stands_in_its_place():
    assert way("fix", "label_base:a{b}") == "A fix is offered: --fix label_base:a{b}."
