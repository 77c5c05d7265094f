"""The words of the method are explained on each page that uses them, and each in one sentence only."""

import ast

import pytest

from pages.shared.glossary import MEANINGS, meaning
from tests.pages.conftest import ROOT

EXPLAINED = {
    "threshold": ("suspicion", "threshold", "flagged", "precision", "detection rate"),
    "calibrate": ("calibration",),
    "review": ("flagged", "threshold", "random card", "blind", "open"),
    "cascade": ("flagged", "suspicion"),
    "export": ("random card", "flagged"),
}


@pytest.mark.parametrize("page", EXPLAINED)
def test_a_page_explains_its_words(app, digits, page):
    test = app(page, digits.id, reviewer="ann")
    helps = "\n".join(getattr(element.proto, "help", "") for element in [*shown(test)])
    assert [word for word in EXPLAINED[page] if MEANINGS[word] not in helps] == []


def shown(test):
    return [*test.markdown, *test.header, *test.radio, *test.toggle, *test.get("button_group")]


def test_each_word_has_one_plain_sentence():
    tree = ast.parse((ROOT / "pages/shared/glossary.py").read_text(encoding="utf-8"))
    [defined] = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    words = [key.value.lower() for key in defined.keys]
    assert len(set(words)) == len(words) == len(set(MEANINGS.values()))
    assert {word for page in EXPLAINED.values() for word in page} == set(words)
    for word, said in MEANINGS.items():
        assert said.lower().startswith(word) and said.endswith(".") and said.count(". ") == 0
    assert meaning("blind", "open").split("\n\n") == [MEANINGS["blind"], MEANINGS["open"]]
