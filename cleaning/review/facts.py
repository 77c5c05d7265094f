"""What is known of every sample of a run, in the dataset's order; computed once, when first asked for."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
import pandas as pd

from cleaning.answers import Context
from cleaning.domain.dataset import REFERENCE, Dataset
from cleaning.estimate.ranked_run import RankedRun, ranked_run
from cleaning.keep.runs import Run
from cleaning.review.candidates import Candidates, agreed_examples
from cleaning.review.queue import audit_rows

_NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_FEW = 8  # ids
_DIGITS = {word: str(digit) for digit, word in enumerate(_NUMBER_WORDS)}


class Facts:
    """dataset and run, and (N,) arrays that follow from them.

    upstream: by sample id both versions of what changed since decisions were carried here (``changed_upstream``).
    said: gives (n, M) how sure each expert is said to be on rows of the dataset; as ranked, where none is given.
    """

    def __init__(
        self,
        dataset: Dataset,
        run: Run,
        upstream: Mapping[str, dict] | None = None,
        said: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> None:
        self.dataset, self.run, self.upstream = dataset, run, upstream or {}
        self.said = said or (lambda rows: np.array(run.confidence[rows], np.float32))

    @cached_property
    def requeued(self) -> np.ndarray:
        """(N,) bool, decided on another version where they held something else: to be decided again, flagged or not."""
        requeued = np.zeros(len(self.dataset), bool)
        requeued[self.rows(list(self.upstream))] = True
        return requeued

    def before(self, row: int) -> list[list[str]]:
        """What a sample held in the version it was decided on, without its given label; [] where nothing changed."""
        told = self.upstream.get(str(self.dataset.sample_ids[row]))
        if told is None:
            return []
        was = told["was"]
        lines = [["since the version decided on", told["why"]], ["question before", was.get("question", "")]]
        lines += [["options before", " · ".join(was.get("options", []))], ["picture before", was.get("picture", "")]]
        return [line for line in lines if line[1]]

    @cached_property
    def row_of(self) -> pd.Index:
        return pd.Index(self.dataset.sample_ids)

    def rows(self, sample_ids: Sequence[str]) -> np.ndarray:
        """Places in the dataset of some ids; unknown ones are left out."""
        found = self.places(sample_ids)
        return found[found >= 0]

    def places(self, sample_ids: Sequence[str]) -> np.ndarray:
        """Place in the dataset of each id; -1 of unknown ones."""
        if len(sample_ids) <= _FEW:  # looked up one by one: an index of them would take longer to make
            return np.array([self._place(one) for one in sample_ids], np.int64)
        return self.row_of.get_indexer(pd.Index(list(sample_ids)))

    def _place(self, sample_id: str) -> int:
        try:
            found = self.row_of.get_loc(sample_id)
        except KeyError:
            return -1
        return found if isinstance(found, int) else -1  # ids are unique, so one is at one place

    @cached_property
    def suggested(self) -> np.ndarray:
        return self._by_row("suggested", np.int32)

    @cached_property
    def suspicion(self) -> np.ndarray:
        return self._by_row("suspicion", np.float64)

    @cached_property
    def ranked(self) -> RankedRun:
        return ranked_run(self.run, self.dataset.given_labels)

    def _by_row(self, column: str, kind: type[np.generic]) -> np.ndarray:
        values = np.empty(len(self.dataset), kind)
        values[self.run.scores["row"].to_numpy()] = self.run.scores[column].to_numpy()
        return values

    @cached_property
    def options(self) -> np.ndarray:
        return self.dataset.options_of()

    @cached_property
    def disagreement(self) -> np.ndarray:
        """(N,) how many experts vote another class than the given one."""
        predicted = self.run.predicted
        return ((predicted >= 0) & (predicted != self.dataset.given_labels[:, None])).sum(axis=1)

    @cached_property
    def groups(self) -> list[str]:
        """The values of the metadata group, sorted."""
        return [] if self.dataset.group is None else sorted(set(map(str, self.dataset.group)))

    @cached_property
    def has_pictures(self) -> bool:
        return self.dataset.kind == "image" and "image" in self.dataset.samples

    @property
    def showable(self) -> np.ndarray:
        """(N,) whether there is anything to look at; where no sample has a picture, all count."""
        return self.dataset.showable

    @cached_property
    def candidates(self) -> Candidates:
        return Candidates(self.dataset.given_labels, self.suggested, self.run.predicted, self.dataset.class_count)

    @cached_property
    def examples(self) -> dict[int, list[int]]:
        return agreed_examples(self.run.scores, self.run.predicted, self.showable) if self.has_pictures else {}

    @cached_property
    def drawn(self) -> np.ndarray:
        """(N,) every sample that was drawn at random."""
        drawn = np.zeros(len(self.dataset), bool)
        drawn[audit_rows(self.run.scores, self.run.audit)] = True
        return drawn

    @cached_property
    def shown_audit(self) -> pd.DataFrame:
        """The run's random cards in their drawn order, without those that cannot be shown."""
        audit = self.run.audit
        return audit[self.showable[audit["row"].to_numpy()]] if not self.showable.all() else audit

    @cached_property
    def keys(self) -> str:
        """The keys of candidates one to ten; classes named 0 to 9 or zero to nine are found at their own digit."""
        digits = [_DIGITS.get(name.strip().lower(), name) for name in self.dataset.class_names]
        if len(digits) <= 10 and all(len(d) == 1 and d.isascii() and d.isdigit() for d in digits):
            return "".join(digits)
        return "1234567890"

    def named(self, code: int) -> dict:
        """A class as a browser is told it."""
        return {"code": int(code), "name": self.dataset.class_names[code]}

    def in_words(self, row: int, code: int) -> str:
        """A class of a sample: its name, with the text of an option."""
        options = self.choices(row)
        name = self.dataset.class_names[code]
        return name if options is None or code >= len(options) else f"{name}: {options[code]}"

    def question(self, row: int) -> str:
        """The text of a question; "" where the sample is none."""
        return str(self.dataset.samples["question"].iloc[row]) if "question" in self.dataset.samples else ""

    def shown_as(self, row: int, answer: str) -> int | None:
        """Which option of a sample with free answers says what an answer says; None where none does."""
        options = (self.choices(row) or [])[:-1]
        reference = str(self.dataset.samples[REFERENCE].iloc[row])
        context = Context.of(reference, self.question(row), [*map(str, options), answer])
        given = int(self.dataset.given_labels[row])
        ways = [reference if code == given else str(option) for code, option in enumerate(options)]
        return next((code for code, way in enumerate(ways) if context.same(way, answer)), None)

    def choices(self, row: int) -> list | None:
        """The options of a question as they were read."""
        if "choices" not in self.dataset.samples:
            return None
        value = self.dataset.samples["choices"].iloc[row]
        return list(value) if isinstance(value, list | tuple | np.ndarray) else None
