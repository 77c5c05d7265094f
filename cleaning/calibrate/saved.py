"""A calibration that travels: fitted on one dataset or part, written as JSON, applied to another one.

A map fitted elsewhere has seen no label of the samples it is applied to, so that it needs no folds there; whether it
carries over is what ``judged_elsewhere`` tells.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from cleaning.calibrate import measures as metrics
from cleaning.calibrate.calibration import Calibration, calibrate
from cleaning.calibrate.calibrators import METHODS, Calibrator
from cleaning.calibrate.measures.measures import calibration_error_with_interval
from cleaning.calibrate.report import report_expert
from cleaning.domain.dataset import Dataset
from cleaning.domain.experts import Expert, FullExpert
from cleaning.domain.folds import FOLD_COUNT, draw_folds
from cleaning.errors import InputError, first_five
from cleaning.version import __version__

KIND, FORMAT = "second-opinion calibration", 1
LARGEST_FILE = 1_000_000  # bytes
METHODS_OF_KIND = {"full": ("temperature",), "top1": ("platt",), "votes": ("shrunk accuracy",), "scored": METHODS}
PARAMETERS = {
    "temperature": ("T",),
    "platt": ("slope", "intercept"),
    "shrunk accuracy": ("c",),
    "none": (),
    "beta": ("a", "b", "c"),
    "histogram": ("edges", "values"),
    "isotonic": ("x", "y"),
}
CURVES = {"histogram": 1, "isotonic": 0}  # how many more values they have than places
NOT_STATED = metrics.Measure(float("nan"), float("nan"), float("nan"))  # of hard answers, before calibration


@dataclass(frozen=True)
class SavedMap:
    """One expert's map. kind: of its scores. parameters: in the order of PARAMETERS[method]; numbers, or a curve's
    knots."""

    name: str
    kind: str
    method: str
    parameters: tuple[float | tuple[float, ...], ...]

    def calibrator(self) -> Calibrator:
        """As a map of stated confidences, for a method of METHODS."""
        told = zip(PARAMETERS[self.method], self.parameters)
        return Calibrator(self.method, {n: list(v) if isinstance(v, tuple) else v for n, v in told})

    def here(self) -> Calibration:
        """As a calibration of the same expert on other samples."""
        values = np.array(self.parameters)
        return Calibration(
            self.name, self.method, PARAMETERS[self.method], values, np.tile(values, (FOLD_COUNT, 1)), at_bound=False
        )


@dataclass(frozen=True)
class SavedCalibration:
    """maps: by expert. fitted_on: the dataset's name and how many samples it has, for people."""

    maps: dict[str, SavedMap]
    fitted_on: str
    samples: int

    def fingerprint(self) -> str:
        """16 hex digits of all maps."""
        content = sorted((m.name, m.kind, m.method, m.parameters) for m in self.maps.values())
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]

    def for_experts(self, experts: Sequence[Expert]) -> dict[str, Calibration]:
        """By name; raises InputError for an expert it does not know, or knows with another kind of score."""
        lacking = [e.name for e in experts if e.name not in self.maps]
        if lacking:
            raise InputError(
                f"The calibration knows no expert {first_five(lacking)}; it knows {first_five(self.maps)}. Call the "
                "experts as they were called where it was saved."
            )
        for expert in experts:
            if self.maps[expert.name].kind != expert.kind:
                raise InputError(
                    f"Expert '{expert.name}' was calibrated as {self.maps[expert.name].kind} scores and is read here as "
                    f"{expert.kind}. Calibrate the same kind of file on both sides."
                )
        return {e.name: self.maps[e.name].here() for e in experts}


def saved_calibration(name: str, samples: int, fitted: Sequence[tuple[str, Calibration]]) -> SavedCalibration:
    """fitted: (kind of score, its calibration) of each expert; what was fitted on all folds is taken along. Raises
    InputError for another method than that of the kind."""
    other = [one.expert for _, one in fitted if one.maps]
    if other:
        raise InputError(
            f"{first_five(other)}: calibrated by another method than that of its kind of score. Only that one can be saved."
        )
    maps = {
        one.expert: SavedMap(one.expert, kind, one.method, tuple(map(float, one.parameters))) for kind, one in fitted
    }
    return SavedCalibration(maps, name, samples)


def saved_map(name: str, kind: str, fitted: Calibrator) -> SavedMap:
    """A map of stated confidences to keep."""
    told = (fitted.parameters[parameter] for parameter in PARAMETERS[fitted.method])
    return SavedMap(name, kind, fitted.method, tuple(tuple(v) if isinstance(v, list) else float(v) for v in told))


