"""Units by their names: what each measures and how much of the base unit it is, exactly."""

from dataclasses import dataclass
from fractions import Fraction

RATIO = ""  # what percentages and bare numbers measure


@dataclass(frozen=True)
class Unit:
    """measures: what (length, mass ...). A value in it is ``value * factor + offset`` in the base unit."""

    measures: str
    factor: Fraction
    offset: Fraction = Fraction(0)

    def base(self, value: Fraction) -> Fraction:
        return value * self.factor + self.offset

    def own(self, base: Fraction) -> Fraction:
        """The inverse of ``base``."""
        return (base - self.offset) / self.factor


_TABLE = (
    (RATIO, "0.01", "% percent pct percentage", "percents"),
    ("length", "1", "m", "meter metre"),
    ("length", "0.001", "mm", "millimeter millimetre"),
    ("length", "0.01", "cm", "centimeter centimetre"),
    ("length", "0.1", "dm", "decimeter decimetre"),
    ("length", "1000", "km", "kilometer kilometre"),
    ("length", "0.000001", "um", "micrometer micrometre"),
    ("length", "0.0254", "in inches", "inch"),
    ("length", "0.3048", "ft feet", "foot"),
    ("length", "0.9144", "yd", "yard"),
    ("length", "1609.344", "mi", "mile"),
    ("mass", "1", "kg", "kilogram kilogramme kilo"),
    ("mass", "0.001", "g", "gram gramme"),
    ("mass", "0.000001", "mg", "milligram"),
    ("mass", "1000", "t", "tonne"),
    ("mass", "0.45359237", "lb lbs", "pound"),
    ("mass", "0.028349523125", "oz", "ounce"),
    ("time", "1", "s sec secs", "second"),
    ("time", "0.001", "ms", "millisecond"),
    ("time", "60", "min mins", "minute"),
    ("time", "3600", "h hr hrs", "hour"),
    ("time", "86400", "d", "day"),
    ("time", "604800", "wk wks", "week"),
    ("months", "1", "mo", "month"),
    ("months", "12", "yr yrs", "year"),
    ("volume", "1", "l L", "liter litre"),
    ("volume", "0.001", "ml mL cm^3 cm3", "milliliter millilitre"),
    ("volume", "0.01", "cl cL", "centiliter centilitre"),
    ("volume", "0.1", "dl dL", "deciliter decilitre"),
    ("volume", "1000", "m^3 m3", ""),
    ("area", "1", "m^2 m2 sqm", ""),
    ("area", "0.0001", "cm^2 cm2", ""),
    ("area", "1000000", "km^2 km2", ""),
    ("area", "10000", "ha", "hectare"),
    ("speed", "1", "m/s mps", ""),
    ("speed", "5/18", "km/h kmh kph", ""),
    ("speed", "0.44704", "mph mi/h", ""),
    ("speed", "1000", "km/s", ""),
    ("dollars", "1", "$ US$ USD usd", "dollar"),
    ("dollars", "0.01", "¢", "cent"),
    ("euros", "1", "€ EUR eur", "euro"),
    ("pounds sterling", "1", "£ GBP gbp", ""),
    ("angle", "1", "°", "degree"),
    ("energy", "1", "J", "joule"),
    ("energy", "1000", "kJ", "kilojoule"),
    ("energy", "3600000", "kWh", ""),
    ("power", "1", "W", "watt"),
    ("power", "1000", "kW", "kilowatt"),
    ("force", "1", "N", "newton"),
)
_TEMPERATURES = (
    (Unit("temperature", Fraction(1)), "K", "kelvin"),
    (Unit("temperature", Fraction(1), Fraction(27315, 100)), "°C C", "celsius", "degrees celsius", "degree celsius"),
    (
        Unit("temperature", Fraction(5, 9), Fraction(45967, 180)),
        "°F F", "fahrenheit", "degrees fahrenheit", "degree fahrenheit",
    ),
)  # fmt: skip
_REWRITTEN = (
    (" per ", "/"), ("square ", "sq "), ("kilometers/hour", "km/h"), ("kilometres/hour", "km/h"), ("km/hour", "km/h"),
    ("km/hr", "km/h"), ("meters/second", "m/s"), ("metres/second", "m/s"), ("m/sec", "m/s"), ("miles/hour", "mph"),
    ("sq meters", "m^2"), ("sq metres", "m^2"), ("sq kilometers", "km^2"), ("sq m", "m^2"), ("cubic meters", "m^3"),
    ("cubic metres", "m^3"), ("cubic centimeters", "cm^3"), ("sq km", "km^2"), ("sq cm", "cm^2"),
)  # fmt: skip


def _tables() -> tuple[dict[str, Unit], dict[str, Unit]]:
    """(units by symbols in their own case, units by words in lower case with their plurals)."""
    symbols: dict[str, Unit] = {}
    words: dict[str, Unit] = {}
    for measures, factor, short, long in _TABLE:
        unit = Unit(measures, Fraction(factor))
        symbols |= dict.fromkeys(short.split(), unit)
        words |= {form: unit for word in long.split() for form in (word, f"{word}s")}
    for unit, short, *spelled in _TEMPERATURES:
        symbols |= dict.fromkeys(short.split(), unit)
        words |= dict.fromkeys(spelled, unit)
    lower = {symbol.casefold(): unit for symbol, unit in symbols.items() if len(symbol) > 1}
    return symbols, lower | words


SYMBOLS, NAMES = _tables()
PERCENT, DEGREE = SYMBOLS["%"], SYMBOLS["°"]
MONEY = frozenset("$€£")


def unit_named(written: str) -> Unit | None:
    """The unit of a name or symbol as written, or None."""
    written = written.strip(" .")
    found = SYMBOLS.get(written)
    if found is None:
        lower = f" {written.casefold()} "
        for other, meant in _REWRITTEN:
            lower = lower.replace(other, meant)
        found = SYMBOLS.get(lower.strip()) or NAMES.get(lower.strip())
    return found
