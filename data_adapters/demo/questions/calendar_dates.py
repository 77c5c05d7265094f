"""Calendar questions; every answer comes from ``datetime`` (proleptic Gregorian calendar)."""

from calendar import isleap
from datetime import date, timedelta
from random import Random

from data_adapters.demo.questions.draft import Draft, code_block, draw, first_different, number_draft

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def drafts(random: Random) -> list[Draft]:
    """72 questions with stems of their own."""
    makers = {weekday: 16, days_later: 16, days_between: 14, day_of_year: 10}
    return draw(random, {**makers, leap_year: 6, date_program: 10})


def written(day: date) -> str:
    """``3 March 2024``."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _any_day(random: Random) -> date:
    return date(random.randint(1950, 2030), 1, 1) + timedelta(days=random.randrange(365))


def weekday(random: Random) -> Draft:
    day = _any_day(random)
    offsets = [1, 6, 2, 5, 3, 4]
    wrong = tuple(_WEEKDAYS[(day.weekday() + offset) % 7] for offset in offsets)
    return Draft("weekdays", f"Which day of the week is {written(day)}?", _WEEKDAYS[day.weekday()], wrong)


def days_later(random: Random) -> Draft:
    start, days = _any_day(random), random.randint(20, 120)
    end = start + timedelta(days=days)
    wrong = first_different(end, (end + timedelta(days=slip) for slip in (1, -1, 2, -2, 30, -30, 3)))
    stem = f"Which date is {days} days after {written(start)}?"
    return Draft("dates", stem, written(end), tuple(map(written, wrong)), (end.isoformat(),))


def days_between(random: Random) -> Draft:
    start, days = _any_day(random), random.randint(25, 200)
    end = start + timedelta(days=days)
    stem = f"How many days after {written(start)} is {written(end)}?"
    return number_draft("intervals", stem, days, [days + 1, days - 1, days + 2, days - 2, days + 10])


def day_of_year(random: Random) -> Draft:
    day = _any_day(random)
    number = day.timetuple().tm_yday
    stem = f"If 1 January is day 1, which day of its year is {written(day)}?"
    return number_draft("day of the year", stem, number, [number + 1, number - 1, number + 2, number - 2, number + 3])


def leap_year(random: Random) -> Draft:
    century = random.choice([1700, 1800, 1900, 2100, 2200, 2300])  # divisible by four, yet no leap years
    years = range(century - 12, century + 13)
    leap = random.sample([year for year in years if isleap(year)], 3)
    common = [year for year in years if year % 2 == 0 and not isleap(year) and year != century]
    span = f"all between {years[0]} and {years[-1]}"
    stem = f"Which of these years, {span}, is a leap year in the Gregorian calendar?"
    wrong = [century, *random.sample(common, 5)]
    return Draft("leap years", stem, str(leap[0]), tuple(map(str, wrong)), tuple(map(str, leap[1:])))


def date_program(random: Random) -> Draft:
    year = random.choice([1999, 2000, 2011, 2012, 2023, 2024, 2100])
    start, days = date(year, 2, random.randint(20, 28)), random.randint(2, 12)
    end = start + timedelta(days=days)
    lines = (
        "from datetime import date, timedelta",
        f"start = date({start.year}, {start.month}, {start.day})",
        f"print(start + timedelta(days={days}))",
    )
    wrong = first_different(end, (end + timedelta(days=slip) for slip in (1, -1, 2, -2, 3, -3)))
    stem = f"What does this program print?\n\n{code_block(*lines)}"
    return Draft("programs", stem, str(end), tuple(map(str, wrong)))
