"""From files to a meaning: what the user said of it, and what was decided on the way, in one object.

Whoever reads is handed a plan, fills it, and asks nothing else: no reader guesses by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from cleaning.domain.experts import Expert
from data_adapters.doctor.finding import Finding

Source = Literal["stated", "said", "inferred"]


def _never_seen(expert: Expert) -> str:
    return ""


def _unheard(step: "ReadingStep") -> None:
    return None


@dataclass(frozen=True)
class ReadingStep:
    """One step from a file to a meaning.

    about: the file or expert. part: column, array, "classes", "join", "scores", "split" or "agreement". meaning: what it was
    taken for. source: stated by the file, said by the user, or inferred. evidence: what speaks for it.
    """

    about: str
    part: str
    meaning: str
    source: Source
    evidence: str = ""

    def told(self) -> str:
        """One line for people: ``m.csv, 'pred': prediction (inferred: called so)``."""
        because = f"{self.source}: {self.evidence}" if self.evidence else self.source
        return f"{self.about}, {self.part}: {self.meaning} ({because})"


@dataclass(frozen=True)
class ReadingOptions:
    """What the user, or the command that reads for him, said beforehand.

    fixes: names of the import doctor's fixes to make. as_is: to score although the evidence speaks against the reading.
    missing: a mark of the user's own for samples without a label. roles: {file name: {column: role}}, roles as in
    ``data_adapters.joining.columns.ROLES``. parts: {file: part}, as in ``file_parts.PARTS``.
    class_names: in the order of the scores, where no file names them. base: what classes given by number begin with, 0 or
    1; None: as found. free_answers: labels in free words are references, and an answer that is none of them is wrong; only
    where nothing is looked for among them. pictures: folder of the pictures, below what is read. pictures_to: a new
    folder of ours for pictures that lie inside other files. split: which part of a Hugging Face dataset. heard: told
    each step as it is decided; what it raises ends the reading. known: gives the fingerprint of scores that were looked
    through before and have not changed since (``cleaning.keep.known_scores``), else an empty text; such files are not read
    through again. left_to_scoring: logits in files are not read through for NaN and infinity: the scoring that follows
    reads every one of them anyway and raises ``NotFinite``.
    """

    fixes: tuple[str, ...] = ()
    as_is: bool = False
    missing: str | None = None
    roles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    class_names: tuple[str, ...] = ()
    base: int | None = None
    free_answers: bool = False
    pictures: str | None = None
    pictures_to: Path | None = None
    split: str | None = None
    heard: Callable[["ReadingStep"], None] = _unheard
    known: Callable[[Expert], str] = _never_seen
    left_to_scoring: bool = False


UNSAID = ReadingOptions()


@dataclass
class ReadingPlan:
    """options: what was said. decisions: in the order of reading. proposed: fixes that could be made; taken, done:
    names of, and notes on, those made."""

    options: ReadingOptions = UNSAID
    decisions: list[ReadingStep] = field(default_factory=list)
    proposed: list[Finding] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)

    def decide(self, about: str, part: str, meaning: str, source: Source, evidence: str = "") -> None:
        """Writes a step down; the same step twice is one, by the source that came first."""
        if not any((about, part, meaning) == (d.about, d.part, d.meaning) for d in self.decisions):
            self.decisions.append(ReadingStep(about, part, meaning, source, evidence))
        self.options.heard(self.decisions[-1])

    def said_role(self, file: str, role: str) -> str | None:
        """The column of a file that the user gave this role."""
        return next((c for c, said in self.options.roles.get(file, {}).items() if said == role), None)

    def said_columns(self, file: str, *roles: str) -> list[str]:
        """The columns of a file that the user gave one of these roles."""
        return [c for c, said in self.options.roles.get(file, {}).items() if said in roles]

    def unused(self, file: str) -> set[str]:
        """The columns of a file that the user wants nothing made of."""
        return set(self.said_columns(file, "other"))

    def as_data(self) -> list[dict[str, str]]:
        """The decisions as plain data, to be shown, kept and edited."""
        return [asdict(decision) for decision in self.decisions]

    def accepts(self, finding: Finding) -> bool:
        """Whether the user asked for this fix, by its own name or for every expert; else it is proposed."""
        if finding.check == "label_base" and self.options.base == 0:
            return False
        said = finding.check == "label_base" and self.options.base == 1
        if not said and {finding.name, finding.check}.isdisjoint(self.options.fixes):
            self.proposed.append(finding)
            return False
        self.taken |= {finding.name, finding.check}
        self.done.append(f"Fix '{finding.name}' accepted: {finding.sentence} {finding.fix}")
        return True
