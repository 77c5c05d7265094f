"""An answer as plain characters: without LaTeX, Markdown and the many ways to write one sign. Nothing is evaluated."""

import re
import unicodedata

LONGEST = 2_000  # characters of an answer that are told apart; of longer ones the end counts, where conclusions stand
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
RAISED = re.compile(r"([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)")
VULGAR = re.compile(r"(\d)([¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])")
FRACTION = re.compile(r"(\d?)\\[dt]?frac\s*(?:\{([^{}]{1,60})\}|(\d))\s*(?:\{([^{}]{1,60})\}|(\d))")
WRAPPED = re.compile(r"\\(?:text|textbf|mathrm|mathbf|operatorname|mbox|boxed)\s*\{([^{}]{0,400})\}")
SIGNS = (
    (r"^{\circ}", "°"), (r"^\circ", "°"), (r"\circ", "°"), (r"\%", "%"), (r"\$", "$"), (r"\times", "*"), (r"\cdot", "*"),
    (r"\left", ""), (r"\right", ""), (r"\{", "{"), (r"\}", "}"), (r"\,", ""), (r"\!", ""), (r"\;", " "), (r"\ ", " "),
    (r"\(", ""), (r"\)", ""), (r"\[", ""), (r"\]", ""), ("{,}", ","), ("\u2212", "-"), ("\u2044", "/"), ("×", "*"),
    ("·", "*"), ("\u2019", "'"), ("\u2018", "'"), ("\u201c", '"'), ("\u201d", '"'), ("µ", "u"), ("μ", "u"), ("º", "°"),
)  # fmt: skip
MARKDOWN = re.compile(r"(?<!\w)(?:\*\*|__)|(?:\*\*|__)(?!\w)|`+")
POWER = re.compile(r"\^\{(-?\w{1,6})\}")
BLANKS = re.compile(r"\s+")
EDGES = " \t\n.;:!\"'"
ARTICLES = re.compile(r"\b(?:a|an|the)\b ?")
NOT_WORDS = re.compile(r"[^\w%$€£°+\-*/<>=^().,|∞√π]+")
OUTER = re.compile(r"(?<!\d)[.,]|[.,](?!\d)|[()](?=\s|$)|(?:(?<=\s)|^)[()]")


def plain_writing(text: str) -> str:
    """The answer with one way to write each sign, without the marks around it, in its own case."""
    text = text[-LONGEST:]
    text = RAISED.sub(lambda found: "^" + found[1].translate(SUPERSCRIPTS), VULGAR.sub(r"\1 \2", text))
    text = unicodedata.normalize("NFKC", text)
    text = WRAPPED.sub(r"\1", FRACTION.sub(_fraction, text))
    for written, meant in SIGNS:
        text = text.replace(written, meant)
    text = POWER.sub(r"^\1", MARKDOWN.sub("", text))
    text = BLANKS.sub(" ", text).strip(EDGES)
    if len(text) > 2 and text[0] == text[-1] == "$":
        text = text[1:-1].strip(EDGES)
    return text


def bare_words(text: str) -> str:
    """Plain writing without case, articles, accents, blanks and marks that say nothing."""
    apart = unicodedata.normalize("NFD", plain_writing(text).casefold())
    kept = "".join(sign for sign in apart if not unicodedata.combining(sign)).replace("-", " ")
    kept = OUTER.sub(" ", NOT_WORDS.sub(" ", kept.replace("'", "")))
    without = ARTICLES.sub("", BLANKS.sub(" ", kept).strip())
    return BLANKS.sub(" ", without).strip() or BLANKS.sub(" ", kept).strip()


def _fraction(found: re.Match) -> str:
    above, below = found[2] or found[3], found[4] or found[5]
    return f"{found[1]} {above.strip()}/{below.strip()}" if found[1] else f"{above.strip()}/{below.strip()}"
