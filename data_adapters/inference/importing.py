"""timm and torchvision on machines without a GPU: the one place that imports them.

torchvision built for CUDA does not load its compiled part beside a CPU-only torch, and then cannot even be imported:
two operators it refers to are not declared. They are declared here, without being usable; nothing of ours needs them.
"""

from importlib.util import find_spec
from pathlib import Path

from cleaning.errors import InputError

_declared: list = []  # the library must stay referenced, or its operators go


def import_timm():
    """The timm module. Raises InputError where torch or timm are not installed."""
    try:
        import torch  # noqa: F401

        _mend_torchvision()
        import timm
        import timm.data
    except ImportError as error:
        raise InputError(
            "Experts from images need torch and timm, which are not installed. Install them (pip install torch timm), "
            "or give the experts' scores as files."
        ) from error
    return timm


def _mend_torchvision() -> None:
    """Loads torchvision's compiled operators, else declares the two whose absence stops its import."""
    import torch

    found = find_spec("torchvision")
    if found is None or _declared or _has_operator(torch):
        return
    for library in sorted(Path(found.origin).parent.glob("_C*.so")):
        try:
            torch.ops.load_library(str(library))
        except (OSError, RuntimeError):
            continue
    if not _has_operator(torch):
        operators = torch.library.Library("torchvision", "FRAGMENT")
        for name in ("nms", "qnms"):
            operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _declared.append(operators)


def _has_operator(torch) -> bool:
    return hasattr(torch.ops.torchvision, "nms")
