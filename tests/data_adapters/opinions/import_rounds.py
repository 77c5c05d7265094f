"""Imports one after the other: the log as it is after each, and what it says."""

from collections.abc import Sequence
from dataclasses import replace

from cleaning.export.incoming import Arrival
from cleaning.keep.decisions import Decision
from cleaning.settle.final_labels import standing_votes


def with_arrived(log: Sequence[Decision], arrival: Arrival) -> list[Decision]:
    """The log with what an import adds."""
    added = [replace(one, seq=len(log) + place) for place, one in enumerate(arrival.order, 1)]
    assert len({d.uuid for d in [*log, *added]}) == len(log) + len(added), "the log refuses a uuid that is taken"
    return [*log, *added]


def standing(log: Sequence[Decision]) -> dict[tuple[str, str], tuple]:
    """By sample and reviewer the verdict, labels and note that stand."""
    return {
        (sample, vote.reviewer): (vote.verdict, frozenset(vote.labels), vote.note.strip())
        for sample, votes in standing_votes(log).items()
        for vote in votes
    }
