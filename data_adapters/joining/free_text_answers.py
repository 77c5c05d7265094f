"""Which option an answer in free text settles for: ``Since 7 is odd, the answer is (B).`` is the second one.

One extractor for tables of answers, batches of responses and evaluation logs. It reads what was concluded, not what was
mentioned on the way; where no option, or more than one, was settled for, it says so and guesses nothing.
"""

import re
from collections.abc import Sequence

from cleaning.domain.dataset import OPTION_LETTERS

LONGEST = 200_000  # characters, of which the last are read
SHORT = 240  # characters of an answer in which the only option named may be the one that is meant
THOUGHT = re.compile(r"^.*</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
UNFINISHED = re.compile(r"<(?:think|thinking|reasoning)>", re.IGNORECASE)
NEXT_QUESTION = re.compile(r"\n\s*(?:\*\*|#+ ?)?(?:Question|Q|Problem|User|Human)\b[ \d]{0,6}[.:].*", re.DOTALL)
BOXED = re.compile(r"\\boxed\s*\{((?:[^{}]|\{[^{}]*\}){0,400})\}")
WRAPPED = re.compile(r"\\(?:text|textbf|mathrm|mathbf|boldsymbol|rm)\b\s*")
MARKUP = re.compile(
    r"\*+|(?<![A-Za-z0-9])_{1,2}(?=\S)|(?<=\S)_{1,2}(?![A-Za-z0-9])|`+|\$+|[{}]|^#+ ?|</?[a-z]{1,12}>", re.MULTILINE
)
NOUN = (
    r"(?:final answer|correct (?:answer|option|choice)|right (?:answer|option|choice)|best (?:answer|option|choice)"
    r"|answer|\bans\b\.?|option|choice|solution|antwort|lösung|respuesta|réponse|resposta|risposta|答案|选项)"
)
WHAT = (
    r"(?:(?:to|for|of)\b[^.\n:]{1,80}?|here|therefore|thus|must|should|would|will|question|choice|option|number|letter)"
)
IS = r"(?:\b(?:is|was|are|be|being|seems to be|ist|es|est|é|è|lautet)\b|=|:|\uff1a|[-–—](?=\s)|是|为)"
LEAD = (
    r"(?:(?:most likely|definitely|clearly|therefore|thus|simply|indeed|still|option|choice|answer|letter|the|correct|one)\b"
    r"|[:\uff1a\s(\[\"'“‘]|选项)"
)
ALONE = r"(?=[(\[]?[A-Z][)\]]?\s*[.!]?\s*$)"  # a name at the end of a line
CONCLUSIONS = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        rf"{NOUN}[\"']?(?: {WHAT}){{0,2}}\s*{IS}\s*{LEAD}*",
        r"\banswer\s+(?=\(?[A-Z]\)?\s*[.!]?\s*$)",
        r"\b(?:i|we)(?:'d|’d|'ll|’ll| would| will)? (?:choose|chose|pick|select|go with|answer with|say|vote for)\s+"
        + LEAD
        + "*",
        r"\b(?:it|that)(?:['’]s| is| must be)\s+(?:the |option |answer )*" + ALONE,
        r"\b(?:so|hence|thus|therefore)[,:]?\s+(?:option )?" + ALONE,
        r"(?:^|\s)(?:=>|->|→|∴)\s*" + LEAD + "*",
    )
)
IS_RIGHT = re.compile(
    r"(?:\b(?:option|choice|answer)\s*)?[(\[]?\b([A-Z])\b[)\]]?(?:[.:)][^.\n]{1,120}?)?\s+(?:is|must be|would be|seems)\s+"
    r"(?:therefore |thus |clearly |definitely |most likely )*(?:the )?(?:only )?(?:correct|right|best|true|answer)\b"
)
DENIED = re.compile(
    r"\b(?:not|no|isn['’]t|can['’]?t|cannot|never|if|unless|whether|could|might|may|nor|wrong|incorrect|why|nicht)\b[^.,;\n]{0,24}$",
    re.IGNORECASE,
)
NOT_NEXT = re.compile(r"\s*(?:not|neither|no longer|unclear|unknown|nicht)\b", re.IGNORECASE)
LETTER = re.compile(r"\(([A-Za-z])\)|\[([A-Za-z])\]|([A-Za-z])(?![\w'’]|-\w)[).:\]]?")
DIGIT = re.compile(r"[(\[]?(\d{1,2})[)\]]?(?![\w.,]*\d|\w)")
ANOTHER = re.compile(
    r"\s*(?:,|;|/|&|\+|and\b|or\b|und\b|oder\b|as well as\b)\s*(?:also |option |possibly )*[(\[]?([A-Z])[)\]]?(?![\w'’])"
)
AFTER_AN_ARTICLE = re.compile(
    r"\s+(?!because|since|as\b|for\b|due|which|with\b|and\b|but\b|so\b|if\b|in\b|is\b|by\b|on\b|that\b|though|while|then|based|from\b|not\b|\()[a-z]"
)
STARTS = re.compile(
    r"\s*(?:(?:option|choice|answer)\s+)?(?:[(\[]([A-Za-z])[)\]]|([A-Z])(?:[).:\]]|(?=\s*$)|(?=\s*[-–—,]\s)))",
    re.IGNORECASE,
)
REFUSED = re.compile(
    r"\b(?:not|n['’]t|never|no|neither|nor|except|rather than|instead of|unlike|unsure|uncertain|cannot|if)\b|n['’]t\b",
    re.IGNORECASE,
)
EDGES = " \t\n\r.,;:!\"'“”‘’()[]"


