"""timm models: pretrained by name, or local weights with the list of their classes."""

from dataclasses import dataclass
from pathlib import Path

from cleaning.errors import InputError, counted
from data_adapters.files.check import check_file
from data_adapters.inference.importing import import_timm
from data_adapters.joining.class_names import read_class_names
from data_adapters.sentences import listed

WRAPPERS = ("state_dict_ema", "state_dict", "model_state_dict", "model")


@dataclass(frozen=True)
class ModelChoice:
    """architecture: timm's name (with its pretrained tag, if any). weights: a local file, or None: pretrained.

    classes: file with the weights' classes in order, one a line, or the name of a list in timm (``imagenet-1k``).
    name: the expert's name.
    """

    name: str
    architecture: str
    weights: Path | None = None
    classes: Path | None = None


@dataclass(frozen=True)
class LoadedModel:
    """model: in evaluation mode. transform: picture to tensor. class_names: its outputs' names, or None if unknown.

    identity: what changes when other weights would answer.
    """

    choice: ModelChoice
    model: object
    transform: object
    class_names: tuple[tuple[str, ...], ...] | None
    identity: str


def model_choice(written: str, classes: Path | None = None) -> ModelChoice:
    """``resnet50``, ``resnet50=weights.safetensors`` or ``my_name=resnet50=weights.safetensors``."""
    parts = written.split("=")
    if not all(parts) or len(parts) > 3:
        raise InputError(f"--model '{written}' is not of the form NAME, NAME=WEIGHTS or EXPERT=NAME=WEIGHTS.")
    if len(parts) == 1:
        return ModelChoice(_file_name(written), written)
    weights = Path(parts[-1])
    return ModelChoice(_file_name(parts[0] if len(parts) == 3 else weights.stem), parts[-2], weights, classes)


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in name).strip(".") or "expert"


def load_model(choice: ModelChoice) -> LoadedModel:
    """The model with its weights and its own preprocessing. Raises InputError on what timm does not know or take."""
    timm = import_timm()
    if not timm.is_model(choice.architecture.split(".")[0]) and ":" not in choice.architecture:
        raise InputError(f"timm has no model '{choice.architecture}'. See timm.list_models().")
    model = _pretrained(timm, choice) if choice.weights is None else _from_weights(timm, choice)
    model.eval()
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model), is_training=False)
    names = _own_classes(timm, choice, model)
    if names is not None and len(names) != model.num_classes:
        raise InputError(
            f"Model '{choice.name}' has {counted(model.num_classes, 'output')}, but its class list names {len(names)}. "
            "Give one class a line, in the order of the outputs."
        )
    return LoadedModel(choice, model, transform, names, _identity(choice))


def _pretrained(timm, choice: ModelChoice):
    try:
        return timm.create_model(choice.architecture, pretrained=True)
    except Exception as error:  # the hub's client raises many kinds
        raise InputError(
            f"The pretrained weights of '{choice.architecture}' could not be loaded ({type(error).__name__}: "
            f"{str(error).splitlines()[0][:200] if str(error) else ''}). Where there is no network, give local weights: "
            f"--model {choice.architecture}=FILE.safetensors."
        ) from error


def _from_weights(timm, choice: ModelChoice):
    state = read_weights(choice.weights)
    bare = timm.create_model(choice.architecture, pretrained=False)
    head = getattr(bare, "default_cfg", None) or {}
    head = head.get("classifier") or ""
    weight = state.get(f"{head}.weight") if isinstance(head, str) else None
    if weight is not None and weight.shape[0] != bare.num_classes:
        bare = timm.create_model(choice.architecture, pretrained=False, num_classes=weight.shape[0])
    try:
        bare.load_state_dict(state)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(
            f"'{choice.weights.name}' does not fit the model '{choice.architecture}' ({reason})."
        ) from error
    return bare


