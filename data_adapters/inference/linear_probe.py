"""A linear probe: out-of-sample logits for one's own classes from a timm backbone's features.

Features are taken once; a logistic regression is fitted on all folds but one and asked about the one left out, so no
sample's own given label takes part in its scores. Log-probabilities serve as logits (a softmax gives them back).
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from cleaning.errors import InputError, counted, first_five
from cleaning.files import new_file
from data_adapters.inference.inference import AS_USUAL, Asked, Asking, choose_device, model_outputs
from data_adapters.inference.models import LoadedModel, ModelChoice, load_model
from data_adapters.inference.sources import Pictures

FLOOR = -30.0  # log-probability of a class that a fold's training part does not hold
LEAST_PER_CLASS = 2


def probe(
    choice: ModelChoice,
    pictures: Pictures,
    out: Path,
    asking: Asking = AS_USUAL,
    folds: int = 5,
    seed: int = 0,
    progress: Callable[[str, float], None] = lambda words, share: None,
) -> Asked:
    """Writes ``out/NAME_probe.npz`` with sample_ids and scores (n, K). Raises InputError without labels."""
    if pictures.labels is None:
        raise InputError("A linear probe needs given labels: folders of classes, a dataset folder, or --labels FILE.")
    name = f"{choice.name}_probe"
    path = out / f"{name}.npz"
    if path.exists():
        raise InputError(f"'{out.name}' already holds an expert {name}. Remove it, or choose another folder.")
    features, readable, unreadable = _features(load_model(choice), pictures, asking, progress)
    logits = out_of_sample_logits(features, pictures.labels[readable], len(pictures.class_names), folds, seed, progress)
    ids = np.array([i for i, good in zip(pictures.ids, readable) if good], np.str_)
    with new_file(path) as file:
        np.savez(file, sample_ids=ids, scores=logits.astype(asking.dtype))
    return Asked(name, path, len(ids), tuple(unreadable))


def _features(loaded: LoadedModel, pictures: Pictures, asking: Asking, progress) -> tuple:
    """((n, F) float32 features of the readable pictures, (N,) which those are, [(id, reason)])."""
    device = choose_device(asking.device)
    model = loaded.model.to(device)

    def forward(tensors):
        return model.forward_head(model.forward_features(tensors), pre_logits=True).flatten(1)

    blocks, readable, unreadable = [], np.zeros(len(pictures), bool), []
    for places, outputs, bad in model_outputs(loaded, pictures.paths, device, asking, forward):
        unreadable += [(pictures.ids[place], reason) for place, reason in bad]
        readable[places] = True
        blocks += [outputs] if len(places) else []
        progress(f"features of {loaded.choice.name}", 0.9 * readable.sum() / len(pictures))
    if not blocks:
        raise InputError("None of the pictures can be read; there is nothing to learn from.")
    return np.concatenate(blocks), readable, unreadable


def out_of_sample_logits(
    features: np.ndarray, labels: np.ndarray, class_count: int, folds: int = 5, seed: int = 0, progress=None
) -> np.ndarray:
    """(n, K) float32 log-probabilities, each row from a regression that has not seen the sample's label.

    features: (n, F). labels: (n,) in 0..K-1. Folds are stratified where every class has as many samples.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import KFold, StratifiedKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    counts = np.bincount(labels, minlength=class_count)
    _check(counts, len(labels), folds)
    stratified = counts[counts > 0].min() >= folds
    splitter = (StratifiedKFold if stratified else KFold)(folds, shuffle=True, random_state=seed)
    logits = np.full((len(labels), class_count), FLOOR, np.float32)
    for number, (training, held) in enumerate(splitter.split(features, labels)):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000))
        model.fit(features[training], labels[training])
        logits[np.ix_(held, model.classes_)] = np.maximum(model.predict_log_proba(features[held]), FLOOR)
        if progress:
            progress("fitting the linear probe", (number + 1) / folds)
    return logits


def _check(counts: np.ndarray, samples: int, folds: int) -> None:
    if folds < 2 or samples < 2 * folds or (counts > 0).sum() < 2:
        raise InputError(
            f"A linear probe with {folds} folds needs at least {2 * max(folds, 2)} samples of two classes; there are "
            f"{samples} of {counted(int((counts > 0).sum()), 'class', 'classes')}."
        )
    few = np.flatnonzero((counts > 0) & (counts < LEAST_PER_CLASS))
    if len(few):
        raise InputError(
            f"{counted(len(few), 'class', 'classes')} with a single sample (class numbers {first_five(few)}); out of sample "
            "nothing can be learned of them. Leave them out, or join them with others."
        )
