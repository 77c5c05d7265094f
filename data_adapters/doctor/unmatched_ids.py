"""Ids of samples and experts that do not meet, where the rest of them do."""

from data_adapters.contract import IdNote
from data_adapters.doctor.evidence import Evidence
from data_adapters.doctor.finding import Finding

MANY = 0.5  # of the samples: so many are hardly meant
MEANT = "Nothing to do if that is meant; else write the ids alike in both files."


def unmatched_ids(evidence: Evidence) -> list[Finding]:
    """Rows whose id no sample has, and samples without a row. Ids that nearly meet are refused before."""
    many = MANY * len(evidence.reading.dataset)
    return [
        Finding(
            f"{note.check}:{expert.name}",
            "warning" if note.count > many else "note",
            note.sentence,
            note.count,
            note.first,
            MEANT,
        )
        for expert in evidence.reading.experts
        for note in expert.notes
        if isinstance(note, IdNote)
    ]
