"""Opinions kept on disk as they form, so that nothing is asked twice.

<folder>/calibrations/<key>.json     each expert's map, as soon as it is fitted; another run with the expert takes it
<folder>/calibrations/<key>.npy      its probabilities of the given labels on which experts are weighed; likewise
<folder>/<key>.unfinished/           arrays of all samples, filled block by block; done.npy says which blocks hold
<folder>/<key>/                      the same, finished; rule, threshold and budget are not part of the key

What is damaged is made anew. An interrupted scoring goes on after the last checkpoint. Of two processes that score the
same at once the second waits for what the first finishes, and goes on with it if the first is interrupted
(``<key>.lock``).
An expert that is added is the only one calibrated, asked for its weight and read whole; of the others only those rows
are read that the classes kept of them leave open (``cleaning.suspect.leading``).
"""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np

from cleaning.calibrate.calibration import Calibration
from cleaning.calibrate.chosen_way import calibrate_as
from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import Expert
from cleaning.domain.folds import Folds
from cleaning.domain.settings import OWN
from cleaning.errors import InputError
from cleaning.files import full_disk_as_sentence, held, new_file, take_place, write_json, written_aside
from cleaning.scores.mapped_rows import open_rows
from cleaning.scores.npy_files import open_npy
from cleaning.scores.reserved import new_npy
from cleaning.suspect.leading import Earlier, Leading, read_added, read_leading
from cleaning.suspect.pool import Opinions, Progress, fill, weighed
from cleaning.suspect.pooled_rows import PooledRows, Pooling

FORMAT = 3
DAMAGED = (InputError, OSError, ValueError, KeyError, TypeError, EOFError)
NO_METHODS: Mapping[str, str] = MappingProxyType({})
BLOCK_CELLS = 16_000_000  # scores of one expert in a block: what an interruption can cost, besides:
CHECKPOINT_SECONDS = 2.0


