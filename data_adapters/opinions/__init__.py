"""Opinions that are there already: decisions made in other tools, and published annotations as truth.

decisions = read_earlier_decisions(Path("argilla.json"), dataset)   # for the review store
truth = read_truth(Path("real.json"), dataset)                      # for evaluation only
"""

from data_adapters.opinions.earlier_decisions import read_earlier_decisions
from data_adapters.opinions.truth import Truth, read_truth

__all__ = ["Truth", "read_earlier_decisions", "read_truth"]
