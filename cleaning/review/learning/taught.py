"""What verdicts so far taught, kept until enough new ones have come; learned beside the path of the next card."""

import threading
from dataclasses import dataclass
from functools import partial

import numpy as np

from cleaning.estimate import Recalibration
from cleaning.keep.current_decisions import CurrentDecisions
from cleaning.review import finds
from cleaning.review.facts import Facts
from cleaning.review.finds import LEARNS_EVERY, Judged, judged, learned_at
from cleaning.review.learning.learned_chance import ChanceModel, SeenSamples
from cleaning.review.queue import LEARNING

LEAST_ALIKE = 3  # judged samples of a kind before it is told how many of them were wrong


@dataclass(frozen=True)
class Taught:
    """count: judged samples it was learned from. logits: (N,) of P(given label wrong); None: the plain order stands."""

    count: int
    logits: np.ndarray | None


NOTHING_TAUGHT = Taught(0, None)


class Learning:
    """What a run's judged samples teach. lock: under which the desk asks; learning itself takes it only to finish."""

    def __init__(self, facts: Facts, lock: threading.RLock) -> None:
        self._facts, self._lock = facts, lock
        self._model = ChanceModel(partial(SeenSamples.of, facts))
        self._judged: tuple[int, list[Judged]] = (-1, [])  # place in the log, and what was judged up to there
        self._recalibrated: tuple[int, Recalibration | None] = (0, None)  # from how many judged samples
        self._taught: Taught | None = None
        self._at_work, self._looked_at = False, 0  # and the place in the log up to which it last set to work

    def count(self, current: CurrentDecisions) -> int:
        """How many judged samples there are to learn from; 0 while there is nothing to go by."""
        if self._judged[0] != current.last_seq:
            self._judged = (current.last_seq, judged(current.standing(), self._facts))
        return learned_at(self._judged[1])

    def taught(self, current: CurrentDecisions) -> Taught:
        """The last that was learned; after a start it is learned here, so that a restart comes to the same order."""
        if self._taught is None:
            self.count(current)
            self._taught = self._learn(self._known())
        return self._taught

    def catch_up(self, current: CurrentDecisions, order: str) -> None:
        """Learns on a thread of its own where enough new verdicts have come since."""
        if order != LEARNING or current.last_seq < self._looked_at + LEARNS_EVERY:
            return
        with self._lock:
            behind = self.count(current) != self.taught(current).count
            if self._at_work or not behind:
                return
            self._at_work, self._looked_at = True, current.last_seq
            known = self._known()
        threading.Thread(target=self._learn_aside, args=(known,), name="learning", daemon=True).start()

    def _learn_aside(self, known: list[Judged]) -> None:
        try:
            taught = self._learn(known)
            with self._lock:
                self._taught = taught
        finally:
            self._at_work = False

    def _learn(self, known: list[Judged]) -> Taught:
        clear = [(one.row, one.wrong) for one in known if one.wrong is not None]
        if not clear:
            return Taught(len(known), None)
        rows, wrong = (np.array(column) for column in zip(*clear))
        return Taught(len(known), self._model.learn(rows, wrong.astype(np.float64)))

    def recalibration(self) -> Recalibration | None:
        """Suspicion as a probability, from the audit cards among the samples learned from."""
        known = self._known()
        if self._recalibrated[0] != len(known):
            self._recalibrated = (len(known), finds.recalibration(known, self._facts))
        return self._recalibrated[1]

    def said(self, order: str) -> str:
        """What the order goes by now, in a sentence; "" for other orders."""
        if order != LEARNING:
            return ""
        if self._taught is None or not self._taught.count:
            return f"Order: most suspicious first; it learns from verdicts once there are {LEARNS_EVERY}."
        if self._taught.logits is None:
            return f"Order: most suspicious first; {self._taught.count:,} verdicts teach nothing better yet."
        return f"Order: learned from {self._taught.count:,} verdicts."

    def why(self, order: str, row: int) -> str:
        """What the order learned of samples like this one, for after the decision; "" where it learned nothing.

        ``given maillot: 3 of 5 wrong so far``, of the kind whose share lies farthest above that of all.
        """
        if order != LEARNING or self._taught is None or self._taught.logits is None:
            return ""
        known = [one for one in self._judged[1][: self._taught.count] if one.wrong is not None and one.row != row]
        told = [(sum(bool(o.wrong) for o in kind), len(kind), name) for name, kind in self._alike(row, known)]
        overall = sum(bool(one.wrong) for one in known) / max(len(known), 1)
        told = [t for t in told if t[1] >= LEAST_ALIKE and t[0] / t[1] > overall]
        if not told:
            return ""
        wrong, count, name = max(told, key=lambda t: (t[0] - overall * t[1]) / t[1] ** 0.5)
        return f"{name}: {wrong:,} of {count:,} wrong so far"

    def _alike(self, row: int, known: list[Judged]) -> list[tuple[str, list[Judged]]]:
        """Judged samples with the same given class, the same pair, the same group."""
        dataset, given = self._facts.dataset, int(self._facts.dataset.given_labels[row])
        suggested, names = int(self._facts.suggested[row]), dataset.class_names
        kinds = [(f"given {names[given]}", [o for o in known if o.given == given])]
        if suggested != given:
            pair = [o for o in known if (o.given, o.suggested) == (given, suggested)]
            kinds.append((f"given {names[given]}, likeliest other label {names[suggested]}", pair))
        if dataset.group is not None:
            mine = dataset.group[row]
            kinds.append((f"{dataset.group_name} {mine}", [o for o in known if dataset.group[o.row] == mine]))
        return kinds

    def _known(self) -> list[Judged]:
        return self._judged[1][: learned_at(self._judged[1])]
