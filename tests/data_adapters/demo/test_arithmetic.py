"""Every arithmetic answer computed again from the stem; programs are run."""

import re
from fractions import Fraction

import numpy as np

from tests.data_adapters.demo.recomputing import check, run_program


def arithmetic_answer(stem, options):
    if "```python" in stem:
        return "program", Fraction(run_program(stem))
    if match := re.fullmatch(r"What is (\d+) % of (\d+)\?", stem):
        return "percentage", Fraction(int(match[1]), 100) * int(match[2])
    if match := re.fullmatch(r"What is the remainder when (\d+) is divided by (\d+)\?", stem):
        return "remainder", Fraction(int(match[1]) - int(match[2]) * int(int(match[1]) / int(match[2])))
    if "is prime" in stem:
        primes = [int(o) for o in options if int(o) in sieve(250)]
        assert len(primes) == 1, options
        return "prime", Fraction(primes[0])
    return "formula", latex_value(re.fullmatch(r"What is \$(.+)\$\?", stem)[1])


def latex_value(formula):
    text = re.sub(r"\\frac\{(\d+)\}\{(\d+)\}", r"F(\1, \2)", formula).replace(r"\times", "*")
    text = re.sub(r"\^\{(\d+)\}", r"**\1", text)
    assert re.fullmatch(r"[F\d(), +*-]+", text), text
    return Fraction(eval(text, {"F": Fraction}))


def sieve(limit):
    prime = np.ones(limit, bool)
    prime[:2] = False
    for n in range(2, limit):
        prime[2 * n :: n] = False
    return set(np.flatnonzero(prime).tolist())


def number(option):
    return latex_value(option.strip("$").replace(",", ""))


def test_arithmetic(generated):
    topics = check(generated, "arithmetic", arithmetic_answer, number)
    assert topics == {"program", "percentage", "remainder", "prime", "formula"}
