"""What a person said of the files on the Load page."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from data_adapters.plan import ReadingOptions
from pages.shared import state

ONE_COLUMN = ("id", "given label", "group", "question", "picture", "confidence")  # roles that one column has at most


@dataclass(frozen=True)
class Remarks:
    """Fields as in ``ReadingOptions``. name: of the dataset; "": as the files are called."""

    fixes: tuple[str, ...] = ()
    roles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    class_names: tuple[str, ...] = ()
    base: int | None = None
    missing: str | None = None
    pictures: str | None = None
    split: str | None = None
    name: str = ""

    def role(self, file: str, column: str, role: str) -> "Remarks":
        """With a column's role, which no other column of the file has where one at most can; "" takes it back."""
        before = {
            c: r for c, r in self.roles.get(file, {}).items() if c != column and not (r == role and r in ONE_COLUMN)
        }
        return replace(self, roles={**self.roles, file: before | ({column: role} if role else {})})

    def part(self, file: str, part: str) -> "Remarks":
        """With what a file is for; "" takes it back."""
        before = {
            f: p for f, p in self.parts.items() if f != file and not (p == part and p in ("labels", "class names"))
        }
        return replace(self, parts=before | ({file: part} if part else {}))

    def fixed(self, name: str) -> "Remarks":
        return replace(self, fixes=(*self.fixes, name))

    def unfixed(self, name: str) -> "Remarks":
        return replace(self, fixes=tuple(fix for fix in self.fixes if fix != name))

    def options(self, **further) -> ReadingOptions:
        """further: fields that nobody says."""
        said = ("fixes", "roles", "parts", "class_names", "base", "missing", "pictures", "split")
        return ReadingOptions(**{name: getattr(self, name) for name in said}, **further)

    @property
    def key(self) -> str:
        """The same for the same reading; the name plays no part in it."""
        return repr(replace(self, name=""))


NOTHING_SAID = Remarks()


def so_far() -> Remarks:
    """What was said in this tab of what lies before the person; asked anew in each callback."""
    return state.recalled("remarks", Remarks) or NOTHING_SAID


def say(remarks: Remarks) -> None:
    state.remember("remarks", remarks)
    state.remember("scoring", False)
