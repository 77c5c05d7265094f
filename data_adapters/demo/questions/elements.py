"""The 118 chemical elements by atomic number, as symbol and IUPAC name, and families of them."""

from dataclasses import dataclass

_TABLE = """
H hydrogen|He helium|Li lithium|Be beryllium|B boron|C carbon|N nitrogen|O oxygen|F fluorine|Ne neon
Na sodium|Mg magnesium|Al aluminium|Si silicon|P phosphorus|S sulfur|Cl chlorine|Ar argon|K potassium
Ca calcium|Sc scandium|Ti titanium|V vanadium|Cr chromium|Mn manganese|Fe iron|Co cobalt|Ni nickel
Cu copper|Zn zinc|Ga gallium|Ge germanium|As arsenic|Se selenium|Br bromine|Kr krypton|Rb rubidium
Sr strontium|Y yttrium|Zr zirconium|Nb niobium|Mo molybdenum|Tc technetium|Ru ruthenium|Rh rhodium
Pd palladium|Ag silver|Cd cadmium|In indium|Sn tin|Sb antimony|Te tellurium|I iodine|Xe xenon|Cs caesium
Ba barium|La lanthanum|Ce cerium|Pr praseodymium|Nd neodymium|Pm promethium|Sm samarium|Eu europium
Gd gadolinium|Tb terbium|Dy dysprosium|Ho holmium|Er erbium|Tm thulium|Yb ytterbium|Lu lutetium
Hf hafnium|Ta tantalum|W tungsten|Re rhenium|Os osmium|Ir iridium|Pt platinum|Au gold|Hg mercury
Tl thallium|Pb lead|Bi bismuth|Po polonium|At astatine|Rn radon|Fr francium|Ra radium|Ac actinium
Th thorium|Pa protactinium|U uranium|Np neptunium|Pu plutonium|Am americium|Cm curium|Bk berkelium
Cf californium|Es einsteinium|Fm fermium|Md mendelevium|No nobelium|Lr lawrencium|Rf rutherfordium
Db dubnium|Sg seaborgium|Bh bohrium|Hs hassium|Mt meitnerium|Ds darmstadtium|Rg roentgenium
Cn copernicium|Nh nihonium|Fl flerovium|Mc moscovium|Lv livermorium|Ts tennessine|Og oganesson
"""


@dataclass(frozen=True)
class Element:
    """One chemical element; ``number`` is its atomic number (protons in the nucleus)."""

    number: int
    symbol: str
    name: str


def _read(table: str) -> tuple[Element, ...]:
    pairs = [entry.split() for line in table.split("\n") for entry in line.split("|") if entry.strip()]
    return tuple(Element(number, symbol, name) for number, (symbol, name) in enumerate(pairs, start=1))


ELEMENTS = _read(_TABLE)
BY_SYMBOL = {element.symbol: element for element in ELEMENTS}

# Only members nobody disputes; elements whose family is argued about are DISPUTED and never options.
FAMILIES = {
    "a noble gas": ("He", "Ne", "Ar", "Kr", "Xe", "Rn"),
    "a halogen": ("F", "Cl", "Br", "I", "At"),
    "an alkali metal": ("Li", "Na", "K", "Rb", "Cs", "Fr"),
    "an alkaline earth metal": ("Be", "Mg", "Ca", "Sr", "Ba", "Ra"),
    "a lanthanide": ("Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb"),
}
DISPUTED = frozenset({"H", "La", "Lu", "Ac", "Lr", "Ts", "Og"})
_EVERYDAY = """
He Li B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Ti V Cr Mn Fe Co Ni Cu Zn As Br Kr Rb Sr Y Zr Mo Rh Pd Ag Cd
Sn Sb I Xe Cs Ba Ce Nd W Os Ir Pt Au Hg Tl Pb Bi Po Rn Ra Th U Pu
"""
EVERYDAY = tuple(_EVERYDAY.split())