def option_in(
    written: str,
    options: Sequence[str],
    count: int | None = None,
    labels: Sequence[str] | None = None,
    texts_first: bool = False,
) -> int | None:
    """Place of the option that ``written`` settles for; None where that is none or more than one.

    options: the texts; may be empty where only their ``count`` is known. labels: what the question calls its options,
    where not A, B, C ... texts_first: whether this expert answers with options' texts, which decides where a text is a
    letter or number that is the name of another option.
    """
    asked = _Asked(options, len(options) if count is None else count, labels, texts_first)
    text = WRAPPED.sub("", _concluded(str(written)))
    boxed = [match[1] for match in BOXED.finditer(text)]
    plain = MARKUP.sub("", BOXED.sub(r" \1 ", text)).strip()
    if not plain:
        return None
    for way in (_whole, _stated, _at_an_end, _only_named):
        said = way(plain, asked) if way is not _stated else _stated(plain, asked, boxed)
        if said is not None:
            return said if said >= 0 else None
    return None


SEVERAL = -1  # settled for more than one, or for what is no option: nothing else is looked for


class _Asked:
    """A question's options, in the ways that an answer may call them."""

    def __init__(self, options: Sequence[str], count: int, labels: Sequence[str] | None, texts_first: bool):
        self.texts = [_folded(option) for option in options]
        self.count, self.texts_first = count, texts_first
        names = labels if labels is not None and len(labels) == count else OPTION_LETTERS[:count]
        self.names = {str(name).strip().casefold(): place for place, name in enumerate(names)}
        letters = {letter.casefold(): place for place, letter in enumerate(OPTION_LETTERS[:count])}
        self.names = self.names if not letters.keys().isdisjoint(self.names) else letters | self.names

    def text(self, written: str) -> int | None:
        """The one option with this text."""
        folded = _folded(written)
        same = [place for place, text in enumerate(self.texts) if text == folded and folded]
        return same[0] if len(same) == 1 else None

    def name(self, written: str) -> int:
        """The option called so, SEVERAL where none is, or where another option's text is just this."""
        place, text = self.names.get(written.strip().casefold()), self.text(written)
        if text is not None and (place is None or self.texts_first):
            return text
        return SEVERAL if place is None else place

    def told(self, rest: str) -> int | None:
        """The option whose text ``rest`` begins with; the longest, as "10" begins with "1"."""
        folded = _folded(rest)
        found = [place for place, text in enumerate(self.texts) if text and _begins(folded, text)]
        longest = max((len(self.texts[place]) for place in found), default=0)
        found = [place for place in found if len(self.texts[place]) == longest]
        return found[0] if len(found) == 1 else None


def _folded(text: str) -> str:
    plain = MARKUP.sub("", WRAPPED.sub("", text))
    return " ".join(plain.casefold().replace("’", "'").strip(EDGES).split())


def _begins(text: str, start: str) -> bool:
    return text.startswith(start) and not re.match(r"\w|[.,]\d", text[len(start) :])


def _concluded(written: str) -> str:
    """What comes after the thoughts, and before a next question that the model asked itself; empty if still thinking."""
    text = THOUGHT.sub("", written[-LONGEST:])
    if UNFINISHED.search(text):
        return ""
    text = text.strip()
    return NEXT_QUESTION.sub("", text) if not NEXT_QUESTION.match("\n" + text) else text


def _whole(text: str, asked: _Asked) -> int | None:
    """All of it is an option's text, its name, or both."""
    place = asked.text(text)
    if place is not None and (asked.texts_first or text.strip(EDGES).casefold() not in asked.names):
        return place
    match = LETTER.fullmatch(text.strip()) or re.fullmatch(r"\(?\s*([A-Za-z])\s*\)?[.):]*", text)
    return asked.name(next(filter(None, match.groups()))) if match else place


