"""Every calendar answer computed again by day numbers and Zeller's congruence, without datetime."""

import re
from datetime import date

from tests.data_adapters.demo.recomputing import check, run_program

MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = ("Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday")  # as Zeller counts


def day_number(year, month, day):
    """Julian day number (Fliegel and Van Flandern 1968)."""
    a = int((month - 14) / 12)
    return (
        (1461 * (year + 4800 + a)) // 4
        + (367 * (month - 2 - 12 * a)) // 12
        - (3 * ((year + 4900 + a) // 100)) // 4
        + day
        - 32075
    )


def zeller(year, month, day):
    """Weekday by Zeller's congruence."""
    year, month = (year - 1, month + 12) if month < 3 else (year, month)
    return WEEKDAYS[(day + 13 * (month + 1) // 5 + year + year // 4 - year // 100 + year // 400) % 7]


def days_in(text):
    """Day numbers of the dates written in a text, in order."""
    found = re.findall(r"(\d+) ([A-Z][a-z]+) (\d{4})", text)
    return [(int(y), MONTHS.index(m) + 1, int(d)) for d, m, y in found]


def calendar_answer(stem, options):
    if "```python" in stem:
        return "program", day_number(*map(int, run_program(stem).split("-")))
    if "leap year" in stem:
        days = {int(o): day_number(int(o) + 1, 1, 1) - day_number(int(o), 1, 1) for o in options}
        (leap,) = [year for year, count in days.items() if count == 366]
        return "leap year", leap
    first, *rest = days_in(stem)
    if stem.startswith("Which day of the week"):
        return "weekday", zeller(*first)
    if rest:
        return "between", day_number(*rest[0]) - day_number(*first)
    if match := re.match(r"Which date is (\d+) days after", stem):
        return "later", day_number(*first) + int(match[1])
    assert stem.startswith("If 1 January is day 1")
    return "day of year", day_number(*first) - day_number(first[0], 1, 1) + 1


def calendar_value(option):
    if option in WEEKDAYS:
        return option
    if written := days_in(option):
        return day_number(*written[0])
    if re.fullmatch(r"\d{4}-\d\d-\d\d", option):
        return day_number(*map(int, option.split("-")))
    return int(option.replace(",", ""))


def test_calendar(generated):
    topics = check(generated, "calendar", calendar_answer, calendar_value)
    assert topics == {"program", "leap year", "weekday", "between", "later", "day of year"}


def test_the_day_number_used_here_is_right():
    assert day_number(2000, 1, 1) == 2451545 and zeller(2000, 1, 1) == "Saturday"
    assert day_number(1900, 3, 1) - day_number(1900, 2, 28) == 1
    assert day_number(2024, 3, 1) == date(2024, 3, 1).toordinal() + 1721425
