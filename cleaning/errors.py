"""Errors a person can fix, worded for that person."""

from collections.abc import Iterable, Sequence


class InputError(Exception):
    """Something in the user's input is wrong; the message says what, what was expected and what to do.

    Shown as a sentence (command line: exit code 2; app: a red box), never as a traceback.
    """


class WorkspaceError(InputError):
    """A workspace, run or decision log that is not there, not ours, or damaged."""


class NothingToClean(WorkspaceError):
    """A workspace of marked answers: they have no labels that could be wrong."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"The answers of '{name}' are marked already and there are no labels, so there is nothing to clean. "
            "Calibrate its experts, or let a cascade choose whom to ask."
        )

    def __reduce__(self):
        return NothingToClean, (self.name,)


class NotWritten(InputError):
    """A file or folder that the system did not let us write: a full disk, no permission, a folder in its place."""


class NotFinite(InputError):
    """An expert whose scores were not checked when they were read has NaN or infinity in them."""

    def __init__(self, expert: str) -> None:
        self.expert = expert
        super().__init__(f"Expert '{expert}' has scores that are NaN or infinite. Every score must be a finite number.")

    def __reduce__(self):
        return NotFinite, (self.expert,)


def first_five(items: Iterable[object]) -> str:
    """``a, b, c, d, e, ...``: at most five offenders by name, so that a sentence stays a sentence."""
    shown: list[object] = []
    for item in items:
        if len(shown) == 5:
            return ", ".join(map(_short, shown)) + ", ..."
        shown.append(item)
    return ", ".join(map(_short, shown))


def _short(item: object, limit: int = 60) -> str:
    text = str(item).replace("\n", " ")
    return text if len(text) <= limit else text[: limit - 3] + "..."


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """``1 sample``, ``5,000 samples``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def one_of(words: Sequence[str]) -> str:
    """``a, b or c``."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
