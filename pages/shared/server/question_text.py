"""Question text as a tree the browser builds node by node: a Markdown subset and LaTeX, never HTML.

A block is ["p", inlines], ["code", text] or ["list", [inlines, ...]]. An inline is a string or one of
["b", inlines], ["i", inlines], ["code", text], ["math", node, display]. A node is a string or
[MathML element, attributes, nodes], with elements and attributes from fixed lists.
"""

import html
import re
from collections.abc import Callable
from functools import lru_cache

LONGEST_FORMULA = 2_000
LONGEST_TEXT = 100_000
DIGITS, RAISED, LOWERED = "0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "₀₁₂₃₄₅₆₇₈₉₊₋"
ELEMENTS = frozenset(
    "math mrow mi mn mo mtext mspace ms mfrac msqrt mroot mstyle mpadded mphantom msub msup msubsup munder mover "
    "munderover mmultiscripts mprescripts none mtable mtr mtd menclose merror".split()
)
ATTRIBUTES = frozenset(
    "display mathvariant stretchy fence separator accent accentunder linethickness columnalign rowalign rowspacing "
    "columnspacing columnlines rowlines lspace rspace width height depth movablelimits minsize maxsize form "
    "displaystyle scriptlevel notation".split()
)
_FENCE = re.compile(r"^(```|~~~)[^\n]*\n(.*?)(?:^\1[^\S\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_BULLET = re.compile(r"^\s{0,3}[-*•]\s+(.*)$")
_INLINE = re.compile(
    r"(?P<code>`+)(?P<code_text>.+?)(?P=code)"
    r"|\$\$(?P<display>.+?)\$\$"
    r"|\\\[(?P<display2>.+?)\\\]"
    r"|\\\((?P<inline2>.+?)\\\)"
    r"|(?<![\\$\w])\$(?P<inline>[^\s$](?:[^$\n]*?[^\s\\$])?)\$(?![\d$])"
    r"|\*\*(?P<bold>[^\s*](?:.*?\S)?)\*\*"
    r"|(?<![\w*])\*(?P<italic>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])",
    re.DOTALL,
)


@lru_cache(maxsize=4_096)
def blocks(text: str) -> list:
    """The tree of a question's stem or of one option. Text that is not understood is kept as it stands."""
    text, tree, end = text[:LONGEST_TEXT].replace("\r\n", "\n"), [], 0
    for fence in _FENCE.finditer(text):
        tree += _prose(text[end : fence.start()])
        tree.append(["code", fence[2].rstrip("\n")])
        end = fence.end()
    return tree + _prose(text[end:])


def markdown(text: str, escaped: Callable[[str], str]) -> str:
    """The same text for widgets that take Markdown; ``escaped`` makes plain text safe. Formulas stay LaTeX."""
    text, parts, end = text[:LONGEST_TEXT].replace("\r\n", "\n"), [], 0
    for fence in _FENCE.finditer(text):
        inside = fence[2].rstrip("\n")
        marks = "`" * max(3, 1 + max(map(len, re.findall("`+", inside)), default=0))
        parts += [_marked_paragraphs(text[end : fence.start()], escaped), f"{marks}\n{inside}\n{marks}"]
        end = fence.end()
    parts.append(_marked_paragraphs(text[end:], escaped))
    return "\n\n".join(part for part in parts if part.strip())


def beginning(text: str, longest: int) -> str:
    """The first ``longest`` characters in one line, read as meant: formulas and marks as plain text."""
    words = " ".join("".join(f"{_plain(block)} " for block in blocks(text)).split())
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def _plain(node) -> str:
    if isinstance(node, str):
        return node
    kind, inner = node[0], node[1]
    if kind == "math":
        return _plain_formula(inner)
    return inner if isinstance(inner, str) else "".join(_plain(one) for one in inner)


def _plain_formula(node) -> str:
    if isinstance(node, str):
        return node
    name, _, children = node
    told = [_plain_formula(child) for child in children]
    if name == "mfrac":
        return "/".join(told)
    if name in ("msub", "msup", "msubsup") and len(told) > 1:
        low, high = (told[1], "") if name == "msub" else ("", told[1]) if name == "msup" else (told[1], told[2])
        return told[0] + _moved(high, RAISED, "^") + _moved(low, LOWERED, "_")
    return "".join(told)


def _moved(text: str, digits: str, mark: str) -> str:
    """Digits as small ones, above or below the line; what has none behind a mark."""
    return text.translate(str.maketrans(DIGITS, digits)) if set(text) <= set(DIGITS) else mark + text


def _marked_paragraphs(text: str, escaped: Callable[[str], str]) -> str:
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        paragraph = _INDENT.sub(lambda spaces: "\u00a0" * len(spaces[0]), paragraph)  # indented text is no code
        parts, end = [], 0
        for found in _INLINE.finditer(paragraph):
            parts += [escaped(paragraph[end : found.start()]), _marked(found, escaped)]
            end = found.end()
        parts.append(escaped(paragraph[end:]))
        paragraphs.append("".join(parts).replace("\n", "  \n"))
    return "\n\n".join(paragraphs)


def _marked(found: re.Match, escaped: Callable[[str], str]) -> str:
    if found["code"] or found["bold"] or found["italic"]:
        return found[0] if found["code"] else escaped(found["bold"] or found["italic"])
    display = found["display"] or found["display2"]
    formula = " ".join((display or found["inline"] or found["inline2"]).split())
    if "$" in formula or mathml(formula) is None:
        return escaped(found[0])
    return f"$${formula}$$" if display else f"${formula}$"


def _prose(text: str) -> list:
    tree = []
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        lines = paragraph.split("\n")
        bullets = [_BULLET.match(line) for line in lines]
        if len(lines) > 1 and all(bullets):
            tree.append(["list", [inlines(b[1]) for b in bullets if b]])
        elif paragraph.strip():
            tree.append(["p", inlines(paragraph)])
    return tree


def inlines(text: str) -> list:
    """Code, formulas, bold and italic within a paragraph."""
    tree, end = list[object](), 0
    for found in _INLINE.finditer(text):
        if found.start() > end:
            tree.append(text[end : found.start()])
        tree.append(_inline(found))
        end = found.end()
    if end < len(text):
        tree.append(text[end:])
    return tree


def _inline(found: re.Match) -> list:
    if found["code"]:
        return ["code", found["code_text"].strip()]
    if found["bold"]:
        return ["b", inlines(found["bold"])]
    if found["italic"]:
        return ["i", inlines(found["italic"])]
    display = found["display"] or found["display2"]
    node = mathml(display or found["inline"] or found["inline2"])
    return ["code", found[0]] if node is None else ["math", node, bool(display)]


@lru_cache(maxsize=4_096)
def mathml(formula: str) -> list | None:
    """A LaTeX formula as a tree of allowed MathML, or None where it cannot be read (then it is shown as typed)."""
    if len(formula) > LONGEST_FORMULA:
        return None
    try:
        from latex2mathml.converter import convert_to_element

        return _node(convert_to_element(formula))
    except Exception:  # any failure of a converter on any text means the same: show the text
        return None


def _node(element) -> list:
    name = element.tag if element.tag in ELEMENTS else "mrow"
    attributes = {k: v for k, v in element.attrib.items() if k in ATTRIBUTES and "(" not in v and ":" not in v}
    text = [html.unescape(element.text)] if element.text else []
    return [name, attributes, text + [_node(child) for child in element]]
