"""Numbers as the cleaning card writes them."""

from collections.abc import Callable, Mapping

NONE = "–"


def counted(value: int) -> str:
    return f"{value:,}"


def percent(value: float | None) -> str:
    return NONE if value is None else f"{100 * value:.1f} %"


def whole(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f}"


def number(value: float | None) -> str:
    return NONE if value is None else f"{value:.3g}"


def p_value(value: float | None) -> str:
    """Never 0: no test makes a difference impossible by chance."""
    return "< 0.001" if value is not None and value < 0.001 else number(value)


def interval(point: float | None, low: float | None, high: float | None, show: Callable) -> str:
    """``93.0 % [91.9, 94.2]``."""
    ends = ", ".join(show(end).removesuffix(" %") for end in (low, high))
    return f"{show(point)} [{ends}]"


def ranks(expert: Mapping, way: str) -> str:
    """``2``, or ``2 (1 to 3)`` where its interval is wider."""
    low, high = expert[f"rank_low_{way}"], expert[f"rank_high_{way}"]
    return str(expert[f"rank_{way}"]) + (f" ({low} to {high})" if low != high else "")
