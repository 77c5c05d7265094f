"""What the import doctor says: one finding, one sentence."""

from dataclasses import dataclass
from typing import Literal, get_args

from cleaning.errors import first_five

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True)
class Finding:
    """One thing a person should know before scoring.

    name: ``check`` or ``check:expert``; what --fix takes where ``safe_fix``. severity: error (cannot be scored, or the
    scores would mean nothing), warning (look before scoring), note (stated, nothing to do). count: how many samples,
    classes or files; first: at most five of them by name. fix: what to do, "" where nothing is to be done.
    safe_fix: whether ``apply_fixes`` can do it on a copy of the reading, with nothing on disk changed.
    before, after: agreement with the given labels as read, and as the fix reaches, where that is why it is offered.
    """

    name: str
    severity: Severity
    sentence: str
    count: int = 0
    first: tuple[str, ...] = ()
    fix: str = ""
    safe_fix: bool = False
    after: float = float("nan")
    before: float = float("nan")

    @property
    def check(self) -> str:
        return self.name.partition(":")[0]

    @property
    def expert(self) -> str:
        """The expert it is about; empty where it is about the dataset."""
        return self.name.partition(":")[2]

    def told(self) -> str:
        """Sentence and offenders as one line of text."""
        return f"{self.sentence} First: {first_five(self.first)}." if self.first else self.sentence

    def described(self) -> str:
        """Sentence, offenders and fix as one line of text."""
        return f"{self.told()} {self.fix}" if self.fix else self.told()


def first(items) -> tuple[str, ...]:
    """At most five items as text."""
    return tuple(str(item) for item in list(items[:5]))