class OpinionStore:
    """Opinions below ``folder``, which is made when first needed."""

    def __init__(self, folder: Path, methods: Mapping[str, str] = NO_METHODS) -> None:
        """methods: by expert how it is calibrated, where that is not as its kind of score is."""
        self.folder, self.methods = Path(folder), methods

    def calibrated(self, methods: Mapping[str, str]) -> "OpinionStore":
        """The same place for what experts say once some are calibrated in other ways."""
        return OpinionStore(self.folder, methods)

    def calibration(
        self, dataset: Dataset, expert: Expert, here: Expert | None = None, *, folds: Folds, seed: int
    ) -> Calibration:
        """The expert's map: as fitted before for this dataset and seed, else fitted now and kept.

        here: the expert with only those scores that the fit needs, where the others are elsewhere.
        """
        path = self._place(dataset, expert, seed, self.methods)
        if kept := _kept(path):
            return kept
        own = _kept(self._place(dataset, expert, seed, NO_METHODS))  # most methods start from it
        fitted = calibrate_as(self.methods.get(expert.name, OWN), here or expert, dataset.given_labels, folds, own)
        write_json(path, fitted.to_dict(), f"The calibration of expert '{expert.name}'")
        return fitted

    def _place(self, dataset: Dataset, expert: Expert, seed: int, methods: Mapping[str, str]) -> Path:
        return self.folder / "calibrations" / f"{_key(dataset, [expert], seed, methods)}.json"

    def label_probability(
        self, dataset: Dataset, expert: Expert, ask: Callable[[], np.ndarray], seed: int
    ) -> np.ndarray:
        """(n,) what the expert said of the given labels by which experts are weighed, else asked now and kept."""
        path = self.folder / "calibrations" / f"{_key(dataset, [expert], seed, self.methods)}.npy"
        with suppress(*DAMAGED):
            return np.load(path, allow_pickle=False)
        said = ask()
        _write_array(path, said)
        return said

    def finished(self, dataset: Dataset, experts: Sequence[Expert], seed: int) -> Opinions | None:
        """What these experts say together, if they were all asked before and it is whole; large arrays stay in files."""
        place = self.folder / _key(dataset, experts, seed, self.methods)
        with suppress(*DAMAGED):
            weights, calibrations = _read_fit(place)
            names = tuple(e.name for e in experts)
            return Opinions(names, *_kept_rows(place), weights, calibrations)
        return None

    def ask(
        self,
        dataset: Dataset,
        experts: Sequence[Expert],
        calibrations: Sequence[Calibration],
        folds: Folds,
        seed: int,
        progress: Progress = lambda words, share: None,
    ) -> Opinions:
        """Pools all rows that no earlier, interrupted call pooled, and keeps the whole; where another process is at it,
        waits for that one."""
        place = self.folder / _key(dataset, experts, seed, self.methods)

        def waiting() -> None:
            progress("waiting for another process that asks the same experts", 0.0)

        with full_disk_as_sentence("What the experts say"), held(place.with_suffix(".lock"), waiting):
            if self.finished(dataset, experts, seed) is None:
                shutil.rmtree(place, ignore_errors=True)
                self._make(place, dataset, experts, calibrations, folds, seed, progress)
        found = self.finished(dataset, experts, seed)
        assert found is not None, "just written"
        return found

    def _make(self, place: Path, dataset, experts, calibrations, folds, seed: int, progress: Progress) -> None:
        """Fills ``place`` in a folder beside it, which is nobody else's while the lock is held."""
        making = place.with_suffix(".unfinished")
        if not _can_go_on(making):
            shutil.rmtree(making, ignore_errors=True)

        def weigh() -> Pooling:
            progress("weighing the experts", 0.0)
            kept = partial(self.label_probability, dataset, seed=seed)
            return weighed(dataset, experts, calibrations, folds, kept)

        pooling = _begin(making, dataset, experts, calibrations, folds, seed, weigh)
        _go_on(making, pooling, len(dataset), self._earlier(dataset, pooling, seed), progress)
        take_place(making, place)

    def _earlier(self, dataset: Dataset, pooling: Pooling, seed: int) -> Earlier | None:
        """The finished pooling of most of these full experts, if there is any of some; a damaged one is passed over."""
        own = {entry: column for column, entry in enumerate(_entries(pooling.experts, pooling.calibrations))}
        best: Earlier | None = None
        for path in self.folder.glob("*/leading_classes.npy"):
            with suppress(*DAMAGED):
                found = None if path.parent.suffix else _opened_earlier(path.parent, dataset, own, pooling, seed)
                if found and (best is None or len(found.columns) > len(best.columns)):
                    best = found
        return best

    def keep(self, dataset: Dataset, experts: Sequence[Expert], seed: int, said: Opinions) -> None:
        """Keeps what workers elsewhere were asked, so that another rule asks nothing again; no leading classes."""
        place = self.folder / _key(dataset, experts, seed, self.methods)
        about = {"weights": said.weights.tolist(), "calibrations": [c.to_dict() for c in said.calibrations]}
        with written_aside(place, "What the experts say", or_a_rivals=True) as making:
            making.mkdir()
            for name in PooledRows._fields:
                _write_array(making / f"{name}.npy", getattr(said, name))
            write_json(making / "fit.json", about)


def _kept(path: Path) -> Calibration | None:
    """None where there is none that is whole."""
    with suppress(*DAMAGED):
        return Calibration.from_dict(json.loads(path.read_text(encoding="utf-8")))
    return None


def _key(dataset: Dataset, experts: Sequence[Expert], seed: int, methods: Mapping[str, str]) -> str:
    said = [(e.name, e.fingerprint(), *([methods[e.name]] if methods.get(e.name) else [])) for e in experts]
    known = [FORMAT, dataset.fingerprint(), seed, said]
    return hashlib.sha256(json.dumps(known, ensure_ascii=False).encode()).hexdigest()[:16]


def _entries(experts: Sequence[Expert], calibrations: Sequence[Calibration]) -> list[tuple[str, str, str]]:
    """What makes an expert the same as in another pooling: its name, its scores and how it is calibrated."""
    return [(e.name, e.fingerprint(), json.dumps(c.to_dict(), sort_keys=True)) for e, c in zip(experts, calibrations)]


def _opened_earlier(place: Path, dataset, own: dict, pooling: Pooling, seed: int) -> Earlier | None:
    """A finished pooling, if it is of this dataset and of none but these experts (their columns by entry)."""
    fit = json.loads((place / "fit.json").read_text(encoding="utf-8"))
    entries = list(map(tuple, fit["experts"]))
    if fit["of"] != [FORMAT, dataset.fingerprint(), seed] or not set(entries) <= set(own):
        return None
    full = tuple(old for old, entry in enumerate(entries) if own[entry] in pooling.softeners)
    if not full:
        return None
    rows, leading = _kept_rows(place), Leading(*map(open_rows, _files(place, Leading)))
    columns = tuple(own[entries[old]] for old in full)
    return Earlier(columns, full, np.array(fit["weights"])[:, full], rows.predicted, rows.confidence, leading)


