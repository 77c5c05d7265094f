"""Opinions that are there already: decisions made in other tools, and published annotations as truth.

decisions = read_earlier_decisions(Path("argilla.json"), dataset)   # for the review store
answers = read_logged_answers(Path("samples_mmlu.jsonl"))           # to be scored under an evaluation mask
truth = read_truth(Path("real.json"), dataset)                      # for evaluation only
"""

from data_adapters.opinions.earlier_decisions import read_earlier_decisions, read_incoming
from data_adapters.opinions.logged_answers import read_logged_answers
from data_adapters.opinions.truth import Truth, read_truth

__all__ = ["Truth", "read_earlier_decisions", "read_incoming", "read_logged_answers", "read_truth"]
