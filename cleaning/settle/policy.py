"""Which decisions become final labels, and what a final label that is not one class turns into."""

from dataclasses import asdict, dataclass, fields

from cleaning.errors import InputError, one_of

MAJORITY, UNANIMOUS, ADJUDICATED = "majority", "unanimous", "adjudicated"
FIRST, KEEP_GIVEN, ANY_OF = "first", "keep_given", "any_of"
KEEP, DROP = "keep", "drop"
CHOICES = {
    "settle": (MAJORITY, UNANIMOUS, ADJUDICATED),
    "several_fit": (FIRST, KEEP_GIVEN, ANY_OF),
    "none_fits": (KEEP, DROP),
    "unclear": (KEEP, DROP),
}


@dataclass(frozen=True)
class Policy:
    """How decisions are settled; recorded in every export.

    settle: "majority" (more than half of those who have an opinion; an adjudication overrules them), "unanimous"
        (everybody who decided says the same; an adjudication counts as one of them) or "adjudicated" (only samples
        that were adjudicated).
    several_fit: the one corrected label where several fit: "first" (the first one marked), "keep_given" (the given
        label if it is among them, else the first), or "any_of" (the same, and each of them counts as right in the
        evaluation mask).
    none_fits, unclear: "keep" the given label or "drop" the sample, where no class fits (of free answers: where there is no
        single right one), or where the item or the
        options are unclear.
    least_votes: decisions a sample needs before it is settled (adjudications need no company).
    """

    settle: str = MAJORITY
    several_fit: str = ANY_OF
    none_fits: str = DROP
    unclear: str = KEEP
    least_votes: int = 1

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise InputError(f"Policy {name} is '{getattr(self, name)}'; choose {one_of(allowed)}.")
        if isinstance(self.least_votes, bool) or not isinstance(self.least_votes, int) or self.least_votes < 1:
            raise InputError(f"A sample cannot be settled by {self.least_votes} votes; the least is 1.")

    def to_dict(self) -> dict:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: object) -> "Policy":
        """The policy an export recorded. Raises InputError on names we do not know."""
        known = {f.name for f in fields(cls)}
        if not isinstance(values, dict) or set(values) - known:
            raise InputError(f"The recorded policy is not one we know; expected {one_of(sorted(known))}.")
        return cls(**values)

    def in_words(self) -> str:
        """``majority of reviewers; several fit: each counts as right; none fits: dropped; unclear: kept``"""
        who = {
            MAJORITY: "majority of reviewers (an adjudication overrules)",
            UNANIMOUS: "only where all reviewers agree",
            ADJUDICATED: "only adjudicated samples",
        }[self.settle]
        several = {
            FIRST: "the first one marked",
            KEEP_GIVEN: "the given label if among them, else the first",
            ANY_OF: "each counts as right",
        }[self.several_fit]
        outcome = {KEEP: "given label kept", DROP: "dropped"}
        votes = "" if self.least_votes == 1 else f"; at least {self.least_votes} votes"
        return (
            f"{who}{votes}; several fit: {several}; none fits: {outcome[self.none_fits]}; "
            f"unclear: {outcome[self.unclear]}"
        )


DEFAULT_POLICY = Policy()