def read_weights(path: Path) -> dict:
    """A state dict of tensors; checkpoints only through torch's restricted loading. Raises InputError."""
    import torch

    check_file(path)
    try:
        if path.suffix.lower() == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise InputError(
            f"'{path.name}' cannot be read as weights ({type(error).__name__}). Read are .safetensors, and checkpoints "
            "that hold tensors only; nothing that could run code is loaded."
        ) from error
    state = (
        next((loaded[key] for key in WRAPPERS if isinstance(loaded.get(key), dict)), loaded)
        if _is_dict(loaded)
        else None
    )
    if not state or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise InputError(f"'{path.name}' holds no state dict of tensors.")
    return {key.removeprefix("module."): value for key, value in state.items()}


def _is_dict(loaded: object) -> bool:
    return isinstance(loaded, dict)


def _own_classes(timm, choice: ModelChoice, model) -> tuple[tuple[str, ...], ...] | None:
    """For each output all its names: from the class list, else timm's ImageNet list for pretrained weights."""
    if choice.classes is not None and not _is_list_of_timm(choice.classes):
        return tuple((name,) for name in read_class_names(choice.classes)[0])
    if choice.classes is None and choice.weights is not None:
        return None
    subset = str(choice.classes) if choice.classes else timm.data.infer_imagenet_subset(model)
    return _names_in_timm(timm, subset) if subset else None


def _is_list_of_timm(classes: Path) -> bool:
    return str(classes).startswith("imagenet-") and not classes.exists()


def _names_in_timm(timm, subset: str) -> tuple[tuple[str, ...], ...]:
    """For each class of an ImageNet list its WordNet id and its words."""
    try:
        info = timm.data.ImageNetInfo(subset)
    except (AssertionError, ValueError, KeyError, FileNotFoundError) as error:
        raise InputError(
            f"timm has no class list '{subset}'. It has imagenet-1k, imagenet-12k and imagenet-22k."
        ) from error
    return tuple(
        (info.index_to_label_name(i), *(part.strip() for part in info.index_to_description(i).split(",")))
        for i in range(info.num_classes())
    )


def _identity(choice: ModelChoice) -> str:
    if choice.weights is None:
        return choice.architecture
    import hashlib

    with choice.weights.open("rb") as file:
        return f"{choice.architecture} {hashlib.file_digest(file, 'sha256').hexdigest()}"


def columns_for(loaded: LoadedModel, class_names: tuple[str, ...] | None, by: str) -> list[int] | None:
    """For each class of the dataset the model's output, or None where outputs are kept as they are.

    by: "name" (upper and lower case and underscores alike, any of an ImageNet class's names, or its WordNet id) or
    "index". Raises InputError naming the classes the model does not have.
    """
    if class_names is None:
        return None
    outputs = loaded.model.num_classes
    if by == "index":
        if outputs != len(class_names):
            raise InputError(
                f"Model '{loaded.choice.name}' has {counted(outputs, 'output')} for "
                f"{counted(len(class_names), 'class', 'classes')}; by index both must be equal."
            )
        return None
    if loaded.class_names is None:
        raise InputError(
            f"The classes of model '{loaded.choice.name}' are unknown. Give --model-classes FILE (or imagenet-1k), or "
            "--map index."
        )
    return _by_name(loaded, class_names)


def _by_name(loaded: LoadedModel, class_names: tuple[str, ...]) -> list[int]:
    places: dict[str, set[int]] = {}
    for output, names in enumerate(loaded.class_names):
        for name in names:
            places.setdefault(_plain(name), set()).add(output)
    found = [places.get(_plain(name), set()) for name in class_names]
    lacking = [name for name, outputs in zip(class_names, found) if not outputs]
    if lacking:
        raise InputError(
            f"Model '{loaded.choice.name}' has no output for {counted(len(lacking), 'class', 'classes')}: {listed(lacking)} "
            "Use a model with these classes, or make an expert with --probe."
        )
    unclear = [name for name, outputs in zip(class_names, found) if len(outputs) > 1]
    if unclear:
        raise InputError(
            f"Model '{loaded.choice.name}' has several outputs called {listed(unclear)} Map by index, or use WordNet ids."
        )
    return [next(iter(outputs)) for outputs in found]


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())
