"""The same scoring on many processes or machines, by Dask (``distributed``).

Map: a part of the rows (all experts side by side) -> its ``PooledRows``, by the very code that one machine runs
(``cleaning.suspect.pool.fill``). Reduce: the parts laid next to each other. Temperatures and weights are fitted here, on the
subsample's rows, which the workers read and send. A part whose worker dies is given to another; nothing else changes.
Scores travel as the places of their files, which every worker must be able to read.

A worker's memory: a few buffers of ``CHUNK_CELLS`` per thread and the results of finished parts, 8 M + 12 bytes a
sample, until they are fetched.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from cleaning.calibrate import calibration
from cleaning.calibrate.calibration import Calibration, calibrate
from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import Expert, FullExpert
from cleaning.domain.folds import Folds
from cleaning.errors import InputError
from cleaning.scores.rows import read_rows
from cleaning.scores.shards import ShardedScores, as_shards
from cleaning.suspect.pool import Opinions, Progress, fill, opinions_of, weighed, weighing_rows
from cleaning.suspect.pooled_rows import PooledRows, Pooling

PART_BYTES = 256_000_000  # scores of all experts that one task reads
SAMPLED_ROWS = 2_048  # rows of the subsample that one task reads


@contextmanager
def connected(scheduler: str | None = None, workers: int | None = None) -> Iterator:
    """A Dask client of the scheduler at an address, or of so many processes on this machine."""
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise InputError(
            "Scoring on several workers needs Dask, which is not installed: pip install 'distributed>=2025.1,<2027'."
        ) from None
    if scheduler is None:
        # What a worker refuses is told here, in one sentence.
        quiet = {"dashboard_address": None, "silence_logs": logging.CRITICAL}
        with LocalCluster(n_workers=workers, threads_per_worker=1, **quiet) as cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise InputError(f"No Dask scheduler answers at '{scheduler}' ({error}).") from None
    with client:
        yield client


def ask_distributed(
    client,
    dataset: Dataset,
    experts: Sequence[Expert],
    folds: Folds,
    progress: Progress = lambda words, share: None,
    calibrated: Callable[[Expert, Expert], Calibration] | None = None,
) -> Opinions:
    """What the experts say together, as ``pool`` says it on one machine, computed by the client's workers.

    calibrated: gives the map of an expert and keeps it; handed the expert and the part of it that is here.
    """
    known = experts
    experts = [replace(e, scores=as_shards(e.scores)) if isinstance(e, FullExpert) else e for e in experts]
    sampled = _sampled(client, dataset, experts, folds, progress)
    fit = calibrated or (lambda whole, here: calibrate(here, dataset.given_labels, folds))
    calibrations = [fit(whole, here) for whole, here in zip(known, sampled)]
    progress("weighing the experts", 0.0)
    weights = weighed(dataset, sampled, calibrations, folds).weights
    pooling = Pooling.of(dataset, experts, calibrations, folds).with_weights(weights)
    rows = PooledRows.empty(len(dataset), len(experts))
    for part, said in _asked(client, pooling, _parts(dataset, experts), progress, len(dataset)):
        for whole, own in zip(rows, said):
            whole[part] = own
    return opinions_of(pooling, rows)


@dataclass(frozen=True)
class SampledScores:
    """(R, K) scores of which only some rows are here: ``rows`` (n,) sorted, ``block`` (n, K)."""

    rows: np.ndarray
    block: np.ndarray
    shape: tuple[int, int]

    ndim = 2

    @property
    def dtype(self) -> np.dtype:
        return self.block.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, wanted: slice | np.ndarray) -> np.ndarray:
        assert not isinstance(wanted, slice), "rows are asked for by their numbers"
        places = np.searchsorted(self.rows, wanted)
        assert (self.rows[np.minimum(places, len(self.rows) - 1)] == wanted).all(), "only the subsample is here"
        return self.block[places]


def _sampled(client, dataset: Dataset, experts, folds: Folds, progress: Progress) -> list[Expert]:
    """The experts with only those rows of their scores on which temperatures and weights are fitted."""
    chosen = [calibration.temperature_rows(folds, dataset.class_count), weighing_rows(folds, dataset.class_count)]
    samples = max(chosen, key=len)  # the smaller one is part of the larger one
    result = []
    for done, expert in enumerate(experts):
        progress(f"calibrating {expert.name}", done / len(experts))
        result.append(_sampled_expert(client, expert, samples) if isinstance(expert, FullExpert) else expert)
    return result


def _sampled_expert(client, expert: FullExpert, samples: np.ndarray) -> FullExpert:
    rows = samples if expert.rows is None else np.unique(np.maximum(expert.rows[samples], 0))
    groups = [rows[start : start + SAMPLED_ROWS] for start in range(0, len(rows), SAMPLED_ROWS)]
    if not isinstance(expert.scores, ShardedScores):
        return expert
    blocks = client.gather(client.map(read_rows, [expert.scores] * len(groups), groups, pure=False))
    return replace(expert, scores=SampledScores(rows, np.concatenate(blocks), expert.scores.shape))


def _parts(dataset: Dataset, experts: Sequence[Expert]) -> list[slice]:
    """Rows of the tasks: at most PART_BYTES of scores each, and cut where the first sharded expert's shards are."""
    full = [e for e in experts if isinstance(e, FullExpert)]
    width = sum(e.scores.shape[1] * e.scores.dtype.itemsize for e in full) or 8 * len(experts)
    step = max(1, PART_BYTES // width)
    sharded = [e.scores for e in full if e.rows is None and isinstance(e.scores, ShardedScores)]
    edges = [0, *(sharded[0].edges() if sharded else []), len(dataset)]
    return [slice(start, min(start + step, high)) for low, high in pairwise(edges) for start in range(low, high, step)]


def _asked(client, pooling: Pooling, parts: list[slice], progress: Progress, n: int) -> Iterator:
    """(rows, what they say) of each part, as it is finished."""
    from distributed import as_completed

    tasks = {client.submit(pooled_part, _PartOf.of(pooling, part), pure=False, retries=3): part for part in parts}
    done = 0
    for task, said in as_completed(list(tasks), with_results=True):
        part = tasks.pop(task)
        yield part, said
        done += part.stop - part.start
        progress("asking the experts", done / n)


@dataclass(frozen=True)
class _PartOf:
    """All that pooling some rows takes, ready to be sent: their labels, folds and answers, and where scores lie."""

    given_labels: np.ndarray
    option_counts: np.ndarray | None
    class_count: int
    fold: np.ndarray
    experts: tuple[Expert, ...]
    calibrations: tuple[Calibration, ...]
    answers: dict[int, np.ndarray]
    weights: np.ndarray

    @classmethod
    def of(cls, pooling: Pooling, rows: slice) -> "_PartOf":
        return cls(
            pooling.given_labels[rows],
            None if pooling.option_counts is None else pooling.option_counts[rows],
            pooling.class_count,
            pooling.fold[rows],
            tuple(_expert_of(e, rows) for e in pooling.experts),
            pooling.calibrations,
            {m: confidence[rows] for m, confidence in pooling.answers.items()},
            pooling.weights,
        )


def _expert_of(expert: Expert, rows: slice) -> Expert:
    """The expert as the samples in ``rows`` see it."""
    if not isinstance(expert, FullExpert):
        return replace(expert.taken(rows), notes=())
    counts = None if expert.option_counts is None else np.asarray(expert.option_counts[rows])
    if expert.rows is not None:
        return replace(expert, rows=np.asarray(expert.rows[rows]), option_counts=counts, notes=())
    scores = expert.scores.part(rows) if isinstance(expert.scores, ShardedScores) else np.asarray(expert.scores[rows])
    return replace(expert, scores=scores, option_counts=counts, notes=())


def pooled_part(part: _PartOf) -> PooledRows:
    """What the rows of a part say; runs on a worker, in the one thread it was given."""
    softeners = Pooling.softeners_of(part.experts, part.calibrations)
    pooling = Pooling(**vars(part), softeners=softeners)
    into = PooledRows.empty(len(part.fold), len(part.experts))
    fill(pooling, into, slice(0, len(part.fold)), threads=1)
    return into
