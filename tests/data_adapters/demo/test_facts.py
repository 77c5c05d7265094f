"""Chemistry and geography: the tables against anchors, and every answer looked up again."""

import re

import pytest

from data_adapters.demo.questions.chemistry import atoms_in
from data_adapters.demo.questions.countries import CONTINENTS, COUNTRIES
from data_adapters.demo.questions.elements import BY_SYMBOL, DISPUTED, ELEMENTS, EVERYDAY, FAMILIES
from tests.data_adapters.demo.recomputing import check

ANCHORS = """
H1 C6 N7 O8 Na11 P15 S16 K19 Ca20 Fe26 Cu29 Br35 Ag47 Sn50 I53 La57 Lu71 W74 Au79 Hg80 Pb82 U92 Lr103 Og118
"""
ATOMS = {
    "Ca(OH)2": 5,
    "Al2(SO4)3": 17,
    "C6H12O6": 24,
    "(NH4)2SO4": 15,
    "KMnO4": 6,
    "C12H22O11": 45,
    "NaHCO3": 6,
}


def test_elements_are_whole():
    assert len(ELEMENTS) == len(BY_SYMBOL) == len({element.name for element in ELEMENTS}) == 118
    for symbol, atomic_number in re.findall(r"([A-Z][a-z]?)(\d+)", ANCHORS):
        assert BY_SYMBOL[symbol].number == int(atomic_number)
    assert set(EVERYDAY) <= set(BY_SYMBOL) - DISPUTED


def test_families_sit_where_the_periodic_table_has_them():
    closed_shells = (2, 10, 18, 36, 54, 86)
    numbers = {family: [BY_SYMBOL[s].number for s in symbols] for family, symbols in FAMILIES.items()}
    assert numbers["a noble gas"] == [*closed_shells]
    assert numbers["a halogen"] == [n - 1 for n in closed_shells[1:]]
    assert numbers["an alkali metal"] == [n + 1 for n in closed_shells]
    assert numbers["an alkaline earth metal"] == [n + 2 for n in closed_shells]
    assert all(58 <= n <= 70 for n in numbers["a lanthanide"])


@pytest.mark.parametrize("formula, count", ATOMS.items())
def test_atoms_in_a_formula(formula, count):
    assert atoms_in(formula) == count


def chemistry_answer(stem, options):
    by_name = {element.name: element for element in ELEMENTS}
    if match := re.match(r"What is the chemical symbol of (\w+)", stem):
        return "symbol", by_name[match[1]].symbol
    if match := re.match(r"Which element has the symbol \$\\mathrm\{(\w+)\}", stem):
        return "name", BY_SYMBOL[match[1]].name
    if match := re.match(r"What is the atomic number of (\w+)", stem):
        return "number", str(by_name[match[1]].number)
    if match := re.match(r"Which element has (\d+) protons", stem):
        return "protons", ELEMENTS[int(match[1]) - 1].name
    if match := re.search(r"\$\^\{(\d+)\}_\{(\d+)\}\\mathrm\{(\w+)\}", stem):
        assert BY_SYMBOL[match[3]].number == int(match[2])
        return "neutrons", str(int(match[1]) - int(match[2]))
    if match := re.search(r"ion \$\\mathrm\{(\w+)\}\^\{(\d?)([+-])\}", stem):
        return "ion", str(BY_SYMBOL[match[1]].number - int(match[3] + (match[2] or "1")))
    if match := re.search(r"formula unit of \$\\mathrm\{(.+)\}\$", stem):
        return "formula", str(atoms_in(re.sub(r"_\{(\d+)\}", r"\1", match[1])))
    match = re.match(r"Which of these elements is (not )?(.+)\?", stem)
    inside = {BY_SYMBOL[symbol].name for symbol in FAMILIES[match[2]]}
    (answer,) = [option for option in options if (option in inside) != bool(match[1])]
    return "family", answer


def test_chemistry(generated):
    topics = check(generated, "chemistry", chemistry_answer, str)
    assert topics == {"symbol", "name", "number", "protons", "neutrons", "ion", "formula", "family"}


def geography_answer(stem, options):
    countries = {country.name: country for country in COUNTRIES}
    if match := re.match(r"What is the capital of (?:the )?(.+)\?", stem):
        return "capital", countries[match[1]].capital
    if match := re.match(r"Which country has the capital (.+)\?", stem):
        return "country", next(country.name for country in COUNTRIES if country.capital == match[1])
    if match := re.match(r"On which continent is (?:the )?(.+)\?", stem):
        return "continent", countries[match[1]].continent
    continent = next(c for c in sorted(CONTINENTS, key=len, reverse=True) if stem.endswith(f" {c}?"))
    cities = {country.capital: country for country in COUNTRIES}
    places = {option: (countries.get(option) or cities[option]).continent for option in options}
    (answer,) = [o for o, place in places.items() if (place == continent) != ("does not" in stem)]
    return stem.split(" belong")[0].split(" is ")[0], answer


def test_geography(generated):
    assert len(check(generated, "geography", geography_answer, str)) == 6


def test_countries_are_unambiguous():
    capitals = [country.capital for country in COUNTRIES]
    names = [country.name for country in COUNTRIES]
    assert len(COUNTRIES) > 120 and len(set(capitals)) == len(set(names)) == len(COUNTRIES)
    assert not set(capitals) & {country.rival for country in COUNTRIES}
    assert not set(capitals) & set(names)
    known = {"Australia": "Canberra", "Brazil": "Brasilia", "Canada": "Ottawa", "Morocco": "Rabat"}
    known |= {"New Zealand": "Wellington", "Nigeria": "Abuja", "Switzerland": "Bern", "Vietnam": "Hanoi"}
    assert known.items() <= dict(zip(names, capitals)).items()
