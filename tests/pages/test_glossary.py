"""The words of the method are explained on each page that uses them, and each in one sentence only."""

import ast
import re

import pytest

from cleaning.calibrate.calibrators import METHODS
from cleaning.calibrate.method_words import as_option
from pages.shared.glossary import MEANINGS, meaning
from pages.shared.review.review_bar import ORDERS
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


MEAN_THE_MODE = {"Open: given label and votes shown", "Of blind cards, shown open at random (%)"}
OTHERWISE = {"so it is not opened.", "This page has been open for too long."}  # of files and pages, as everybody says


def test_open_means_one_thing():
    """A dataset is chosen, a card is not decided yet; open is how a card is shown."""
    found = []
    for path in sorted((ROOT / "pages").rglob("*.py")):
        for words in said_in(path):
            told = re.search(r"\b[Oo]pen(ed)?\b", words) and (" " in words or words[0].isupper())
            if told and words not in MEAN_THE_MODE and not any(part in words for part in OTHERWISE):
                found.append(f"{path.name}: {words}")
    assert [one for one in found if not one.startswith("glossary.py")] == []
    assert not [path for path in (ROOT / "pages").rglob("*.js") if re.search(r'"Open [a-z]', path.read_text("utf-8"))]


def test_no_choice_bears_the_name_of_its_code():
    assert [code for code, words in ORDERS.items() if words.lower() == code] == []
    assert [code for code in METHODS if code in as_option(code).split()] == []


def said_in(path):
    """The texts of a module, without what describes it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in described]
    return [node.value for node in texts if isinstance(node.value, str) and node.value]


def test_what_gives_a_file_is_called_download():
    """Also the button that the popover Download holds says so, since it is found by its name."""
    labels = []
    for path in sorted((ROOT / "pages").rglob("*.py")):
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        labels += [ast.unparse(c.args[0]) for c in calls if getattr(c.func, "attr", "") == "download_button"]
    assert labels and [label for label in labels if "Download" not in label] == []


def test_who_is_asked_for_a_name_sees_which_page_and_dataset_that_is(app, digits):
    test = app("review", digits.id)
    assert test.markdown[0].value == "# Review" and digits.name in test.caption[0].value.replace("\\", "")
