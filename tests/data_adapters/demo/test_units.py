"""Every answer on units computed again with a table of factors of its own."""

import re

from tests.data_adapters.demo.recomputing import check

METRES = {
    "kilometres": 1e3,
    "metres": 1,
    "centimetres": 1e-2,
    "inches": 0.0254,
    "feet": 0.3048,
    "yards": 0.9144,
}
METRES |= {"miles": 1609.344, "nautical miles": 1852}
GRAMS = {"tonnes": 1e6, "kilograms": 1e3, "grams": 1, "milligrams": 1e-3}
HOURS = {"weeks": 168, "days": 24, "hours": 1, "minutes": 1 / 60, "seconds": 1 / 3600}
LITRES = {"cubic metres": 1e3, "litres": 1, "cubic centimetres": 1e-3}
SQUARES = {"square kilometres": 1e6, "hectares": 1e4, "square metres": 1, "square centimetres": 1e-4}
BITS = {"mebibytes": 8 * 2**20, "kibibytes": 8 * 2**10, "bytes": 8, "bits": 1}


def unit_answer(stem, options):
    if match := re.fullmatch(r"How many ([a-z ]+) are ([\d.,]+) ([a-z ]+)\?", stem):
        scale = next(s for s in (METRES, GRAMS, HOURS, LITRES, SQUARES, BITS) if match[1] in s)
        return "conversion", rounded(plain(match[2]) * scale[match[3]] / scale[match[1]])
    if match := re.match(r"A thermometer shows \$(-?\d+)\\,\^\\circ\\mathrm\{([CF])\}", stem):
        degrees = int(match[1])
        return match[2], rounded(degrees * 1.8 + 32 if match[2] == "C" else (degrees - 32) / 1.8)
    if match := re.match(r"A train moves at \$([\d.,]+)", stem):
        return "speed", rounded(plain(match[1]) * 1000 / 3600)
    match = re.match(r"A cube has edges of \$(\d+)", stem)
    return "cube", rounded((int(match[1]) / 10) ** 3)


def plain(text):
    return float(text.replace(",", ""))


def rounded(value):
    return float(f"{value:.9g}")


def quantity(option):
    return rounded(plain(re.match(r"\$?(-?[\d.,]+?)(?:\\,.*)?$", option)[1]))


def test_units(generated):
    topics = check(generated, "units", unit_answer, quantity)
    assert topics == {"conversion", "C", "F", "speed", "cube"}
