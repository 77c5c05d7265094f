"""One plain sentence for each word of ours, shown as help where the word first stands on a page."""

MEANINGS = {
    "suspicion": "Suspicion, 0 to 1: the higher, the more likely the given label is wrong.",
    "threshold": "Threshold: the suspicion from which on a sample goes to review.",
    "flagged": "Flagged: its suspicion is at or above the threshold.",
    "precision": "Precision: the share of the flagged labels that are really wrong.",
    "detection rate": "Detection rate: the share of all wrong labels that are flagged.",
    "calibration": "Calibration: what makes an expert that says 80 % be right in 80 of 100 cases.",
    "random card": "Random card: a sample drawn by chance, whatever its suspicion, so that estimates hold for all samples.",
    "blind": "Blind: labels and votes stay hidden until you have decided.",
    "open": "Open: the given label and the votes are shown before you decide.",
}


def meaning(*words: str) -> str:
    """The sentences of these words, for a ``help=``."""
    return "\n\n".join(MEANINGS[word] for word in words)
