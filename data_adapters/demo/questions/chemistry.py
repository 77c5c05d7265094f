"""Chemistry questions from the table of elements; counts are computed."""

import re
from random import Random

from data_adapters.demo.questions.draft import Draft, draw, number_draft
from data_adapters.demo.questions.elements import BY_SYMBOL, DISPUTED, ELEMENTS, EVERYDAY, FAMILIES, Element

# found in nature or well known: symbol-mass number
_NUCLIDES = """
C-14 O-18 Na-23 Al-27 P-31 Cl-37 K-40 Fe-56 Co-60 Cu-63 Br-81 Sr-90 I-131 Cs-137 Au-197 Pb-208 U-235 U-238
"""
_CHARGES = {1: "Li Na K", 2: "Mg Ca Ba Zn Fe Cu", 3: "Al Cr", -1: "F Cl Br I", -2: "O S"}
_IONS = tuple((symbol, charge) for charge, symbols in _CHARGES.items() for symbol in symbols.split())
_FORMULAS = """
Ca(OH)2 Al2(SO4)3 C6H12O6 (NH4)2SO4 Mg3(PO4)2 KMnO4 C2H5OH Fe2O3 H2SO4 NaHCO3 CaCO3 Cu(NO3)2 C12H22O11 K2Cr2O7
"""


def drafts(random: Random) -> list[Draft]:
    """72 questions with stems of their own."""
    makers = {symbol_of: 15, name_of: 12, number_of: 12, element_with_number: 7}
    return draw(random, {**makers, neutrons: 6, electrons: 6, atoms: 6, member: 4, outsider: 4})


def _everyday(random: Random) -> Element:
    return BY_SYMBOL[random.choice(EVERYDAY)]


def symbol_of(random: Random) -> Draft:
    element = _everyday(random)
    wrong = tuple(other.symbol for other in _lookalikes(element, element.name))
    return Draft("symbols", f"What is the chemical symbol of {element.name}?", element.symbol, wrong)


def name_of(random: Random) -> Draft:
    element = _everyday(random)
    wrong = tuple(other.name for other in _lookalikes(element, element.symbol))
    return Draft("symbols", rf"Which element has the symbol $\mathrm{{{element.symbol}}}$?", element.name, wrong)


def _lookalikes(element: Element, word: str) -> list[Element]:
    """Six other elements whose symbol or name shares most letters at the start with the word."""

    def shared(other: Element) -> tuple[int, int]:
        starts = max(_common_start(other.symbol, word), _common_start(other.name, word))
        return -starts, abs(other.number - element.number)

    return sorted((other for other in ELEMENTS if other != element), key=shared)[:6]


def _common_start(a: str, b: str) -> int:
    pairs = list(zip(a.lower(), b.lower(), strict=False))
    return next((i for i, (x, y) in enumerate(pairs) if x != y), len(pairs))


def number_of(random: Random) -> Draft:
    element = _everyday(random)
    n = element.number
    mistakes = [n + 1, n - 1, n + 2, 2 * n, n + 8, n - 2]
    return number_draft("atomic numbers", f"What is the atomic number of {element.name}?", n, mistakes)


def element_with_number(random: Random) -> Draft:
    number = random.randint(3, 92)
    near = [number + step for step in (1, -1, 2, -2, 8, 10)]
    wrong = tuple(ELEMENTS[n - 1].name for n in near)
    stem = f"Which element has {number} protons in its nucleus?"
    return Draft("atomic numbers", stem, ELEMENTS[number - 1].name, wrong)


def neutrons(random: Random) -> Draft:
    symbol, mass = random.choice(_NUCLIDES.split()).split("-")
    protons = BY_SYMBOL[symbol].number
    answer = int(mass) - protons
    stem = rf"How many neutrons are in one nucleus of $^{{{mass}}}_{{{protons}}}\mathrm{{{symbol}}}$?"
    return number_draft("nuclei", stem, answer, [protons, int(mass), int(mass) + protons, answer + 1, answer - 1])


def electrons(random: Random) -> Draft:
    symbol, charge = random.choice(_IONS)
    protons = BY_SYMBOL[symbol].number
    sign = ("" if abs(charge) == 1 else str(abs(charge))) + ("+" if charge > 0 else "-")
    stem = rf"How many electrons does the ion $\mathrm{{{symbol}}}^{{{sign}}}$ have?"
    return number_draft("ions", stem, protons - charge, [protons + charge, protons, protons + 2 * charge, protons + 4])


def atoms(random: Random) -> Draft:
    formula = random.choice(_FORMULAS.split())
    answer = atoms_in(formula)
    latex = re.sub(r"(\d+)", r"_{\1}", formula)
    stem = rf"How many atoms are in one formula unit of $\mathrm{{{latex}}}$?"
    kinds = len(set(re.findall(r"[A-Z][a-z]?", formula)))
    once = atoms_in(re.sub(r"\)\d*", ")", formula))  # the number behind the bracket overlooked
    return number_draft("formulas", stem, answer, [once, kinds, answer + 1, answer - 1, answer + 2, answer - 2])


def atoms_in(formula: str) -> int:
    """Atoms in a formula such as ``Al2(SO4)3`` (brackets one level deep): 17."""

    def count(part: str) -> int:
        return sum(int(times or 1) for _, times in re.findall(r"([A-Z][a-z]?)(\d*)", part))

    bracketed = re.findall(r"\(([^)]*)\)(\d*)", formula)
    outside = re.sub(r"\([^)]*\)\d*", "", formula)
    return count(outside) + sum(count(inner) * int(times or 1) for inner, times in bracketed)


def member(random: Random) -> Draft:
    family = random.choice(list(FAMILIES))
    inside, outside = _split(random, family)
    return Draft("families", f"Which of these elements is {family}?", inside[0], tuple(outside[:6]), tuple(inside[1:3]))


def outsider(random: Random) -> Draft:
    family = random.choice(list(FAMILIES))
    inside, outside = _split(random, family)
    stem = f"Which of these elements is not {family}?"
    return Draft("families", stem, outside[0], tuple(inside[:6]), tuple(outside[1:3]))


def _split(random: Random, family: str) -> tuple[list[str], list[str]]:
    """Names inside a family and everyday ones outside it, both shuffled; disputed elements in neither."""
    inside = [BY_SYMBOL[symbol].name for symbol in FAMILIES[family]]
    outside = [BY_SYMBOL[s].name for s in EVERYDAY if s not in FAMILIES[family] and s not in DISPUTED]
    random.shuffle(inside)
    random.shuffle(outside)
    return inside, outside
