"""What the ways to calibrate are called, for people; codes stay in settings, files and options of the command line."""

from cleaning.domain.settings import RECOMMENDED

WORDS = {
    RECOMMENDED: "the recommended calibration",
    "temperature": "temperature scaling",
    "platt": "Platt scaling",
    "beta": "beta calibration",
    "isotonic": "isotonic regression",
    "histogram": "histogram binning",
    "none": "no calibration",
}


def in_words(method: str) -> str:
    """``Platt scaling``; a name that is no code of ours stands as it is."""
    return WORDS.get(method, method)


def as_option(method: str) -> str:
    """The same for a list to choose from: ``Isotonic regression``."""
    words = in_words(method).removeprefix("the ").removesuffix(" calibration" if method == RECOMMENDED else "")
    return words[:1].upper() + words[1:]