def _stated(text: str, asked: _Asked, boxed: Sequence[str] = ()) -> int | None:
    """The last conclusion: "the answer is ...", "... is correct", or what stands in a box."""
    if boxed:
        place = _whole(MARKUP.sub("", WRAPPED.sub("", boxed[-1])).strip(), asked)
        place = _named_here(boxed[-1].strip(), asked) if place is None else place
        if place is not None:
            return place
    found = [(match.end(), match) for pattern in CONCLUSIONS for match in pattern.finditer(text)]
    found += [(match.start(1), match) for match in IS_RIGHT.finditer(text)]
    for start, match in sorted(found, key=lambda one: one[0], reverse=True):
        if not DENIED.search(text[: match.start()]) and not NOT_NEXT.match(text[start:]):
            place = _named_here(text[_bracket(text, start) :], asked)
            if place is not None:
                return place
    return None


def _bracket(text: str, start: int) -> int:
    """Where the bracket or quotation mark before a name begins."""
    return start - 1 if start and text[start - 1] in "([" else start


def _named_here(rest: str, asked: _Asked) -> int | None:
    """The option that ``rest`` begins with, by its name or its text; SEVERAL where a second one follows."""
    line = rest.lstrip("\"'“‘ ").split("\n")[0]
    told = asked.told(line)
    match = LETTER.match(line) or (DIGIT.match(line) if told is None else None)
    if match is None or (told is not None and (asked.texts_first or not _is_name(line, match, asked))):
        return told
    if not _is_name(line, match, asked):
        return None
    letter, after = next(filter(None, match.groups())), line[match.end() :]
    if (more := ANOTHER.match(after)) and more[1].casefold() in asked.names and more[1].casefold() != letter.casefold():
        return SEVERAL
    place, said = asked.name(letter), asked.text(after)
    return SEVERAL if place >= 0 and said is not None and said != place else place


def _is_name(line: str, match: re.Match, asked: _Asked) -> bool:
    """Whether a single letter names an option and is not the article "a" or the pronoun "I"."""
    groups, after = match.groups(), line[match.end() :]
    if len(groups) == 1:
        return match[1] in asked.names
    if groups[0] or groups[1]:
        return True
    if groups[2].islower():
        return not after.strip(EDGES)
    if groups[2] not in "AI" or not AFTER_AN_ARTICLE.match(after):
        return True
    told = asked.told(after)
    return told is not None and told == asked.names.get(groups[2].casefold())


def _at_an_end(text: str, asked: _Asked) -> int | None:
    """The option that the first line, or else the last one, begins with; lists of all options name none."""
    lines = [line for line in text.splitlines() if line.strip()]
    starts = [match for line in lines if (match := STARTS.match(line))]
    letters = {(match[1] or match[2]).casefold() for match in starts}
    first, last = STARTS.match(lines[0]), STARTS.match(lines[-1])
    if first and last and len(letters) > 1 and _bare(lines[0], first) and _bare(lines[-1], last):
        return SEVERAL
    if len(letters) == 1 and first and _stands(lines[0], first):
        return _line(lines[0], first, asked)
    if last and _stands(lines[-1], last) and (len(letters) == 1 or _bare(lines[-1], last)):
        return _line(lines[-1], last, asked)
    return asked.text(lines[-1]) if len(lines) > 1 else None


def _stands(line: str, match: re.Match) -> bool:
    """Lower-case letters only in brackets, or alone on their line."""
    return bool(match[1]) or match[2].isupper() or _bare(line, match)


def _bare(line: str, match: re.Match) -> bool:
    """Whether nothing follows the name."""
    return not line[match.end() :].strip(EDGES)


def _line(line: str, match: re.Match, asked: _Asked) -> int:
    letter, after = match[1] or match[2], line[match.end() :]
    if (more := ANOTHER.match(after)) and more[1].casefold() in asked.names and more[1].casefold() != letter.casefold():
        return SEVERAL
    place, said = asked.name(letter), asked.text(after)
    return SEVERAL if place >= 0 and said is not None and said != place else place


def _only_named(text: str, asked: _Asked) -> int | None:
    """The only option whose text a short answer names, and does not deny."""
    if len(text) > SHORT or REFUSED.search(text):
        return None
    folded = _folded(text)
    named = [
        k
        for k, option in enumerate(asked.texts)
        if len(option) > 2 and re.search(rf"(?<!\w){re.escape(option)}(?!\w)", folded)
    ]
    named = [k for k in named if not any(k != j and asked.texts[k] in asked.texts[j] for j in named)]
    return named[0] if len(named) == 1 else None
