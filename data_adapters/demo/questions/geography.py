"""Geography questions from the table of countries."""

from random import Random

from data_adapters.demo.questions.countries import CONTINENTS, COUNTRIES, Country
from data_adapters.demo.questions.draft import Draft, draw


def drafts(random: Random) -> list[Draft]:
    """72 questions with stems of their own."""
    makers = {capital_of: 27, country_of: 17, continent_of: 13}
    return draw(random, {**makers, country_in: 5, capital_in: 5, country_outside: 5})


def _neighbours(random: Random, country: Country) -> list[Country]:
    """Six other countries, of the same continent as far as there are enough."""
    others = [c for c in COUNTRIES if c != country]
    random.shuffle(others)
    return sorted(others, key=lambda c: c.continent != country.continent)[:6]


def capital_of(random: Random) -> Draft:
    country = random.choice(COUNTRIES)
    capitals = [other.capital for other in _neighbours(random, country)]
    wrong = [country.rival, *capitals[:5]] if country.rival else capitals
    return Draft("capitals", f"What is the capital of {_named(country)}?", country.capital, tuple(wrong))


def country_of(random: Random) -> Draft:
    country = random.choice(COUNTRIES)
    wrong = tuple(other.name for other in _neighbours(random, country))
    return Draft("capitals", f"Which country has the capital {country.capital}?", country.name, wrong)


def continent_of(random: Random) -> Draft:
    country = random.choice(COUNTRIES)
    wrong = [continent for continent in CONTINENTS if continent != country.continent]
    random.shuffle(wrong)
    return Draft("continents", f"On which continent is {_named(country)}?", country.continent, tuple(wrong))


def _named(country: Country) -> str:
    plural = ("Bahamas", "Philippines", "Solomon Islands", "United", "Dominican Republic", "Gambia")
    return f"the {country.name}" if country.name.startswith(plural) else country.name


def country_in(random: Random) -> Draft:
    continent, inside, outside = _split(random)
    stem = f"Which of these countries belongs to {continent}?"
    return Draft("continents", stem, inside[0].name, _names(outside[:6]), _names(inside[1:3]))


def capital_in(random: Random) -> Draft:
    continent, inside, outside = _split(random)
    stem = f"Which of these cities is the capital of a country in {continent}?"
    wrong = tuple(country.capital for country in outside[:6])
    return Draft("continents", stem, inside[0].capital, wrong, tuple(country.capital for country in inside[1:3]))


def country_outside(random: Random) -> Draft:
    continent, inside, outside = _split(random)
    stem = f"Which of these countries does not belong to {continent}?"
    return Draft("continents", stem, outside[0].name, _names(inside[:6]), _names(outside[1:3]))


def _split(random: Random) -> tuple[str, list[Country], list[Country]]:
    """A continent, its countries and those of the others, both shuffled."""
    continent = random.choice(CONTINENTS)
    inside = [country for country in COUNTRIES if country.continent == continent]
    outside = [country for country in COUNTRIES if country.continent != continent]
    random.shuffle(inside)
    random.shuffle(outside)
    return continent, inside, outside


def _names(countries: list[Country]) -> tuple[str, ...]:
    return tuple(country.name for country in countries)
