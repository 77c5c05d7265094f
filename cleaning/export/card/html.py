"""Small pieces of HTML for the cleaning card; everything that is not ``Html`` already is escaped."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape


class Html(str):
    """Text that is HTML already."""


def text(value: object) -> str:
    return value if isinstance(value, Html) else escape("" if value is None else str(value))


def code(value: str) -> Html:
    return Html(f"<code>{escape(value)}</code>")


def table(heads: Sequence[str], rows: Iterable[Sequence]) -> str:
    head = "".join(f"<th>{text(h)}</th>" for h in heads)
    body = "\n".join("<tr>" + "".join(f"<td>{text(v)}</td>" for v in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>\n'


def pairs_list(pairs: Iterable[tuple[str, object]]) -> str:
    return "<dl>" + "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in pairs) + "</dl>\n"


def bullet_list(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{text(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>\n" if items else ""


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def whole(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


def p_value(value: float | None) -> str:
    """Never 0: no test makes a difference impossible by chance."""
    return "< 0.001" if value is not None and value < 0.001 else number(value)


def interval(point: float | None, low: float | None, high: float | None, show: Callable) -> Html:
    """``93.0 % [91.9, 94.2]``, not broken over lines."""
    ends = ", ".join(show(end).removesuffix(" %") for end in (low, high))
    return Html(f'<span class="one">{escape(show(point))} [{escape(ends)}]</span>')


def share_text(share: Mapping, show: Callable) -> str:
    if share["point"] is None:
        return "not measured"
    return Html(f"{interval(share['point'], share['low'], share['high'], show)}, {share['count']:,} counted")
