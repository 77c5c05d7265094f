"""Question text for plain widgets: formulas and code as meant, everything else as it stands."""

import pytest

from pages.shared.messages import escaped
from pages.shared.server.question_text import beginning, markdown


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


@pytest.mark.parametrize(
    "text, expected",
    [
        (r"A train moves at $90\ \mathrm{km/h}$. What", "A train moves at 90 km/h. What"),
        (r"What is $\frac{7}{10} + \frac{1}{6}$?", "What is 7/10+1/6?"),
        (r"neutrons of $^{37}_{17}\mathrm{Cl}$, or $4^{2}$", "neutrons of ³⁷₁₇Cl, or 4²"),
        ("Print **this**:\n\n```python\nx = 1\n```", "Print this: x = 1"),
        ("costs $5 or $6_", "costs $5 or $6_"),
    ],
)
def test_a_beginning_is_read_without_marks(text, expected):
    assert " ".join(beginning(text, 90).split()) == expected


def test_a_beginning_is_cut_at_its_length():
    assert beginning("How many square metres are two hectares", 20) == "How many square met…"
