"""Dates as people write them: ``2024-03-05``, ``5 March 2024``, ``March 5th, 2024``, ``5/3/2024``, ``March 2024``."""

import re

MONTHS = (
    "january february march april may june july august september october november december".split()
)  # each also by its first three letters, and September by four
NAMES = {form: number for number, name in enumerate(MONTHS, 1) for form in (name, name[:3], name[:4])}
MONTH = rf"({'|'.join(sorted(NAMES, key=len, reverse=True))})\.?"
DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
YEAR = r"(\d{4})"
WEEKDAY = re.compile(r"^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day),? ", re.IGNORECASE)
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:T[\d:.]{0,15}Z?)?")
BY_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
DAY_FIRST = re.compile(rf"(?:the )?{DAY}(?: of)?[ -]{MONTH}(?:,?[ -]{YEAR})?", re.IGNORECASE)
MONTH_FIRST = re.compile(rf"{MONTH}[ -](?:the )?{DAY}(?:,?[ -]{YEAR})?", re.IGNORECASE)
MONTH_ALONE = re.compile(rf"{MONTH},?[ -]{YEAR}", re.IGNORECASE)
Date = tuple[int, int, int]  # year, month, day; 0 for what is not said


def dates_of(text: str) -> tuple[Date, ...]:
    """The dates that a text (in plain writing) may be: one, two where day and month may be either, none if it is none."""
    text = WEEKDAY.sub("", text.strip())
    if found := ISO.fullmatch(text):
        return _sound((int(found[1]), int(found[2]), int(found[3])))
    if found := BY_NUMBERS.fullmatch(text):
        one, other, year = int(found[1]), int(found[3]), int(found[4])
        return tuple(dict.fromkeys((*_sound((year, other, one)), *_sound((year, one, other)))))
    if found := DAY_FIRST.fullmatch(text):
        return _sound((int(found[3] or 0), NAMES[found[2].casefold()], int(found[1])))
    if found := MONTH_FIRST.fullmatch(text):
        return _sound((int(found[3] or 0), NAMES[found[1].casefold()], int(found[2])))
    if found := MONTH_ALONE.fullmatch(text):
        return ((int(found[2]), NAMES[found[1].casefold()], 0),)
    return ()


def _sound(date: Date) -> tuple[Date, ...]:
    return (date,) if 1 <= date[1] <= 12 and 1 <= date[2] <= 31 else ()
