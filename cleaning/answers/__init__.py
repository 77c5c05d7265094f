"""Which free answers say the same: each answer has one canonical form, and answers are equivalent if their forms are equal.

``Context`` knows what an answer is held against (the reference, what was asked), ``grouped`` makes a sample's groups.
"""

from cleaning.answers.answer_groups import ANOTHER, AnswerGroups, Told, grouped
from cleaning.answers.equivalence import Context

__all__ = ["ANOTHER", "AnswerGroups", "Context", "Told", "grouped"]
