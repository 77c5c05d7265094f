"""Questions on units; every factor is exact by definition and kept as a fraction."""

from fractions import Fraction
from random import Random

from data_adapters.demo.questions.draft import Draft, draw, first_different

# plural name -> how much of its row's base unit one is; exact by definition (SI; international inch, 1959)
_SCALES = {
    "length": {
        "kilometres": "1000",
        "metres": "1",
        "centimetres": "0.01",
        "millimetres": "0.001",
        "inches": "0.0254",
        "feet": "0.3048",
        "yards": "0.9144",
        "miles": "1609.344",
        "nautical miles": "1852",
    },
    "mass": {"tonnes": "1000", "kilograms": "1", "grams": "0.001", "milligrams": "0.000001"},
    "time": {"weeks": "604800", "days": "86400", "hours": "3600", "minutes": "60", "seconds": "1"},
    "volume": {"cubic metres": "1000", "litres": "1", "millilitres": "0.001", "cubic centimetres": "0.001"},
    "area": {
        "square kilometres": "1000000",
        "hectares": "10000",
        "square metres": "1",
        "square centimetres": "0.0001",
    },
    "data": {"mebibytes": "1048576", "kibibytes": "1024", "bytes": "1", "bits": "0.125"},
}
FACTORS = {kind: {unit: Fraction(size) for unit, size in row.items()} for kind, row in _SCALES.items()}
_PAIRS = tuple(
    (kind, *pair.split(" > "))
    for kind, pairs in {
        "length": "kilometres > metres, miles > metres, nautical miles > metres, yards > metres, "
        "inches > centimetres, feet > centimetres, metres > centimetres, feet > inches, yards > feet, "
        "miles > feet",
        "mass": "tonnes > kilograms, kilograms > grams, grams > milligrams",
        "time": "hours > seconds, days > minutes, weeks > hours, days > hours",
        "volume": "cubic metres > litres, litres > cubic centimetres",
        "area": "square metres > square centimetres, square kilometres > hectares, hectares > square metres, "
        "square kilometres > square metres",
        "data": "kibibytes > bytes, mebibytes > kibibytes, bytes > bits",
    }.items()
    for pair in pairs.split(", ")
)
_SLIPS = tuple(map(Fraction, ("10", "0.1", "100", "0.01", "1000", "2", "0.5")))


def drafts(random: Random) -> list[Draft]:
    """72 questions with stems of their own."""
    return draw(random, {conversion: 46, to_fahrenheit: 7, to_celsius: 5, speed: 8, cube: 6})


def conversion(random: Random) -> Draft:
    kind, source, target = random.choice(_PAIRS)
    amount = Fraction(random.choice([2, 3, 4, 5, 6, 8, 12, 15, 20, 25]), random.choice([1, 1, 2]))
    answer = amount * FACTORS[kind][source] / FACTORS[kind][target]
    stem = f"How many {target} are {decimal(amount)} {source}?"
    return _decimal_draft(kind, stem, answer, _slips(kind, target, answer))


def _slips(kind: str, target: str, answer: Fraction) -> list[Fraction]:
    """Wrong powers of ten, 100 for 60 in times, 1000 for 1024 in bytes, ten bits to the byte."""
    if target == "bits":
        special = [answer * 10 / 8]
    else:
        special = {"time": [answer * 100 / 60, answer / 60], "data": [answer * 1000 / 1024]}.get(kind, [])
    return [slip for slip in special if (slip * 10).denominator == 1] + [answer * slip for slip in _SLIPS]


def to_fahrenheit(random: Random) -> Draft:
    celsius = 5 * random.randint(-6, 24)
    answer = Fraction(celsius * 9, 5) + 32
    slips = [answer - 32, answer - 64, celsius * 5 // 9 + 32, answer + 32, celsius + 32, answer + 10]
    return _temperature_draft(celsius, "C", answer, "F", slips)


def to_celsius(random: Random) -> Draft:
    answer = Fraction(5 * random.randint(-6, 24))
    fahrenheit = answer * 9 / 5 + 32
    slips = [fahrenheit - 32, answer + 5, (fahrenheit - 32) * 9 / 5, answer - 5, answer + 10, answer + 32]
    return _temperature_draft(int(fahrenheit), "F", answer, "C", slips)


def _temperature_draft(given: int, scale: str, answer: Fraction, target: str, slips: list[Fraction]) -> Draft:
    names = {"C": "Celsius", "F": "Fahrenheit"}
    wrong = first_different(answer, [*slips, *(answer + step for step in (8, -8, 18, -18, 20, 4))])
    stem = rf"A thermometer shows ${given}\,^\circ\mathrm{{{scale}}}$. What is that in degrees {names[target]}?"
    options = [rf"${decimal(value)}\,^\circ\mathrm{{{target}}}$" for value in (answer, *wrong)]
    return Draft("temperature", stem, options[0], tuple(options[1:]))


def speed(random: Random) -> Draft:
    answer = Fraction(5 * random.randint(2, 24), random.choice([1, 2]))
    per_hour = answer * 18 / 5
    slips = [per_hour / 60, per_hour * 18 / 5, answer * 10, answer / 2, answer + 5, answer * 2]
    stem = rf"A train moves at ${decimal(per_hour)}\ \mathrm{{km/h}}$. What is its speed in $\mathrm{{m/s}}$?"
    return _decimal_draft("speed", stem, answer, [s for s in slips if (s * 1000).denominator == 1])


def cube(random: Random) -> Draft:
    edge = random.randint(2, 12) * 10
    answer = Fraction(edge**3, 1000)
    slips = [Fraction(edge**2, 100), answer * 1000, answer * 10, answer / 10, Fraction(edge * 3)]
    stem = rf"A cube has edges of ${edge}\ \mathrm{{cm}}$. How many litres does it hold?"
    return _decimal_draft("volume", stem, answer, slips)


def _decimal_draft(topic: str, stem: str, answer: Fraction, slips: list[Fraction]) -> Draft:
    filler = [answer * factor for factor in (3, 4, 5, 20, 6)]
    wrong = first_different(answer, [*slips, *filler])
    return Draft(topic, stem, decimal(answer), tuple(map(decimal, wrong)))


def decimal(value: Fraction) -> str:
    """The exact decimal writing of a fraction, with commas for thousands; refuses one that never ends."""
    scaled, places = value, 0
    while scaled.denominator != 1:
        scaled, places = scaled * 10, places + 1
        if places > 12:
            raise ValueError(f"{value} has no short decimal writing")
    whole, tail = divmod(abs(scaled.numerator), 10**places)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole:,}" + (f".{tail:0{places}d}" if places else "")
