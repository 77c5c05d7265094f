"""A changed setting as a sentence: who changed what to what, and what it means for those who review."""

from collections.abc import Callable, Sequence

from cleaning.errors import counted
from cleaning.keep.settings_log import SettingChange
from cleaning.review.chosen import (
    AUDIT_SHARE,
    CALIBRATION_METHODS,
    MODE,
    OPEN_SHARE,
    RUN_ARCHIVED,
    RUN_MADE,
    RUN_NAME,
    SECONDS_PER_CARD,
    THRESHOLD,
    USUAL_AUDIT_SHARE,
    USUAL_OPEN_SHARE,
)
from cleaning.review.queue import audit_card_count

_MODES = {"blind": "labels stay hidden until a decision", "open": "the given label and the votes are shown"}


def in_words(change: SettingChange, own_flagged: int, flagged: int) -> str:
    """ "Ana set the threshold to 0.95: 119 cards fewer".

    own_flagged: samples flagged by the run's own threshold, before anybody chose one. flagged: those flagged now.
    """
    told = _WORDS.get(change.what, _anything)
    return f"{change.who.strip() or 'Somebody'} {told(change, own_flagged, flagged)}"


def history(changes: Sequence[SettingChange], own_flagged: int) -> list[tuple[SettingChange, str]]:
    """Changes with their sentences, latest first, each told with what was flagged at its time."""
    found, flagged = [], own_flagged
    for change in changes:
        if change.what == THRESHOLD:
            flagged = _flagged(change.after, own_flagged)
        found.append((change, in_words(change, own_flagged, flagged)))
    return found[::-1]


def news(changes: Sequence[SettingChange], reviewer: str, own_flagged: int) -> dict | None:
    """The last change with its place in the log, for a reviewer who did not make it; else None."""
    if not changes or changes[-1].who == reviewer:
        return None
    (last, words), *_ = history(changes, own_flagged)
    return {"seq": last.seq, "words": words}


def _threshold(change: SettingChange, own_flagged: int, flagged: int) -> str:
    if not isinstance(change.after, dict):
        return f"went back to the run's own threshold: {_more(own_flagged - _flagged(change.before, own_flagged))}"
    more = _flagged(change.after, own_flagged) - _flagged(change.before, own_flagged)
    return f"set the threshold to {change.after['threshold']:.4g}: {_more(more)}"


def _flagged(value: object, own_flagged: int) -> int:
    """Samples that a threshold flagged when it was chosen."""
    return int(value["flagged"]) if isinstance(value, dict) else own_flagged


def _more(cards: int) -> str:
    if not cards:
        return "as many cards as before"
    return f"{counted(abs(cards), 'card')} {'more' if cards > 0 else 'fewer'}"


def _mode(change: SettingChange, own_flagged: int, flagged: int) -> str:
    return f"set the cards to {change.after}: {_MODES.get(str(change.after), '')}"


def _random_cards(change: SettingChange, own_flagged: int, flagged: int) -> str:
    usual = USUAL_AUDIT_SHARE
    before, after = (usual if v is None else float(v) for v in (change.before, change.after))  # type: ignore[arg-type]
    more = audit_card_count(flagged, after) - audit_card_count(flagged, before)
    return f"set the share of cards drawn at random to {after:.0%} (before {before:.0%}): {_more(more)}".replace(
        "%", " %"
    )


def _shown_open(change: SettingChange, own_flagged: int, flagged: int) -> str:
    usual = USUAL_OPEN_SHARE
    before, after = (usual if v is None else float(v) for v in (change.before, change.after))  # type: ignore[arg-type]
    return f"set the share of blind cards shown open to {after:.0%} (before {before:.0%})".replace("%", " %")


def _seconds(change: SettingChange, own_flagged: int, flagged: int) -> str:
    return f"set the time for a card to {change.after} seconds"


def _calibrations(change: SettingChange, own_flagged: int, flagged: int) -> str:
    before = change.before if isinstance(change.before, dict) else {}
    after = change.after if isinstance(change.after, dict) else {}
    new = [f"{expert} to {method}" for expert, method in after.items() if before.get(expert) != method]
    return f"set the calibration of {' and '.join(new)}" if new else "left the calibrations as they are"


def _name(change: SettingChange, own_flagged: int, flagged: int) -> str:
    return f"named this run {change.after}"


def _archived(change: SettingChange, own_flagged: int, flagged: int) -> str:
    return "archived this run" if change.after else "brought this run back"


def _made(change: SettingChange, own_flagged: int, flagged: int) -> str:
    about = change.after if isinstance(change.after, dict) else {}
    experts = about.get("experts") or []
    return f"made this run with {counted(len(experts), 'expert')}: {about.get('settings', '')}"


def _anything(change: SettingChange, own_flagged: int, flagged: int) -> str:
    name = change.what.replace("_", " ")
    before = "" if change.before is None else f" (before {change.before})"
    return f"set {name} to {change.after}{before}"


_WORDS: dict[str, Callable[[SettingChange, int, int], str]] = {
    THRESHOLD: _threshold,
    MODE: _mode,
    AUDIT_SHARE: _random_cards,
    OPEN_SHARE: _shown_open,
    SECONDS_PER_CARD: _seconds,
    CALIBRATION_METHODS: _calibrations,
    RUN_NAME: _name,
    RUN_ARCHIVED: _archived,
    RUN_MADE: _made,
}