def calibration_json(saved: SavedCalibration) -> str:
    """As JSON text; reading it back gives every parameter to the last bit."""
    experts = [
        {
            "name": m.name,
            "kind": m.kind,
            "method": m.method,
            "parameters": dict(zip(PARAMETERS[m.method], m.parameters)),
        }
        for m in saved.maps.values()
    ]
    about = {"kind": KIND, "format": FORMAT, "second_opinion": __version__}
    fitted = {"fitted_on": saved.fitted_on, "samples": saved.samples, "experts": experts}
    return json.dumps(about | fitted, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_calibration(path: Path) -> SavedCalibration:
    """The calibration in a file. Raises InputError with a sentence."""
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no file '{path.name}'. Save a calibration first: calibrate --save.")
    if path.stat().st_size > LARGEST_FILE:
        raise InputError(f"'{path.name}' is larger than 1 MB and no calibration.")
    return parsed_calibration(path.read_bytes(), path.name)


def parsed_calibration(data: bytes, name: str) -> SavedCalibration:
    """The calibration in the bytes of a file called ``name``."""
    try:
        told = json.loads(data[:LARGEST_FILE].decode("utf-8"))
        if not isinstance(told, dict) or (told.get("kind"), told.get("format")) != (KIND, FORMAT):
            raise InputError(f"'{name}' is no calibration of format {FORMAT}. Save one with calibrate --save.")
        maps = [_map_of(one) for one in told["experts"]]
        fitted_on, samples = str(told["fitted_on"]), int(told["samples"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"'{name}' is damaged, or no calibration. Save it again with calibrate --save.") from error
    if len({m.name for m in maps}) < len(maps):
        raise InputError(f"'{name}' names an expert twice. Save it again with calibrate --save.")
    return SavedCalibration({m.name: m for m in maps}, fitted_on, samples)


def _map_of(told: Mapping) -> SavedMap:
    kind, method = told["kind"], told["method"]
    if method not in METHODS_OF_KIND[kind]:
        raise ValueError(method)
    values = tuple(_number_or_knots(told["parameters"][name]) for name in PARAMETERS[method])
    if not _is_map(method, values):
        raise ValueError(values)
    return SavedMap(str(told["name"]), kind, method, values)


def _number_or_knots(told: object) -> float | tuple[float, ...]:
    return tuple(map(float, told)) if isinstance(told, list) else float(told)  # type: ignore[arg-type]


def _is_map(method: str, values: tuple) -> bool:
    """Whether these parameters make a map into 0..1."""
    numbers = np.hstack([np.empty(0), *values])
    if not np.isfinite(numbers).all() or (method in CURVES) != any(isinstance(v, tuple) for v in values):
        return False
    if method in CURVES:
        x, y = (np.array(v) for v in values)
        fits = 0 < len(y) == len(x) + CURVES[method]
        return fits and bool((np.diff(x) > 0).all() and (y >= 0).all() and (y <= 1).all())
    ends = {"temperature": numbers[:1] > 0, "shrunk accuracy": (numbers > 0) & (numbers < 1), "beta": numbers[:2] >= 0}
    return bool(np.all(ends.get(method, True)))


def judged_elsewhere(
    dataset: Dataset, experts: Sequence[Expert], saved: SavedCalibration, seed: int = 0
) -> pd.DataFrame:
    """Does a calibration carry over to this dataset? One row an expert.

    expert, calibration, answered, accuracy_on_given, ece_before, ece_here (calibrated on this dataset, cross-fitted) and
    ece_across (by ``saved``), each with _low and _high (before_low ...; 95 %, bootstrap), by_chance (what a perfectly
    calibrated expert stays under 95 times in 100), lost (across minus here), beyond_chance.
    """
    across, folds, rows = saved.for_experts(experts), draw_folds(dataset.sample_ids, seed), []
    for expert in experts:
        here = report_expert(dataset, expert, calibrate(expert, dataset.given_labels, folds), folds)
        there = report_expert(dataset, expert, across[expert.name], folds)
        before = None if here.before is None else here.before.confidence
        stated = before, here.after.confidence, there.after.confidence
        told = carried(*stated, here.right)
        about = {"expert": expert.name, "calibration": across[expert.name].described()}
        rows.append(about | {"answered": int(here.answered.sum()), "accuracy_on_given": here.accuracy()} | told)
    return pd.DataFrame(rows)


def carried(before: np.ndarray | None, here: np.ndarray, across: np.ndarray, right: np.ndarray) -> dict[str, object]:
    """The calibration errors of one expert before, calibrated here, and by the map from elsewhere. (N,) each."""
    told: dict[str, object] = {}
    for name, stated in (("before", before), ("here", here), ("across", across)):
        error = NOT_STATED if stated is None else calibration_error_with_interval(stated, right)
        told |= {f"ece_{name}": error.value, f"{name}_low": error.low, f"{name}_high": error.high}
    across_error, local = (metrics.expected_calibration_error(stated, right) for stated in (across, here))
    chance = metrics.expected_calibration_error_when_calibrated(across)
    lost = {"by_chance": chance, "lost": across_error - local, "beyond_chance": bool(across_error > chance)}
    return told | lost


def part_of(dataset: Dataset, experts: Sequence[Expert], column: str, value: str) -> tuple[Dataset, list[Expert]]:
    """The samples of which a metadata column says ``value``, and the experts on them."""
    if column not in dataset.samples:
        raise InputError(f"There is no column '{column}'. The columns are {first_five(dataset.samples.columns)}.")
    written = dataset.samples[column].map(str).to_numpy()
    places = np.flatnonzero(written == value)
    if not len(places):
        raise InputError(f"No sample has '{value}' in '{column}'. It holds {first_five(dict.fromkeys(written))}.")
    return rows_of(dataset, experts, places, f"{column} {value}")


def rows_of(
    dataset: Dataset, experts: Sequence[Expert], places: np.ndarray, called: str
) -> tuple[Dataset, list[Expert]]:
    """These samples alone, and the experts on them. places: (n,) rows. called: what the part is called."""
    part = replace(
        dataset,
        name=f"{dataset.name}, {called}",
        samples=dataset.samples.iloc[places].reset_index(drop=True),
        sample_ids=dataset.sample_ids[places],
        given_labels=dataset.given_labels[places],
        option_counts=None if dataset.option_counts is None else dataset.option_counts[places],
        group=None if dataset.group is None else dataset.group[places],
    )
    return part, [_expert_of(expert, places) for expert in experts]


def _expert_of(expert: Expert, places: np.ndarray) -> Expert:
    taken = expert.taken(places)
    if isinstance(taken, FullExpert) and taken.option_counts is not None:
        return replace(taken, option_counts=taken.option_counts[places])
    return taken
