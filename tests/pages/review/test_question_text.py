"""Question text for plain widgets: formulas and code as meant, everything else as it stands."""

import pytest

from pages.shared.messages import escaped
from pages.shared.server.question_text import markdown


@pytest.mark.parametrize(
    "text, expected",
    [
        ("What is $x^2$ of 3?", r"What is $x^2$ of 3?"),
        (r"Let \(a_b\) be [it](http://a.b).", r"Let $a_b$ be \[it\]\(http\:\/\/a\.b\)\.".replace(r"\/", "/")),
        (r"\[x\]", "$$x$$"),
        ("It costs $5 and $6 more", r"It costs \$5 and \$6 more"),
        ("so $\\href{a}{b", r"so \$\\href\{a\}\{b"),
        ("run `a_b <b>`", "run `a_b <b>`"),
        ("<img src=x>", r"\<img src\=x\>"),
        ("one\ntwo", "one  \ntwo"),
        ("    four\n\nnext", "\u00a0\u00a0\u00a0\u00a0four\n\nnext"),
        (":red[a] # b", r"\:red\[a\] \# b"),
    ],
)
def test_only_formulas_and_code_stay_markup(text, expected):
    assert markdown(text, escaped) == expected


def test_a_block_of_code_cannot_be_ended_from_inside():
    made = markdown("Look:\n\n```python\nx = 1\n  ````\ny\n```\nWhat?", escaped)
    assert made == "Look\\:\n\n`````\nx = 1\n  ````\ny\n`````\n\nWhat?"


def test_text_without_end_is_cut():
    assert len(markdown("a" * 1_000_000, escaped)) == 100_000
