"""Everything that counts for others, with author and time: settings, roles, rulings, files taken and brought in."""

from dataclasses import dataclass
from pathlib import Path

from cleaning.domain.card_kinds import ADJUDICATION
from cleaning.domain.verdicts import BY_NAME
from cleaning.keep.decisions import ReviewStore
from cleaning.keep.settings_log import SettingChange
from cleaning.review.team import roles, sessions

LONGEST_VALUE = 300


@dataclass(frozen=True)
class AuditEntry:
    """at: ISO 8601 UTC. what: in words. run_id: "" for the whole workspace."""

    at: str
    who: str
    what: str
    run_id: str = ""


def audit_log(store: ReviewStore, most: int | None = None, rulings: bool = True) -> list[AuditEntry]:
    """Latest first; at most so many. rulings: what was settled and how, too."""
    entries = _told(store.changes())
    for decision in store.decisions() if rulings else ():
        if decision.card == ADJUDICATION:
            words = BY_NAME[decision.verdict].words.lower()
            entries.append(
                AuditEntry(
                    decision.decided_at, decision.reviewer, f"settled {decision.sample_id}: {words}", decision.run_id
                )
            )
    return _latest(entries, most)


def house_log(root: Path, most: int | None = None) -> list[AuditEntry]:
    """As ``audit_log``, of what concerns no single workspace below ``root``."""
    return _latest(_told(sessions.house_changes(root)), most)


def _told(changes: list[SettingChange]) -> list[AuditEntry]:
    return [AuditEntry(change.at, change.who, _in_words(change), change.run_id) for change in changes]


def _latest(entries: list[AuditEntry], most: int | None) -> list[AuditEntry]:
    return sorted(entries[::-1], key=lambda entry: entry.at, reverse=True)[:most]


def _in_words(change: SettingChange) -> str:
    if change.what == roles.KEY:
        return _role_words(change)
    kind, _, about = change.what.partition(":")
    if about and kind in sessions.IN_WORDS:
        whose = change.after.get("who", "") if isinstance(change.after, dict) else ""
        return f"{sessions.IN_WORDS[kind]}: {_short(whose)}"
    before = "" if change.before is None or change.run_id == roles.WORKSPACE else f" (before {_short(change.before)})"
    return f"{change.what.replace('_', ' ')}: {_short(change.after)}{before}"


def _role_words(change: SettingChange) -> str:
    before = change.before if isinstance(change.before, dict) else {}
    after = change.after if isinstance(change.after, dict) else {}
    given = [f"{name} is {role} (before {before.get(name, 'none')})" for name, role in after.items() if
             before.get(name) != role]  # fmt: skip
    return f"role: {', '.join(given) or 'none changed'}"


def _short(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_short(one)}" for key, one in value.items())[:LONGEST_VALUE]
    return str(value)[:LONGEST_VALUE]
