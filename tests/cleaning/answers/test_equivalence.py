"""Answers that say the same: cases of every listed kind, and what must hold whatever is written."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.answers import Context
from cleaning.answers.plain_writing import LONGEST

SAME = [
    (
        "18",
        "How much does she make, in $? How much?",
        ["$18", "18 dollars", "18.00", "1800 cents", "about 18", "**18**."],
    ),
    ("1234.5", "", ["1,234.5", "1.234,5", "1 234.50", "1234,5", "1234 1/2", "$1234.5$"]),
    ("5 km", "", ["5000 m", "5,000 metres", "5", "5 kilometers", "3.11 miles", "approximately 5 km"]),
    ("1/2", "", ["0.5", "50%", "½", "\\frac{1}{2}", "one half", "2/4", "$\\frac12$", "\\boxed{1/2}"]),
    ("33.33%", "", ["1/3", "33 1/3 %", "0.3333"]),
    ("1/3", "", ["0.33", "33.3%", "0.3333333"]),
    ("25", "What percentage of the eggs broke?", ["25%", "0.25", "1/4", "25 percent"]),
    ("90 minutes", "", ["1 h 30 min", "1.5 hours", "1 hour and 30 minutes", "90", "ninety min"]),
    ("20 °C", "", ["68 °F", "293.15 K", "20", "20 degrees Celsius"]),
    ("2500000", "", ["2.5 million", "2.5e6", "2.5 \\times 10^6", "2.5×10⁶", "2,500,000"]),
    ("72 km/h", "", ["20 m/s", "72 kilometers per hour"]),
    ("12 m²", "", ["12 square meters", "120000 cm^2", "12 m^2"]),
    ("-4", "", ["−4", "-4.0"]),
    ("12 apples", "How many apples are there?", ["12", "twelve apples", "12 apple"]),
    ("12", "How many apples are there?", ["12 apples", "12 green apples"]),
    ("5 March 2024", "", ["2024-03-05", "March 5, 2024", "5/3/2024", "03/05/2024", "Tuesday, 5th of March, 2024"]),
    ("yes", "", ["True", "Yes, because it is.", "**Yes**", "correct"]),
    ("{1, 2, 3}", "", ["3, 2 and 1", "[1,2,3]", "{3,2,1}", "1; 2; 3"]),
    ("x = 2 or x = -3", "", ["-3, 2", "{2, -3}"]),
    ("The Eiffel Tower", "", ["eiffel tower", "“Eiffel Tower.”", "Eiffel-Tower"]),
    ("Bogotá", "", ["Bogota", "BOGOTÁ"]),
]
OTHER = [
    ("18", "", ["1.8", "81", "-18", "18 %", "18 or 19", "eighteen hundred", ""]),
    ("5 km", "", ["5 m", "5 kg", "50 km", "5 miles"]),
    ("0.5", "", ["0.54", "5", "1/20", "0.05"]),
    ("25", "What percentage of the eggs broke?", ["2.5%", "0.025", "75%"]),
    ("20 °C", "", ["20 °F", "68", "20 K"]),
    ("12", "How many apples are there?", ["12 pears", "12 apples and 3 pears"]),
    ("5 March 2024", "", ["5 March 2023", "2024-05-04", "March 2024"]),
    ("yes", "", ["no", "False", "maybe"]),
    ("{1, 2, 3}", "", ["1, 2", "1, 2, 4", "1, 2, 3, 4"]),
    ("(1, 2)", "", ["(2, 1)"]),
    ("Eiffel Tower", "", ["Eifel Tower", "Tower Eiffel"]),
    ("C++", "", ["C"]),
]


@pytest.mark.parametrize(("reference", "question", "answers"), SAME)
def test_what_says_the_same(reference, question, answers):
    context = Context.of(reference, question, answers)
    assert [one for one in answers if not context.same(reference, one)] == []


@pytest.mark.parametrize(("reference", "question", "answers"), OTHER)
def test_what_says_something_else(reference, question, answers):
    context = Context.of(reference, question, answers)
    assert [one for one in answers if context.same(reference, one)] == []


PIECES = st.sampled_from(
    "1 2 10 1,000 0.5 .5 1/2 ½ 3 1/3 0.33 -4 1e3 $ € % km m h min °C °F yes no true March 5 2024 2024-03-05 5/3/2024 the a "
    "{ } ( ) [ ] , ; and or x = \\frac{1}{2} \\text{m} ** . twelve million apples pears Paris ² ⁻".split(" ")
)
SHORT = st.lists(PIECES, max_size=4).map("".join)
WRITTEN = st.one_of(st.lists(PIECES, max_size=6).map(" ".join), st.text(max_size=30), SHORT)


@given(WRITTEN, WRITTEN, st.lists(WRITTEN, min_size=3, max_size=5))
def test_it_is_an_equivalence_whatever_is_written(reference, question, answers):
    context = Context.of(reference, question, answers)
    assert all(context.same(one, one) for one in [reference, *answers])
    pairs = {(i, j): context.same(a, b) for i, a in enumerate(answers) for j, b in enumerate(answers)}
    assert all(same == pairs[j, i] for (i, j), same in pairs.items())
    assert all(pairs[i, k] for i, j in pairs for k in range(len(answers)) if pairs[i, j] and pairs[j, k])
    assert Context.of(reference, question, answers[::-1]) == context


@given(st.fractions(min_value=-10_000, max_value=10_000, max_denominator=400))
def test_a_number_is_itself_however_it_is_written(value):
    reference = f"{value.numerator}/{value.denominator}"
    context = Context.of(reference)
    ways = [f"\\frac{{{value.numerator}}}{{{value.denominator}}}", f"= {reference}", f"**{reference}**."]
    if 10**6 % value.denominator == 0:
        ways += [f"{float(value):.6f}", f"{float(value):,.6f}", f"{float(value):.6f}".replace(".", ",")]
        ways += [f"{float(value * 100):.6f} %", f"{float(value):.6f}".replace("-", "−")]
    assert [way for way in ways if not context.same(reference, way)] == []
    assert not context.same(reference, str(value.numerator + value.denominator) + f"/{value.denominator}")


SMALLER = [("km", "m", 1000), ("h", "min", 60), ("kg", "grams", 1000), ("l", "ml", 1000)]


@given(st.integers(1, 10**7), st.sampled_from(SMALLER))
def test_a_measure_is_itself_in_the_smaller_unit(count, units):
    large, small, factor = units
    context = Context.of(f"{count} {large}")
    assert context.same(f"{count} {large}", f"{count * factor:,} {small}")
    assert not context.same(f"{count} {large}", f"{count * factor + 1} {small}")


@given(st.dates(date(1000, 1, 1)), st.integers(0, 6))
def test_a_date_is_itself_however_it_is_written(day, other):
    context = Context.of(day.isoformat())
    ways = [f"{day.day} {day:%B} {day.year}", f"{day:%B} {day.day}, {day.year}", f"{day.day}/{day.month}/{day.year}",
            f"{day.month}/{day.day}/{day.year}", f"{day.day} {day:%b} {day.year}"]  # fmt: skip
    assert [way for way in ways if not context.same(day.isoformat(), way)] == []


@given(st.lists(st.integers(-99, 99), min_size=2, max_size=8), st.randoms())
def test_a_set_is_itself_in_any_order(members, order):
    mixed = order.sample(members, len(members))
    context = Context.of("{" + ", ".join(map(str, members)) + "}")
    assert context.same("{" + ", ".join(map(str, members)) + "}", ", ".join(map(str, mixed[:-1])) + f" and {mixed[-1]}")


def test_what_was_rounded_counts_as_the_first_that_it_rounds():
    context = Context.of("0.5", "", ["1/3", "0.333", "0.33", "33.3 %", "0.34"])
    forms = [context.form(one) for one in ("1/3", "0.333", "0.33", "33.3 %")]
    assert len(set(forms)) == 1 and forms[0][1] == Fraction(1, 3) and context.form("0.34") != forms[0]


def test_nothing_is_evaluated_and_length_is_bounded():
    long = "9" * 1_000_000
    context = Context.of("10", "", [long, "10**9999999", "1e999999", "__import__('os')"])
    assert context.form("10**9999999")[0] == "text" and context.form("1e999999")[0] == "text"
    assert len(str(context.form(long))) < 2 * LONGEST and context.form("(" * 50_000)[0] == "text"
