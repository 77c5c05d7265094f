"""Ids of samples and experts that do not meet, where the rest of them do."""

from data_adapters.contract import IdNote
from data_adapters.doctor.evidence import Evidence
from data_adapters.doctor.finding import Finding

SENTENCES = {
    "unknown_ids": "Expert '{name}' has {count:,} {rows} that no sample has; {they} left out.",
    "missing_ids": "Expert '{name}' has no row for {count:,} of {samples:,} samples; there it abstains.",
}
MANY = 0.5  # of the samples: so many are hardly meant
MEANT = "Nothing to do if that is meant; else write the ids alike in both files."


def unmatched_ids(evidence: Evidence) -> list[Finding]:
    """Rows whose id no sample has, and samples without a row. Ids that nearly meet are refused before."""
    found = []
    for expert in evidence.reading.experts:
        for note in expert.notes:
            if isinstance(note, IdNote):
                found.append(_finding(expert.name, note, len(evidence.reading.dataset)))
    return found


def _finding(name: str, note: IdNote, samples: int) -> Finding:
    rows, they = ("id", "it is") if note.count == 1 else ("ids", "they are")
    sentence = SENTENCES[note.check].format(name=name, count=note.count, rows=rows, they=they, samples=samples)
    severity = "warning" if note.count > MANY * samples else "note"
    return Finding(f"{note.check}:{name}", severity, sentence, note.count, note.first, MEANT)
