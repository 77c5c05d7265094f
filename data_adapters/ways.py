"""How a sentence says what to do next: readers speak to the command line, and another surface retells what they said.

``way("label_column")`` is "with --label-column"; the Load page shows ``PAGE.retold(sentence)``, which names its own
settings instead, and files without where they lie.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

COMMAND_LINE = {
    "id_column": "with --id-column",
    "label_column": "with --label-column",
    "group_column": "with --group-column",
    "choices_column": "with --choices-column",
    "question_column": "with --question-column",
    "picture_column": "by its place in dataset.json",
    "answer_columns": "with --answer-columns",
    "split": "with --split",
    "no_expert": "Name at least one, for example --expert resnet=resnet.npy.",
    "columns_of_answers": "--answers needs --answer-columns: which of its columns are experts?",
    "table_of_answers": "--answer-columns needs --answers, the table that holds them.",
    "fix": "A fix is offered: --fix {}.",
    "decisions": "Give them to `import-decisions`.",
    "as_is": "To score it all the same, add --as-is.",
}
_PHRASE = re.compile(
    "|".join(f"(?P<{what}>{'.+?'.join(map(re.escape, said.split('{}')))})" for what, said in COMMAND_LINE.items())
)
_ABSOLUTE = re.compile(r"'((?:/|[A-Za-z]:\\)[^'\n]*)'")


def way(what: str, named: str = "") -> str:
    """How to set ``what`` on the command line; ``named``: what stands for ``{}`` there."""
    return COMMAND_LINE[what].replace("{}", named)


@dataclass(frozen=True)
class Surface:
    """words: for each key of COMMAND_LINE how this surface says it."""

    words: Mapping[str, str]

    def retold(self, sentence: str) -> str:
        """A reader's sentence in this surface's words; of an absolute path in quotes, only the name."""
        told = _PHRASE.sub(lambda found: self.words[str(found.lastgroup)], sentence)
        return _ABSOLUTE.sub(lambda found: f"'{PurePath(found[1]).name}'", told)
