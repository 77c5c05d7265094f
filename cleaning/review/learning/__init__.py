"""What the order "learning" goes by: a model of the verdicts so far, fitted beside the path of the next card."""