def _begin(making: Path, dataset, experts, calibrations, folds, seed: int, weigh: Callable[[], Pooling]) -> Pooling:
    """The weighed experts and, in ``making``, arrays to fill; both as an earlier call left them, if one did."""
    if (making / "fit.json").exists():
        weights, _ = _read_fit(making)
        return Pooling.of(dataset, experts, calibrations, folds).with_weights(weights)
    pooling = weigh()
    making.mkdir(parents=True, exist_ok=True)
    layouts = PooledRows.layout(len(dataset), len(experts)), Leading.layout(len(dataset), len(pooling.softeners))
    for kind, layout in zip((PooledRows, Leading), layouts):
        for path, (shape, dtype) in zip(_files(making, kind), layout):
            new_npy(path, dtype, shape)
    _write_array(making / "done.npy", np.zeros(len(_blocks(len(dataset), dataset.class_count)), bool))
    about = {
        "weights": pooling.weights.tolist(),
        "calibrations": [c.to_dict() for c in calibrations],
        "of": [FORMAT, dataset.fingerprint(), seed],
        "experts": _entries(experts, calibrations),
    }
    write_json(making / "fit.json", about)
    return pooling


def _can_go_on(making: Path) -> bool:
    """Whether all is whole that an interrupted call left."""
    with suppress(*DAMAGED):
        _read_fit(making), open_npy(making / "done.npy")
        for path in (*_files(making, PooledRows), *_files(making, Leading)):
            open_npy(path, read_up_to=0)
        return True
    return False


def _go_on(making: Path, pooling: Pooling, n: int, earlier: Earlier | None, progress: Progress) -> None:
    """Fills the blocks that are not done; what is done is kept at least every CHECKPOINT_SECONDS and at the end."""
    rows = PooledRows(*map(_to_fill, _files(making, PooledRows)))
    leading = Leading(*map(_to_fill, _files(making, Leading)))
    done = np.load(making / "done.npy", allow_pickle=False)
    read: Callable[[slice], object] = partial(read_leading, pooling, into=rows, leading=leading)
    if earlier is not None:
        read = partial(read_added, pooling, earlier, into=rows, leading=leading)
    kept = time.monotonic()
    try:
        for number, block in enumerate(_blocks(n, pooling.class_count)):
            if not done[number]:
                fill(pooling, rows, block, partial(_tell_progress, progress, n, block.start), read=read)
                done[number] = True
            if time.monotonic() - kept > CHECKPOINT_SECONDS:
                _checkpoint(making, (*rows, *leading), done)
                kept = time.monotonic()
    finally:
        _checkpoint(making, (*rows, *leading), done)


def _tell_progress(progress: Progress, n: int, start: int, count: int) -> None:
    progress("asking the experts", (start + count) / n)


def _checkpoint(making: Path, arrays: Sequence[np.ndarray], done: np.ndarray) -> None:
    """First the numbers reach the disk, then the word that they are there."""
    for array in arrays:
        assert isinstance(array, np.memmap), "opened from its file"
        array.flush()
    _write_array(making / "done.npy", done)


def _blocks(n: int, class_count: int) -> list[slice]:
    step = max(1, BLOCK_CELLS // class_count)
    return [slice(start, min(start + step, n)) for start in range(0, n, step)]


def _files(folder: Path, kind: type[PooledRows] | type[Leading]) -> list[Path]:
    """Where each array of pooled rows or of what leads in them lies."""
    return [folder / f"{'leading_' if kind is Leading else ''}{name}.npy" for name in kind._fields]


def _kept_rows(folder: Path) -> PooledRows:
    """Of a finished pooling: others may do to its files what they like, so that none is looked at through a map."""
    return PooledRows(*map(open_rows, _files(folder, PooledRows)))


def _to_fill(path: Path) -> np.ndarray:
    """Mapped to be written. Raises InputError where the file ends too early: it would be lengthened by zeros unasked."""
    open_npy(path, read_up_to=0)
    return np.load(path, "r+", allow_pickle=False)


def _read_fit(folder: Path) -> tuple[np.ndarray, tuple[Calibration, ...]]:
    fit = json.loads((folder / "fit.json").read_text(encoding="utf-8"))
    return np.array(fit["weights"]), tuple(map(Calibration.from_dict, fit["calibrations"]))


def _write_array(path: Path, array: np.ndarray) -> None:
    with new_file(path, "What the experts say") as file:
        np.save(file, array, allow_pickle=False)
