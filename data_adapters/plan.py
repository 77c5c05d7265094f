"""From files to a meaning: what the user said of it, and what was decided on the way, in one object.

Whoever reads is handed a plan, fills it, and asks nothing else: no reader guesses by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from cleaning.domain.experts import Expert
from data_adapters.doctor.finding import Finding


def _never_seen(expert: Expert) -> str:
    return ""


@dataclass(frozen=True)
class ReadingOptions:
    """What the user, or the command that reads for him, said beforehand.

    fixes: names of the import doctor's fixes to make. known: gives the fingerprint of scores that were looked through
    before and have not changed since (``cleaning.keep.known_scores``), else an empty text; such files are not read
    through again. left_to_scoring: logits in files are not read through for NaN and infinity: the scoring that follows
    reads every one of them anyway and raises ``NotFinite``.
    """

    fixes: tuple[str, ...] = ()
    known: Callable[[Expert], str] = _never_seen
    left_to_scoring: bool = False


UNSAID = ReadingOptions()


@dataclass
class ReadingPlan:
    """options: what was said. proposed: fixes that could be made; taken, done: names of, and notes on, those made."""

    options: ReadingOptions = UNSAID
    proposed: list[Finding] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)

    def accepts(self, finding: Finding) -> bool:
        """Whether the user asked for this fix, by its own name or for every expert; else it is proposed."""
        if {finding.name, finding.check}.isdisjoint(self.options.fixes):
            self.proposed.append(finding)
            return False
        self.taken |= {finding.name, finding.check}
        self.done.append(f"Fix '{finding.name}' accepted: {finding.sentence} {finding.fix}")
        return True
