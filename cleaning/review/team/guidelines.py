"""What is to be decided how: guidelines of a dataset and of its classes, with cards pinned as examples.

Kept in the settings log of the whole workspace, so that each change has its author, its time and what stood before.
"""

from dataclasses import dataclass, field

from cleaning.errors import InputError, counted
from cleaning.keep.decisions import ReviewStore, storable
from cleaning.keep.stored import now
from cleaning.review.team.permissions import GUIDE, permit
from cleaning.review.team.roles import WORKSPACE

EVERYTHING = ""  # what a guideline of the whole dataset is about, instead of a class's name
TEXTS, EXAMPLES = "guidelines", "guideline_examples"  # keys of the settings log
LONGEST_TEXT, MOST_EXAMPLES = 20_000, 12


@dataclass(frozen=True)
class Guidelines:
    """texts: Markdown, by class name or EVERYTHING. examples: sample ids pinned, in the order they were."""

    texts: dict[str, str] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def about(self) -> list[str]:
        """What there is anything about: the whole dataset first, then classes by name."""
        return sorted(self.texts.keys() | self.examples.keys())


def guidelines(store: ReviewStore) -> Guidelines:
    """As they stand now."""
    texts, examples = store.choice(WORKSPACE, TEXTS), store.choice(WORKSPACE, EXAMPLES)
    return Guidelines(
        {str(k): str(v) for k, v in texts.items()} if isinstance(texts, dict) else {},
        {str(k): [str(one) for one in v] for k, v in examples.items()} if isinstance(examples, dict) else {},
    )


def write_guideline(store: ReviewStore, who: str, about: str, text: str) -> None:
    """Replaces a text; an empty one goes. Raises InputError."""
    permit(store, who, GUIDE)
    words = storable(text).strip()
    if len(words) > LONGEST_TEXT:
        raise InputError(f"A guideline has at most {LONGEST_TEXT:,} characters; this one has {len(words):,}.")
    kept = guidelines(store).texts
    after = {name: one for name, one in {**kept, about: words}.items() if one}
    if after != kept:
        store.set_choice(WORKSPACE, TEXTS, after, at=now(), who=who)


def pin(store: ReviewStore, who: str, about: str, sample_id: str) -> None:
    """Makes a card an example, behind those there are. Raises InputError."""
    permit(store, who, GUIDE)
    kept = guidelines(store).examples
    those = kept.get(about, [])
    if sample_id in those:
        return
    if len(those) >= MOST_EXAMPLES:
        raise InputError(f"There are {counted(len(those), 'example')} already. Take one away first.")
    store.set_choice(WORKSPACE, EXAMPLES, {**kept, about: [*those, sample_id]}, at=now(), who=who)


def unpin(store: ReviewStore, who: str, about: str, sample_id: str) -> None:
    """Takes an example away."""
    permit(store, who, GUIDE)
    kept = guidelines(store).examples
    after = {name: [s for s in those if (name, s) != (about, sample_id)] for name, those in kept.items()}
    store.set_choice(WORKSPACE, EXAMPLES, {k: v for k, v in after.items() if v}, at=now(), who=who)
