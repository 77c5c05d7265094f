"""Numbers as people write them, exactly: ``1,234.50``, ``3/4``, ``1 1/2``, ``2.5 million``, ``1.2*10^3``, ``twenty-one``."""

import re
from dataclasses import dataclass
from fractions import Fraction

MOST_DIGITS, MOST_EXPONENT = 60, 60
GROUPED = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:[ '_]\d{3})+(?:[.,]\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}"
)
DECIMAL = rf"(?:{GROUPED}|\d+(?:[.,]\d+)?|\.\d+)"
POWER_OF_TEN = r"(?:[eE]([+-]?\d{1,3})(?![\w])| ?[*x] ?10 ?\^ ?\(?([+-]?\d{1,3})\)?)"
MIXED = re.compile(r"(\d{1,18}) (\d{1,18}) ?/ ?(\d{1,18})(?![\d/])")
RATIO = re.compile(rf"({DECIMAL}) ?/ ?(\d{{1,30}}(?:\.\d{{1,30}})?)(?![\d/])")
SINGLE = re.compile(rf"({DECIMAL}){POWER_OF_TEN}?(?![\d])")
TEN = re.compile(r"10 ?\^ ?\(?([+-]?\d{1,3})\)?(?!\d)")
SIGN = re.compile(r"([+-]?) ?")
MAGNITUDE = re.compile(r" ?(hundred|thousand|million|billion|trillion|mio|bn)\b", re.IGNORECASE)
MAGNITUDES = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "mio": 10**6, "billion": 10**9, "bn": 10**9, "trillion": 10**12,
}  # fmt: skip
ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
PARTS = {"half": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4}
WORDS = re.compile(rf"(?:({'|'.join(TENS)})(?:[- ]({'|'.join(ONES[1:10])}))?|({'|'.join(ONES)}))\b", re.IGNORECASE)
OF_A_WHOLE = re.compile(rf"(?:(one|a|two|three) )?({'|'.join(PARTS)})\b", re.IGNORECASE)


@dataclass(frozen=True)
class WrittenNumber:
    """value: exact. places: decimals as written, None of fractions, words and powers. rest: what follows it."""

    value: Fraction
    places: int | None
    rest: str


def leading_number(text: str) -> WrittenNumber | None:
    """The number that a text (in plain writing) begins with, or None."""
    sign = SIGN.match(text)
    start = sign.end() if sign else 0
    found = _digits(text, start) or _in_words(text, start)
    if found is None:
        return None
    value = -found.value if sign and sign[1] == "-" else found.value
    times = MAGNITUDE.match(found.rest)
    if times is None:
        return WrittenNumber(value, found.places, found.rest)
    return WrittenNumber(value * MAGNITUDES[times[1].casefold()], None, found.rest[times.end() :])


def _digits(text: str, start: int) -> WrittenNumber | None:
    mixed = MIXED.match(text, start)
    if mixed and int(mixed[3]):
        return WrittenNumber(int(mixed[1]) + Fraction(int(mixed[2]), int(mixed[3])), None, text[mixed.end() :])
    ratio = RATIO.match(text, start)
    if ratio:
        above, below = _exact(ratio[1]), _exact(ratio[2])
        return WrittenNumber(above / below, None, text[ratio.end() :]) if above is not None and below else None
    ten = TEN.match(text, start)
    if ten and abs(int(ten[1])) <= MOST_EXPONENT:
        return WrittenNumber(Fraction(10) ** int(ten[1]), None, text[ten.end() :])
    single = SINGLE.match(text, start)
    if single is None or (value := _exact(single[1])) is None:
        return None
    power = int(single[2] or single[3] or 0)
    if abs(power) > MOST_EXPONENT:
        return None
    places = None if power else _places(single[1])
    return WrittenNumber(value * Fraction(10) ** power, places, text[single.end() :])


def _in_words(text: str, start: int) -> WrittenNumber | None:
    part = OF_A_WHOLE.match(text, start)
    if part:
        count = {"two": 2, "three": 3}.get((part[1] or "").casefold(), 1)
        return WrittenNumber(Fraction(count, PARTS[part[2].casefold()]), None, text[part.end() :])
    words = WORDS.match(text, start)
    if words is None:
        return None
    tens, ones, alone = (word and word.casefold() for word in words.groups())
    value = ONES.index(alone) if alone else 10 * (TENS.index(tens) + 2) + (ONES.index(ones) if ones else 0)
    return WrittenNumber(Fraction(value), None, text[words.end() :])


def _parts(written: str) -> tuple[str, str]:
    """(whole digits, decimals) of a decimal number in any of its writings."""
    plain = re.sub(r"[ '_]", "", written)
    commas, points = plain.count(","), plain.count(".")
    if commas and points:
        mark = max(plain.rfind(","), plain.rfind("."))
        return re.sub(r"[.,]", "", plain[:mark]), plain[mark + 1 :]
    if points > 1 or re.fullmatch(r"\d{1,3}(?:,\d{3})+", plain):
        return re.sub(r"[.,]", "", plain), ""
    whole, _, decimals = plain.replace(",", ".").partition(".")
    return whole, decimals


def _exact(written: str) -> Fraction | None:
    whole, decimals = _parts(written)
    if len(whole) + len(decimals) > MOST_DIGITS:
        return None
    return Fraction(int(whole + decimals or 0), 10 ** len(decimals))


def _places(written: str) -> int:
    return len(_parts(written)[1])
