"""How sure each expert of a run is said to be, on every page, card and export.

The pool weighs experts by the calibration that belongs to their kind of score (temperature, Platt), or by one chosen
for the run: that ranks best. What is *said* of an expert is the calibration that cross-fitted likelihood of the given
label prefers to it beyond noise, where there is one, or what somebody chose: a map of the best class's confidence moves
no rank. The paper's rule, whose tau is a confidence, keeps its own.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np

from cleaning.calibrate.calibration import Calibration, mapped
from cleaning.calibrate.chosen_way import calibrate_as
from cleaning.calibrate.report import ExpertReport, as_said, report_expert
from cleaning.calibrate.temperature import relative_logits, row_sums
from cleaning.domain.dataset import ABSTAIN, Dataset
from cleaning.domain.experts import Expert, FullExpert, Top1Expert, VotesExpert
from cleaning.domain.folds import Folds, draw_folds
from cleaning.domain.settings import RECOMMENDED
from cleaning.errors import InputError
from cleaning.keep.open_file import may_write
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from cleaning.scores.rows import chunk_rows

MOST_FOLDS = 4  # of datasets that are kept, 9 bytes a sample
_drawn: OrderedDict[tuple[str, int], Folds] = OrderedDict()
_drawing = threading.Lock()


def folds_of(workspace: Workspace, seed: int) -> Folds:
    """The cross-fitting folds of a workspace's dataset, drawn once for all who ask."""
    which = workspace.id, seed
    with _drawing:
        if which not in _drawn:
            _drawn[which] = draw_folds(workspace.dataset().sample_ids, seed)
        _drawn.move_to_end(which)
        while len(_drawn) > MOST_FOLDS:
            _drawn.popitem(last=False)
        return _drawn[which]


@dataclass(frozen=True)
class SaidConfidence:
    """The experts of a run with what is said of them. calibrations: M, the run's own where nothing is better."""

    run: Run
    experts: Sequence[Expert]
    calibrations: Sequence[Calibration]
    folds: Folds

    @classmethod
    def of(
        cls,
        workspace: Workspace,
        run: Run,
        chosen: Mapping[str, str] | None = None,
        threads: int = 1,
    ) -> "SaidConfidence":
        """chosen: by expert the calibration that somebody chose to be said. Each is fitted once and kept. threads:
        experts that are fitted side by side; one leaves the other cores to those who do not wait for it. Raises
        InputError where the experts' files are gone."""
        experts, folds = workspace.experts_of(run), folds_of(workspace, run.settings.seed)

        def fitted(expert: Expert, own: Calibration) -> Calibration:
            method = (chosen or {}).get(expert.name) or (own.method if _settled(own, run) else RECOMMENDED)
            return said_by(workspace, run, expert, own, method, folds)

        with ThreadPoolExecutor(max_workers=threads) as fitting:
            said = list(fitting.map(fitted, experts, run.calibrations))
        return cls(run, experts, said, folds)

    def reports(self, dataset: Dataset, names: Sequence[str] | None = None) -> Iterator[ExpertReport]:
        """One report an expert, each made when it is asked for. dataset: of the run. names: these alone, in the run's
        order."""
        for expert, own, calibration in zip(self.experts, self.run.calibrations, self.calibrations):
            if names is None or expert.name in names:
                yield as_said(report_expert(dataset, expert, own, self.folds), calibration, self.folds)

    def of_rows(self, rows: np.ndarray) -> np.ndarray:
        """(n, M) float32 of these rows of the dataset; NaN where an expert abstains."""
        confidence = np.array(self.run.confidence[rows], np.float32)
        for m, (expert, own, said) in enumerate(zip(self.experts, self.run.calibrations, self.calibrations)):
            if said.maps and said.method != own.method:
                answered = self.run.predicted[rows, m] != ABSTAIN
                told = mapped(said.maps, stated(expert, rows), self.folds.fold[rows])
                confidence[:, m] = np.where(answered, told, np.nan)
        return confidence


def said_of_rows(
    workspace: Workspace, run: Run, chosen: Mapping[str, str] | None = None
) -> Callable[[np.ndarray], np.ndarray]:
    """What gives (n, M) how sure each expert is said to be of its answer on rows of the dataset; as ranked, where the
    experts' files are gone."""
    try:
        return SaidConfidence.of(workspace, run, chosen).of_rows
    except (InputError, OSError):
        return lambda rows: np.array(run.confidence[rows], np.float32)


class LastSaid:
    """As ``said_of_rows`` by the calibrations chosen last. They are fitted on a thread of their own from when they are
    first asked for, so that only who needs them waits."""

    def __init__(self, workspace: Workspace, run: Run) -> None:
        self._workspace, self._run, self._lock = workspace, run, threading.Lock()
        self._last: tuple[Mapping[str, str], Future[Callable[[np.ndarray], np.ndarray]]] | None = None

    def of_rows(self, rows: np.ndarray, chosen: Mapping[str, str]) -> np.ndarray:
        """(n, M) how sure each expert is said to be of its answer on rows of the dataset."""
        return self.begin(chosen).result()(rows)

    def ready(self, chosen: Mapping[str, str], patience: float | None) -> bool:
        """Whether ``of_rows`` answers at once, after waiting at most so many seconds for it; None: for ever."""
        return bool(wait([self.begin(chosen)], patience).done)

    def begin(self, chosen: Mapping[str, str]) -> Future[Callable[[np.ndarray], np.ndarray]]:
        """Has them fitted, where they are not yet."""
        with self._lock:
            if self._last is None or self._last[0] != chosen or _failed(self._last[1]):
                self._last = chosen, Future()
                threading.Thread(target=self._fit, args=self._last, name="said", daemon=True).start()
            return self._last[1]

    def _fit(self, chosen: Mapping[str, str], fitted: Future[Callable[[np.ndarray], np.ndarray]]) -> None:
        try:
            fitted.set_result(said_of_rows(self._workspace, self._run, chosen))
        except BaseException as problem:  # whoever asks is told
            fitted.set_exception(problem)


def _failed(fitted: Future) -> bool:
    return fitted.done() and fitted.exception() is not None


def _settled(own: Calibration, run: Run) -> bool:
    """Whether the run itself says how its experts are calibrated."""
    return bool(own.maps) or bool(run.settings.calibrated_elsewhere) or run.settings.rule == "paper"


def said_by(workspace: Workspace, run: Run, expert: Expert, own: Calibration, method: str, folds: Folds) -> Calibration:
    """An expert's calibration by a method, fitted once and kept; own: the run's, which comes back where that is meant."""
    if method == own.method or isinstance(expert, VotesExpert):
        return own
    dataset, store = workspace.dataset(), workspace.opinion_store().calibrated({expert.name: method})
    if not may_write(store.folder):
        return calibrate_as(method, expert, dataset.given_labels, folds)
    return store.calibration(dataset, expert, folds=folds, seed=run.settings.seed)


def stated(expert: Expert, rows: np.ndarray) -> np.ndarray:
    """(n,) the confidence in the best class as handed in; 0.5 where an expert abstains."""
    if isinstance(expert, Top1Expert):
        return np.nan_to_num(expert.confidence[rows], nan=0.5).astype(float)
    assert isinstance(expert, FullExpert), "votes state nothing"
    told, step = np.empty(len(rows)), chunk_rows(expert.scores.shape[1])
    for begin in range(0, len(rows), step):
        logits = expert.logits(rows[begin : begin + step])
        logits[np.isnan(logits).all(axis=1)] = 0
        told[begin : begin + step] = 1 / row_sums(np.exp(relative_logits(logits)))
    return told
