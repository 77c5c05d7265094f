"""Questions on units; every factor is exact by definition and kept as a fraction."""

from fractions import Fraction
from random import Random

from data_adapters.demo.draft import Draft, draw, first_different

# plural name -> what one of it is in the base unit of its row: exact by definition (SI; international inch, 1959)
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
_PAIRS = (
    *(("length", a, "metres") for a in ("kilometres", "miles", "nautical miles", "yards")),
    *(("length", a, "centimetres") for a in ("inches", "feet", "metres")),
    *(("length", *pair) for pair in (("feet", "inches"), ("yards", "feet"), ("miles", "feet"))),
    *(("mass", *pair) for pair in (("tonnes", "kilograms"), ("kilograms", "grams"), ("grams", "milligrams"))),
    *(("time", *pair) for pair in (("hours", "seconds"), ("days", "minutes"), ("weeks", "hours"), ("days", "hours"))),
    *(("volume", *pair) for pair in (("cubic metres", "litres"), ("litres", "cubic centimetres"))),
    *(("area", *pair) for pair in (("square metres", "square centimetres"), ("square kilometres", "hectares"))),
    *(("area", *pair) for pair in (("hectares", "square metres"), ("square kilometres", "square metres"))),
    *(("data", *pair) for pair in (("kibibytes", "bytes"), ("mebibytes", "kibibytes"), ("bytes", "bits"))),
)
_SLIPS = tuple(map(Fraction, ("10", "0.1", "100", "0.01", "1000", "2", "0.5")))


def drafts(random: Random) -> list[Draft]:
    """72 questions with stems of their own."""
    return draw(random, {conversion: 46, to_fahrenheit: 7, to_celsius: 5, speed: 8, cube: 6})


def conversion(random: Random) -> Draft:
    kind, source, target = random.choice(_PAIRS)
    amount = Fraction(random.choice([2, 3, 4, 5, 6, 8, 12, 15, 20, 25]), random.choice([1, 1, 2]))
    answer = amount * FACTORS[kind][source] / FACTORS[kind][target]
    return _decimal_draft(kind, f"How many {target} are {decimal(amount)} {source}?", answer, _slips(kind, answer))


def _slips(kind: str, answer: Fraction) -> list[Fraction]:
    """Wrong powers of ten; for time 100 instead of 60, for data 1000 instead of 1024 or 10 bits to the byte."""
    special = {"time": [answer * 100 / 60, answer / 60], "data": [answer * 1000 / 1024, answer * 10 / 8]}
    exact = [slip for slip in special.get(kind, []) if (slip * 1000).denominator == 1]
    return [*exact, *(answer * slip for slip in _SLIPS)]


def to_fahrenheit(random: Random) -> Draft:
    celsius = 5 * random.randint(-6, 24)
    answer = Fraction(celsius * 9, 5) + 32
    slips = [answer - 32, answer - 64, Fraction(celsius * 5, 9) // 1 + 32, answer + 32, celsius + 32, answer + 10]
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
    slips = [per_hour / 60, per_hour * Fraction(18, 5), answer * 10, answer / 2, answer + 5, answer * 2, per_hour / 6]
    stem = rf"A train moves at ${decimal(per_hour)}\ \mathrm{{km/h}}$. What is its speed in $\mathrm{{m/s}}$?"
    return _decimal_draft("speed", stem, answer, [slip for slip in slips if (slip * 1000).denominator == 1])


def cube(random: Random) -> Draft:
    edge = random.randint(2, 12) * 10
    answer = Fraction(edge**3, 1000)
    slips = [Fraction(edge**2, 100), answer * 1000, answer * 10, answer / 10, Fraction(edge * 3), Fraction(edge**2)]
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
